"""A trained model on another network, or on other media."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import torch
from jaxtyping import Int
from torch import Tensor

from graph_attention.errors import MetabolicError
from graph_attention.layers.encodings import Pathways
from graph_attention.model.factory import transformer_of
from graph_attention.model.transformer import MetabolicTransformer
from graph_attention.network.tables import UNASSIGNED, named

if TYPE_CHECKING:
    from graph_attention.configuration import ModelConfig
    from graph_attention.network.graph import MetabolicGraph
    from graph_attention.truth.medium_set import MediumSet

OF_REACTIONS = ("own_price", "own_flux", "balance.typical")
"""Ends of the names of what holds one number per reaction; every other weight serves any network."""


@dataclass(frozen=True)
class Moved:
    """A model on another network, and how much of the network it knew."""

    model: MetabolicTransformer
    shared: int
    """Reactions whose id both networks have; the objective reaction stands for the other's."""
    unknown: tuple[str, ...]
    """Ids of the reactions that it had never seen."""
    foreign: tuple[str, ...] = ()
    """Pathways that it had never seen; their reactions count as unassigned."""

    def __str__(self) -> str:
        """One sentence."""
        reactions = self.shared + len(self.unknown)
        known = f"{self.shared} of {reactions} reactions of {self.model.graph.name} are known by their id"
        return known + (f"; unknown pathways, unassigned: {named(self.foreign, 5)}" if self.foreign else "")


def moved(model: MetabolicTransformer, config: "ModelConfig", graph: "MetabolicGraph") -> Moved:
    """The same weights on another network, without any learning there (zero-shot).

    Numbers that belong to a reaction move by its id; reactions that are not known get those of a fresh model.

    Args:
        model: the trained model.
        config: the settings that it was made with.
        graph: the other network; `borrow_subsystems` gives it pathways where its file has none.

    Raises:
        MetabolicError: it has pathways that the model has no vector for, and the model knows no reaction without one;
            or the settings are not the model's.
    """
    names = pathways_of(model)
    foreign = tuple(sorted(set(graph.subsystems) - set(names))) if names else ()
    graph = _without(graph, foreign, names)
    other = transformer_of(graph, config, pathways=names or None)
    places = _places(model.graph, graph)
    state, fresh = model.state_dict(), other.state_dict()
    kept = {
        name: _by_id(state[name], fresh[name], places) if _of_reactions(name) else state[name]
        for name in fresh
        if name in state
    }
    try:
        other.load_state_dict(kept)
    except RuntimeError as error:
        raise MetabolicError(f"the settings are not those that the model was made with: {error}") from None
    unknown = tuple(graph.reactions["id"].filter((places < 0).numpy()))
    return Moved(other, len(places) - len(unknown), unknown, foreign)


def freeze_but(model: MetabolicTransformer, *parts: str) -> tuple[str, ...]:
    """Learn only the parts named, such as `proposal`, `growth` or `layers.1`; the names of the weights that do.

    Raises:
        MetabolicError: the model has no such part.
    """
    known = {name for name, _ in model.named_modules()} | {name for name, _ in model.named_parameters()}
    missing = [part for part in parts if part not in known]
    if missing:
        tops = [name for name, _ in model.named_children()]
        raise MetabolicError(
            f"expected parts of the model, such as {named(tops, 8)}; got {named(missing, 3)}"
        )
    learned = []
    for name, parameter in model.named_parameters():
        chosen = any(name == part or name.startswith(f"{part}.") for part in parts)
        parameter.requires_grad_(chosen)
        learned += [name] if chosen else []
    return tuple(learned)


def without_sources(media: "MediumSet", sources: Sequence[str]) -> Int[np.ndarray, " rows"]:
    """Rows of the media that offer none of some nutrients, so that who learned of these alone has seen none.

    Raises:
        MetabolicError: no medium is left.
    """
    found = [row for row, medium in enumerate(media) if not set(sources) & set(medium.uptake)]
    if not found:
        raise MetabolicError(f"expected media without {named(tuple(sources), 3)}; all {len(media)} offer one")
    return np.array(found, dtype=np.int64)


def pathways_of(model: MetabolicTransformer) -> tuple[str, ...]:
    """The pathways that the layers know by name; none where they do not look at pathways."""
    return next((module.names for module in model.modules() if isinstance(module, Pathways)), ())


def _without(graph: "MetabolicGraph", foreign: tuple[str, ...], names: tuple[str, ...]) -> "MetabolicGraph":
    """The network whose reactions in foreign pathways have none."""
    if not foreign:
        return graph
    if UNASSIGNED not in names:
        raise MetabolicError(
            f"expected pathways among the {len(names)} that the model knows; got {len(foreign)} others: "
            f"{named(foreign, 5)}; borrow those of the model's network with borrow_subsystems"
        )
    blank = pl.when(pl.col("subsystem").is_in(foreign)).then(pl.lit("")).otherwise("subsystem")
    return replace(graph, reactions=graph.reactions.with_columns(subsystem=blank))


def _places(source: "MetabolicGraph", target: "MetabolicGraph") -> Tensor:
    """Each reaction's place in the source, −1 where it is not known."""
    places = torch.tensor([source.reaction_index.get(name, -1) for name in target.reactions["id"]])
    places[target.biomass] = source.biomass
    return places


def _by_id(known: Tensor, fresh: Tensor, places: Tensor) -> Tensor:
    return torch.where(places >= 0, known[places.clamp_min(0)], fresh)


def _of_reactions(name: str) -> bool:
    return name.endswith(OF_REACTIONS)
