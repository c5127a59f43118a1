"""The whole network: a grid, its support set, and an answer after every step."""

from functools import partial
from typing import TYPE_CHECKING

import torch
from jaxtyping import Bool, Int
from torch import Tensor, nn

from arc_context.errors import ArcError
from arc_context.model.alignment import Alignment, laid
from arc_context.model.anchoring import Anchoring
from arc_context.model.attention import cell_places
from arc_context.model.canvas import PAD, canvas_of, scaled_sides, sides
from arc_context.model.context import ContextEncoder, Support
from arc_context.model.cross_attention import CrossAttentionInjector
from arc_context.model.encoders import GridEncoder
from arc_context.model.film import ContextInjector
from arc_context.model.output import Anchors, RLANOutput
from arc_context.model.predicates import SymbolicPredicateHeads
from arc_context.model.readout import Copies, Readout
from arc_context.model.registers import LatentCountingRegisters
from arc_context.model.solver import Look, RecursiveSolver
from arc_context.model.views import views
from attention_core import AttentionMap

if TYPE_CHECKING:
    from arc_context.configuration import ModelConfig


class RLAN(nn.Module):
    """Answer a test input in the light of its support set.

        x = inject(anchor(encoder(test)), support),   logits_t = solver(x)

    Anchors are optional; contextual ones are chosen behind the injection and not before it. Support inputs are anchored
    as the test input is. Every episode knows its own cells alone: padding, masked pairs, the order of pairs and the
    rest of the batch change nothing.

    Args:
        config: `context` is none, film or cross_attention; sizes, and the optional parts.
    """

    def __init__(self, config: "ModelConfig"):
        super().__init__()
        dim, heads = config.dim, config.heads
        self.config = config
        self.encoder = GridEncoder(dim, config.views, config.cues, config.background)
        self.anchoring = Anchoring(dim, config.anchors) if config.anchors else None
        self.context, self.injector = context_of(config, self.encoder, self.anchoring)
        self.registers = LatentCountingRegisters(self.encoder.colours) if config.registers else None
        self.predicates = SymbolicPredicateHeads(dim, config.predicates) if config.predicates else None
        readout = Readout(self.encoder.colours, config.views, supported=config.context != "none")
        self.solver = RecursiveSolver(dim, heads, config.steps, readout, config.halting, config.dropout)

    def forward(
        self,
        test: Int[Tensor, "batch height width"],
        train_inputs: Int[Tensor, "batch _ _ _"] | None = None,
        train_outputs: Int[Tensor, "batch _ _ _"] | None = None,
        pair_mask: Bool[Tensor, "batch pairs"] | None = None,
        support_mask: Bool[Tensor, "batch pairs height width"] | None = None,
    ) -> RLANOutput:
        """Answer.

        Args:
            test: colours, `PAD` beyond the grid.
            train_inputs: `[batch, pairs, height, width]` of the support set; without them there is no support.
            train_outputs: likewise.
            pair_mask: True where there is a pair; everywhere where none is given.
            support_mask: False closes support cells: they are not looked at, though their pair may be.

        Raises:
            ArcError: train inputs without train outputs, or of another size than the test.
        """
        train_inputs, train_outputs, pair_mask = _support(test, train_inputs, train_outputs, pair_mask)
        canvas = canvas_of(test, train_inputs, train_outputs, pair_mask)
        support = None
        if self.context is not None:
            support = self.context(train_inputs, train_outputs, pair_mask, support_mask)
        look = self._look(support)
        target = scaled_sides(sides(test), sides(train_inputs), sides(train_outputs), pair_mask)
        shown = views(test, target) if self.config.views else None
        standing = self._standing(shown, support)
        features, anchors, seen = self._placed(self.encoder(test, canvas, standing), test, look)
        features, registers, predicates = self._told(features, test, canvas, anchors)
        features = features * canvas.unsqueeze(1)
        copies = self._copies(shown, support)
        again = look if self.config.solver_context else None
        solved = self.solver(features, canvas, again, copies)
        return RLANOutput(
            solved.logits,
            solved.step_logits,
            canvas,
            features,
            None if support is None else support.features,
            (*seen, *solved.attention),
            anchors,
            solved.halting,
            registers,
            predicates,
        )

    def _look(self, support: Support | None) -> Look | None:
        """How cells look at the support, whose keys and values are made here, once."""
        if self.injector is None or support is None:
            return None
        memory = self.injector.memory(support.features, support.mask, support.keys)
        return partial(self.injector.look, memory=memory)

    def _standing(self, shown: Tensor | None, support: Support | None) -> Tensor | None:
        """What stands at each cell once the test input is laid as train inputs are."""
        if shown is None or support is None or support.aligned is None:
            return None
        return laid(shown, support.aligned)

    def _copies(self, shown: Tensor | None, support: Support | None) -> Copies | None:
        """What the answer may be copied from."""
        if shown is None:
            return None
        return Copies(shown.flatten(1, 2), None if support is None else support.explained)

    def _placed(
        self, features: Tensor, test: Tensor, look: Look | None
    ) -> tuple[Tensor, Anchors | None, tuple[AttentionMap, ...]]:
        """Cells that know how they lie about anchors and what the support says, in the order that is asked for."""
        if self.anchoring is None:
            features, seen = injected(features, look)
            return features, None, seen
        if self.config.anchor_features == "original":
            features, anchors = self.anchoring(features, test != PAD, sides(test))
            features, seen = injected(features, look)
            return features, anchors, seen
        features, seen = injected(features, look)
        features, anchors = self.anchoring(features, test != PAD, sides(test))
        return features, anchors, seen

    def _told(
        self, features: Tensor, test: Tensor, canvas: Tensor, anchors: Anchors | None
    ) -> tuple[Tensor, Tensor | None, Tensor | None]:
        """What optional parts add, and what they found."""
        registers = predicates = None
        if self.registers is not None:
            weights = None if anchors is None else anchors.attention.dense().squeeze(1)
            registers, heard = self.registers(test, weights)
            features = features + heard
        if self.predicates is not None:
            predicates, heard = self.predicates(features, canvas)
            features = features + heard
        return features, registers, predicates


