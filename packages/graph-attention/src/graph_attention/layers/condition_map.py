"""Which condition looks at which, at every node."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from attention_core import StreamedMap
from graph_attention.errors import MetabolicError
from graph_attention.network.graph import MetabolicGraph


@dataclass(frozen=True)
class ConditionLabels:
    """Names of conditions, such as media, and ids of the nodes that each of them has."""

    conditions: tuple[str, ...]
    nodes: tuple[str, ...]

    def __repr__(self) -> str:
        """The conditions, and how many nodes."""
        return f"ConditionLabels({', '.join(self.conditions)}: {len(self.nodes)} nodes)"

    @classmethod
    def of(cls, graph: MetabolicGraph, conditions: Sequence[str]) -> "ConditionLabels":
        """Conditions of one network."""
        return cls(tuple(conditions), tuple(graph.node_ids))

    @classmethod
    def shared(cls, graphs: Mapping[str, MetabolicGraph]) -> "ConditionLabels":
        """Conditions that come each with a network of its own, all of the same nodes in the same order.

        Raises:
            MetabolicError: if there is no condition, or networks differ in their nodes.
        """
        if not graphs:
            raise MetabolicError("expected at least one condition; got none")
        (name, first), *others = graphs.items()
        for other, graph in others:
            _check_same_nodes(name, tuple(first.node_ids), other, tuple(graph.node_ids))
        return cls.of(first, tuple(graphs))


@dataclass(frozen=True, eq=False, repr=False)
class ConditionMap(StreamedMap):
    """A map `[*batch, nodes, heads, conditions, conditions]` that knows its nodes and conditions by name."""

    labels: ConditionLabels | None = None

    def at(self, node: str) -> StreamedMap:
        """The map `[*batch, heads, conditions, conditions]` of one node.

        Raises:
            MetabolicError: if the map has no labels or no such node.
        """
        place = _place(self._labels().nodes, node, "node")
        here = (..., place, slice(None), slice(None), slice(None))
        mask = None if self.mask is None else self.mask.expand(self.shape)[here]
        return StreamedMap(self.query[here], self.key[here], mask, scale=self.scaling)

    def between(self, node: str) -> Float[Tensor, "*batch conditions conditions"]:
        """How much each condition (row) looks at each (column) at one node, the mean over heads."""
        return self.at(node).dense().mean(-3)

    def elsewhere(self) -> Float[Tensor, "*batch nodes conditions"]:
        """How much each node, when in each condition, looks at the other conditions: 1 − p_cc, the mean over heads."""
        return self.attending().to(self.dtype).mean(-2) - self.dense().diagonal(dim1=-2, dim2=-1).mean(-2)

    def looked_at(self, node: str, condition: str) -> dict[str, float]:
        """Which conditions a node looks at when in one of them: mean weight by name, the largest first.

        Raises:
            MetabolicError: if the map is of a batch, has no labels, no such node or no such condition.
        """
        if len(self.shape) > 4:
            raise MetabolicError(
                f"expected the map of one item; got a batch {list(self.shape[:-4])}: ask between({node!r})"
            )
        names = self._labels().conditions
        row = self.between(node)[_place(names, condition, "condition")].tolist()
        return dict(sorted(zip(names, row, strict=True), key=lambda pair: -pair[1]))

    def _labels(self) -> ConditionLabels:
        if self.labels is None:
            raise MetabolicError("the map has no labels: call the layer with labels=ConditionLabels(…)")
        return self.labels


def check_labels(labels: ConditionLabels, conditions: int, nodes: int) -> None:
    """Check that labels are as many as what they name.

    Raises:
        MetabolicError: if they are not.
    """
    got = len(labels.conditions), len(labels.nodes)
    if got != (conditions, nodes):
        raise MetabolicError(
            f"expected names of {conditions} conditions and {nodes} nodes; got {got[0]} and {got[1]}"
        )


def stack_conditions(
    found: Mapping[str, Float[Tensor, "*batch nodes dim"]], graphs: Mapping[str, MetabolicGraph]
) -> tuple[Float[Tensor, "*batch conditions nodes dim"], ConditionLabels]:
    """Nodes of several conditions as one tensor with its labels, in the order of `found`.

    Raises:
        MetabolicError: if conditions have no network, networks differ in their nodes, or tensors in their shape.
    """
    missing = [name for name in found if name not in graphs]
    if missing:
        raise MetabolicError(f"expected a network for each condition; got none for {', '.join(missing)}")
    labels = ConditionLabels.shared({name: graphs[name] for name in found})
    shapes = {name: list(nodes.shape) for name, nodes in found.items()}
    if len({*map(tuple, shapes.values())}) > 1 or next(iter(shapes.values()))[-2] != len(labels.nodes):
        got = ", ".join(f"{shape} of {name}" for name, shape in shapes.items())
        raise MetabolicError(
            f"expected tensors of one shape, [..., {len(labels.nodes)} nodes, dim]; got {got}"
        )
    return torch.stack(list(found.values()), -3), labels


def _check_same_nodes(name: str, expected: tuple[str, ...], other: str, got: tuple[str, ...]) -> None:
    if got == expected:
        return
    alone = {name: sorted({*expected} - {*got}), other: sorted({*got} - {*expected})}
    parts = [f"{len(ids)} only in {of}: {', '.join(ids[:3])}" for of, ids in alone.items() if ids]
    raise MetabolicError(
        f"expected conditions of one network; {name} and {other} differ in their nodes or their order"
        f" ({'; '.join(parts) or 'the order'}): keep the reactions that both have"
    )


def _place(names: tuple[str, ...], name: str, what: str) -> int:
    if name not in names:
        raise MetabolicError(
            f"expected a {what} among {len(names)}, such as {', '.join(names[:3])}; got {name!r}"
        )
    return names.index(name)
