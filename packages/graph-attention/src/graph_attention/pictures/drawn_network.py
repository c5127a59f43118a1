"""The part of a network that is drawn: its nodes in their places, and the links between them."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

import networkx
import numpy as np
import polars as pl
from jaxtyping import Bool, Float, Int

from graph_attention.errors import MetabolicError
from graph_attention.network.graph import MetabolicGraph
from graph_attention.pictures.currency import is_currency
from graph_attention.pictures.layout import layout, satellites

MOSTLY = 0.9
"""Of the nodes, what is spent on the strongest links; the rest joins them."""
MOST_NODES = 300
"""More are no picture."""
LARGEST_REACTION = 30
"""What has more metabolites is made of everything, such as a biomass that is not the one maximised."""
Currency = Literal["split", "hidden"]


@dataclass(frozen=True, eq=False)
class DrawnNetwork:
    """Nodes and links of a picture.

    `nodes` has the columns key, id, kind ("metabolite" or "reaction"), index (row or column of S), currency, x and y;
    a currency metabolite that is split has one key per reaction. `links` has metabolite and reaction (keys), link
    (place in `graph.edges`) and coefficient.
    """

    graph: MetabolicGraph
    nodes: pl.DataFrame
    links: pl.DataFrame
    title: str
    left_out: str = ""
    """What is not drawn, and how much of it."""

    @classmethod
    def of_reactions(
        cls,
        graph: MetabolicGraph,
        reactions: Int[np.ndarray, " chosen"],
        title: str,
        *,
        currency: Currency = "split",
        largest: int = MOST_NODES,
    ) -> "DrawnNetwork":
        """Some reactions with all they use and make; of more nodes than fit, the last reactions are left out.

        Raises:
            MetabolicError: no reaction, or `largest` is no number of nodes that can be drawn.
        """
        if not len(reactions):
            raise MetabolicError(f"{title}: expected at least one reaction to draw, got none")
        _check_size(largest)
        order = np.array(list(dict.fromkeys(map(int, reactions))))
        kept = order[: _fitting(graph, order, largest, currency)]
        links = np.flatnonzero(np.isin(graph.edges.reaction, kept))
        lost = (
            f"{len(order) - len(kept)} of {len(order)} reactions are not drawn"
            if len(kept) < len(order)
            else ""
        )
        return _drawn(graph, links, title, currency, lost)

    @classmethod
    def of_subsystem(
        cls,
        graph: MetabolicGraph,
        subsystem: str,
        *,
        currency: Currency = "split",
        largest: int = MOST_NODES,
        strength: Float[np.ndarray, " reactions"] | None = None,
    ) -> "DrawnNetwork":
        """The reactions of one subsystem, those of greatest `strength` first where not all fit.

        Raises:
            MetabolicError: there is no such subsystem.
        """
        if subsystem not in graph.subsystems:
            known = ", ".join(graph.subsystems)
            raise MetabolicError(f"{subsystem} is no subsystem of {graph.name}; expected one of: {known}")
        inside = np.flatnonzero(graph.pathway == graph.subsystems.index(subsystem))
        if strength is not None:
            inside = inside[np.argsort(-strength[inside], kind="stable")]
        return cls.of_reactions(graph, inside, subsystem, currency=currency, largest=largest)

    @classmethod
    def strongest(
        cls, graph: MetabolicGraph, strength: Float[np.ndarray, " links"], *, nodes: int = 80
    ) -> "DrawnNetwork":
        """The links of greatest strength, as many as have at most so many nodes, and all links between these nodes.

        Links of currency metabolites, of exchanges and of biomass, which touch everything or one thing, are not among
        them. A part of the nodes is kept for what joins those that would stand apart.

        Raises:
            MetabolicError: not one strength for each nonzero of S, or `nodes` cannot be drawn.
        """
        if strength.shape != (len(graph.edges),):
            raise MetabolicError(
                f"expected one strength for each of {len(graph.edges)} links, got {strength.shape}"
            )
        _check_size(nodes)
        can = inner_links(graph) & np.isfinite(strength)
        order = np.flatnonzero(can)[np.argsort(-strength[can], kind="stable")]
        kept = order[: _links_within(graph, order, max(2, round(MOSTLY * nodes)))]
        if not len(kept):
            raise MetabolicError(
                f"{graph.name} has no link between a reaction and what is no currency metabolite"
            )
        inside = f"nodes of the {len(kept):,} strongest of {can.sum():,} links and of what joins them"
        among, alone = _joined(graph, np.flatnonzero(_among(graph, kept) & can))
        among = _bridged(graph, among, can, nodes)
        ends = int((np.isin(graph.edges.reaction, graph.edges.reaction[among]) & can).sum()) - len(among)
        lost = [
            f"{alone} links that meet no other are not drawn" if alone else "",
            f"{ends} links of these reactions end at metabolites that are not drawn" if ends else "",
        ]
        return _drawn(graph, among, inside, "hidden", "; ".join(filter(None, lost)))

    @property
    def keys(self) -> list[str]:
        """Names of the nodes, each once."""
        return self.nodes["key"].to_list()


def _check_size(nodes: int) -> None:
    if not 2 <= nodes <= MOST_NODES:
        raise MetabolicError(f"expected 2 to {MOST_NODES} nodes to draw, got {nodes}")


def inner_links(graph: MetabolicGraph) -> Bool[np.ndarray, " links"]:
    """Links of reactions inside the cell, biomass not among them, to metabolites that are no currency."""
    size = np.diff(graph.stoichiometry.tocsc().indptr)
    inner = ~graph.boundary & (graph.objective == 0) & (size <= LARGEST_REACTION)
    return inner[graph.edges.reaction] & ~is_currency(graph)[graph.edges.metabolite]


def _among(graph: MetabolicGraph, links: Int[np.ndarray, " chosen"]) -> Bool[np.ndarray, " links"]:
    """All links whose two ends are ends of the chosen."""
    ends = graph.edges.metabolite, graph.edges.reaction
    return np.isin(ends[0], ends[0][links]) & np.isin(ends[1], ends[1][links])


def _joined(graph: MetabolicGraph, links: Int[np.ndarray, " chosen"]) -> tuple[Int[np.ndarray, " kept"], int]:
    """The links that meet another, and how many do not; all of them where none does."""
    m, r = graph.edges.metabolite[links], graph.edges.reaction[links]
    meets = (np.bincount(m)[m] > 1) | (np.bincount(r)[r] > 1)
    return (links[meets], int((~meets).sum())) if meets.any() else (links, 0)


def _bridged(
    graph: MetabolicGraph, links: Int[np.ndarray, " kept"], can: Bool[np.ndarray, " links"], nodes: int
) -> Int[np.ndarray, " joined"]:
    """With metabolites between drawn reactions, then reactions between drawn metabolites, while nodes are left.

    Those that join most come first.
    """
    ends = graph.edges.metabolite, graph.edges.reaction
    for far, near in (ends, ends[::-1]):
        around = can & np.isin(near, near[links])
        reached = np.bincount(far[around])
        reached[far[links]] = 0
        room = nodes - sum(np.unique(each[links]).size for each in ends)
        order = np.argsort(-reached, kind="stable")[: max(room, 0)]
        between = order[reached[order] > 1]
        links = np.union1d(links, np.flatnonzero(around & np.isin(far, between)))
    return links


def _links_within(graph: MetabolicGraph, order: Int[np.ndarray, " links"], nodes: int) -> int:
    """How many links, from the first on, have together at most so many nodes."""
    seen: set[tuple[str, int]] = set()
    for count, link in enumerate(order):
        seen |= {("m", int(graph.edges.metabolite[link])), ("r", int(graph.edges.reaction[link]))}
        if len(seen) > nodes:
            return count
    return len(order)


def _fitting(
    graph: MetabolicGraph, order: Int[np.ndarray, " chosen"], largest: int, currency: Currency
) -> int:
    """How many reactions, from the first on, fit with their metabolites; the first does in any case."""
    carriers, by_reaction = is_currency(graph), graph.stoichiometry.tocsc()
    shared: set[int] = set()
    copies = 0
    for count, reaction in enumerate(order):
        rows = by_reaction.indices[by_reaction.indptr[reaction] : by_reaction.indptr[reaction + 1]]
        shared |= {int(row) for row in rows if not carriers[row]}
        copies += int(carriers[rows].sum()) * (currency == "split")
        if count and count + 1 + len(shared) + copies > largest:
            return count
    return len(order)


def _drawn(
    graph: MetabolicGraph, chosen: Int[np.ndarray, " links"], title: str, currency: Currency, left_out: str
) -> DrawnNetwork:
    links = _link_table(graph, np.sort(chosen))
    hidden = links.filter("currency")["metabolite"].n_unique() if currency == "hidden" else 0
    if currency == "hidden":
        links = links.filter(~pl.col("currency"))
        said = f"{hidden} copies of currency metabolites are hidden" if hidden else ""
        left_out = "; ".join(filter(None, [left_out, said]))
    nodes = _placed(_node_table(graph, links), links)
    return DrawnNetwork(graph, nodes, links.drop("currency", "row", "column"), title, left_out)


def _link_table(graph: MetabolicGraph, chosen: Int[np.ndarray, " links"]) -> pl.DataFrame:
    edges, carriers = graph.edges, is_currency(graph)
    metabolites, reactions = graph.metabolites["id"].to_list(), graph.reactions["id"].to_list()
    rows = []
    for link in chosen:
        m, r = int(edges.metabolite[link]), int(edges.reaction[link])
        name = f"{metabolites[m]} of {reactions[r]}" if carriers[m] else metabolites[m]
        rows.append((name, reactions[r], int(link), float(edges.coefficient[link]), bool(carriers[m]), m, r))
    schema = ["metabolite", "reaction", "link", "coefficient", "currency", "row", "column"]
    return pl.DataFrame(rows, schema=schema, orient="row")


def _node_table(graph: MetabolicGraph, links: pl.DataFrame) -> pl.DataFrame:
    metabolites = graph.metabolites["id"].to_list()
    first = [
        (name, metabolites[row], "metabolite", row, currency)
        for name, row, currency in links.select("metabolite", "row", "currency")
        .unique(maintain_order=True)
        .rows()
    ]
    second = [
        (name, name, "reaction", column, False)
        for name, column in links.select("reaction", "column").unique(maintain_order=True).rows()
    ]
    return pl.DataFrame([*first, *second], schema=["key", "id", "kind", "index", "currency"], orient="row")


def _placed(nodes: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """Split currency metabolites go around their reaction, and do not pull at the rest."""
    apart = set(nodes.filter("currency")["key"])
    ends = links.select("metabolite", "reaction", "coefficient").rows()
    whole = networkx.DiGraph([(r, m) if made > 0 else (m, r) for m, r, made in ends])
    places = layout(whole.subgraph([key for key in nodes["key"] if key not in apart]))
    around: dict[Hashable, list[Hashable]] = {}
    for metabolite, reaction in links.select("metabolite", "reaction").rows():
        if metabolite in apart:
            around.setdefault(reaction, []).append(metabolite)
    places |= satellites(around, places)
    x, y = zip(*(places[key] for key in nodes["key"]), strict=True)
    return nodes.with_columns(x=pl.Series(x), y=pl.Series(y))


def reactions_by(strength: Float[np.ndarray, " reactions"], count: int) -> Sequence[int]:
    """The reactions of greatest strength, those that are not known left out."""
    known = np.flatnonzero(np.isfinite(strength))
    return known[np.argsort(-strength[known], kind="stable")][:count].tolist()