def injected(features: Tensor, look: Look | None) -> tuple[Tensor, tuple[AttentionMap, ...]]:
    """Features that have looked at the support, and where."""
    if look is None:
        return features, ()
    height, width = features.shape[-2:]
    cells, attention = look(features.flatten(2).mT, cell_places(height, width, features.device))
    return cells.mT.unflatten(-1, (height, width)), () if attention is None else (attention,)


def context_of(
    config: "ModelConfig", encoder: GridEncoder, anchoring: Anchoring | None
) -> tuple[ContextEncoder | None, CrossAttentionInjector | ContextInjector | None]:
    """What encodes the support set, and what brings it to the cells."""
    if config.context == "none":
        return None, None
    spatial = config.context == "cross_attention"
    alignment = Alignment() if config.views else None
    context = ContextEncoder(encoder, config.dim, config.heads, spatial, anchoring, alignment)
    if spatial:
        return context, CrossAttentionInjector(config.dim, config.heads, dropout=config.dropout)
    return context, ContextInjector(config.dim, dropout=config.dropout)


def _support(
    test: Tensor, inputs: Tensor | None, outputs: Tensor | None, pair_mask: Tensor | None
) -> tuple[Tensor, Tensor, Tensor]:
    """The support set as it was given, or one of no pairs."""
    if inputs is None and outputs is None:
        inputs = outputs = test.new_zeros((len(test), 0, *test.shape[1:]))
    if inputs is None or outputs is None:
        raise ArcError("train_inputs and train_outputs belong together; give both or neither.")
    if inputs.shape != outputs.shape or inputs.shape[2:] != test.shape[1:]:
        raise ArcError(
            f"train inputs {list(inputs.shape)} and outputs {list(outputs.shape)} beside a test "
            f"{list(test.shape)}; expected all padded to one height and width, as EpisodeBatch.of does."
        )
    if pair_mask is None:
        pair_mask = torch.ones(inputs.shape[:2], dtype=torch.bool, device=test.device)
    return inputs, outputs, pair_mask
