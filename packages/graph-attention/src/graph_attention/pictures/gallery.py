"""Every picture of what a model attends to in some media, each with its words and what to read it against."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from analysis import Drawing, Interactive, conditions_side_by_side, heat_map
from analysis.interactive import matrix_view
from graph_attention.pictures.attended import AttendedNetwork
from graph_attention.pictures.conditions import condition_similarity, similarity_figure
from graph_attention.pictures.contrast import SIGNIFICANT, ConditionContrast
from graph_attention.pictures.drawn_network import Currency, DrawnNetwork
from graph_attention.pictures.links import Look
from graph_attention.pictures.network_figure import network_figure
from graph_attention.pictures.network_views import network_views
from graph_attention.pictures.pathway_flow import PathwayFlow, pathway_flow
from graph_attention.pictures.short_names import short_names
from graph_attention.pictures.splits import SeenSplits, split_drawing
from graph_attention.pictures.spread import distributions, layers

UNIFORM = "Uniform attention, the same to every neighbour, is 1; grey links have that."
LOWEST = 2.0**-3
PANELS = 3
"""Media that fit beneath each other on a page."""


@dataclass(frozen=True, eq=False)
class Gallery:
    """What is drawn of one model: a trained one, and an untrained one of the same kind as control.

    `first` is the medium that stands in front; `subsystem` the network to draw, of all the strongest links where it is
    None; `metabolite` the one whose split is drawn, that which differs most where it is None.
    """

    seen: AttendedNetwork
    control: AttendedNetwork
    splits: SeenSplits
    first: str
    subsystem: str | None = None
    metabolite: str | None = None
    nodes: int = 80
    currency: Currency = "split"
    draws: int = field(default=199, repr=False)

    def __post_init__(self):
        """Raise MetabolicError for a medium, subsystem or metabolite that is not there, before anything is drawn."""
        self.seen.medium(self.first)
        self.splits.index(self.metabolite)
        _ = self.drawn

    def drawings(self) -> Iterator[Drawing]:
        """All of them, the network first; what needs several media or subsystems only where there are."""
        yield self.network()
        if len(self.media) > 1:
            yield self.network_by_condition()
        if len(self.seen.graph.subsystems) > 1:
            yield self.subsystems()
            if len(self.media) > 1:
                yield self.subsystems_by_condition()
        if len(self.media) > 1:
            yield self.conditions()
            yield self.contrasts()
        yield self.split()
        yield distributions(self.seen, self.control)
        yield layers(self.seen, self.control)

    @cached_property
    def media(self) -> tuple[str, ...]:
        """The first, then the others."""
        return (self.first, *(name for name in self.seen.media if name != self.first))

    @cached_property
    def drawn(self) -> DrawnNetwork:
        """The part of the network that is drawn, the same in all media."""
        graph = self.seen.graph
        if self.subsystem is not None:
            strength = np.abs(self.seen.flux).max(0)
            return DrawnNetwork.of_subsystem(
                graph, self.subsystem, currency=self.currency, largest=self.nodes, strength=strength
            )
        return DrawnNetwork.strongest(graph, self.seen.excess().max(0), nodes=self.nodes)

    @cached_property
    def flows(self) -> dict[str, PathwayFlow]:
        """From subsystem to subsystem in every medium, the mean over layers and heads."""
        rows = zip(self.seen.media, self.seen.mean(), strict=True)
        found = {
            name: pathway_flow(self.seen.graph, self.seen.edges, each, draws=self.draws)
            for name, each in rows
        }
        return {name: found[name] for name in self.media}

    @cached_property
    def contrast(self) -> ConditionContrast:
        """Reactions that media attend to differently."""
        return ConditionContrast(self.seen, self.control)

    def network(self) -> Drawing:
        """One network in the first medium; in a browser in all of them, by layer and head."""
        drawn, look = self.drawn, Look.of(self.drawn, self.seen, self.first)
        beside = Look.of(drawn, self.control, self.first)
        left = f" ({drawn.left_out})" if drawn.left_out else ""
        title = f"{drawn.title[0].upper()}{drawn.title[1:]}"
        return Drawing(
            "network",
            network_figure(drawn, {f"{self.first}, trained": look, f"{self.first}, untrained": beside}),
            f"{title} on {self.first}{left}. A link is as wide as its flux by FBA and points where that goes; its "
            "colour is attention, the mean of both directions, layers and heads. Nodes are as large as what they "
            "receive. Beneath, the attention of an untrained model.",
            f"Network of {drawn.nodes.height} nodes, {drawn.links.height} links and {(look.carried != 0).sum()} with "
            f"flux; attention {np.nanmin(look.multiples):.2f} to {np.nanmax(look.multiples):.2f} times uniform.",
            UNIFORM,
            network_views(drawn, self.seen, self.first),
        )

    def network_by_condition(self) -> Drawing:
        """The same network in several media."""
        shown = self.media[:PANELS]
        looks = {name: Look.of(self.drawn, self.seen, name) for name in shown}
        rest = (
            f" {len(self.media) - PANELS} more media are in the figure above."
            if len(self.media) > PANELS
            else ""
        )
        return Drawing(
            "network-conditions",
            network_figure(self.drawn, looks),
            f"The same network on {', '.join(shown)}: same places, widths and colours.{rest}",
            f"{len(shown)} networks of {self.drawn.nodes.height} nodes.",
            UNIFORM,
        )

    def subsystems(self) -> Drawing:
        """Subsystem × subsystem, in log2 of what is expected."""
        names, _ = self._numbered
        flow = self.flows[self.first]
        label = "log2 of attention over expected"
        views = {
            (name,): matrix_view(
                _log2(each),
                rows=names,
                columns=names,
                label=label,
                axes=("attends", "is attended"),
                centre=0.0,
            )
            for name, each in self.flows.items()
        }
        read = f"is attended\non {self.first}; dot: p < 0.05 over all cells; grey: no metabolite shared"
        sides = {"rows": names, "columns": names, "x": read, "y": "attends"}
        return Drawing(
            "subsystems",
            heat_map(_log2(flow), label=label, centre=0.0, significant=flow.significant, **sides),
            f"Attention on {self.first} from the reactions of a subsystem (rows) to those of another that share a "
            "metabolite with them (columns), over what weights dealt out at random give; points are significant.",
            f"{len(names)} × {len(names)} matrix, {flow.significant.sum()} cells significant.",
            f"0 is expected under {flow.null}; p is corrected for all cells.",
            Interactive(views, ("medium",)),
        )

    @property
    def _numbered(self) -> tuple[list[str], list[str]]:
        """Subsystems by short name and number, and by number alone."""
        numbered = list(enumerate(short_names(self.seen.graph.subsystems), 1))
        return [f"{name}  {number}" for number, name in numbered], [str(number) for number, _ in numbered]

    def subsystems_by_condition(self) -> Drawing:
        """The same matrix in several media and their differences."""
        names, numbers = self._numbered
        maps = {name: _log2(self.flows[name]) for name in self.media[:5]}
        return Drawing(
            "subsystems-conditions",
            conditions_side_by_side(
                maps, label="log2 over expected", rows=names, columns=numbers, x="is attended", y="attends"
            ),
            f"Attention from subsystem to subsystem on {', '.join(maps)}, and how it differs from {self.first}; "
            "columns by the numbers of the rows. Grey: the two share no metabolite.",
            f"{len(maps)} matrices and {len(maps) - 1} differences.",
            "A difference of 0 is no contrast.",
        )

    def conditions(self) -> Drawing:
        """Condition × condition."""
        order = [self.seen.medium(name) for name in self.media]
        found = {
            name: each[np.ix_(order, order)]
            for name, each in condition_similarity(self.seen, self.control).items()
        }
        views = {
            (name,): matrix_view(
                each,
                rows=self.media,
                columns=self.media,
                label="Spearman's ρ",
                axes=("medium", "medium"),
                limits=(-1.0, 1.0),
            )
            for name, each in found.items()
        }
        told = "; ".join(f"{name} {each[0, 1]:.2f}" for name, each in found.items())
        return Drawing(
            "conditions",
            similarity_figure(found, self.media),
            "How alike conditions are: Spearman's ρ over reactions, of attention received, of |flux| by FBA, and of "
            "attention in an untrained model.",
            f"Between {self.media[0]} and {self.media[1]}: {told}.",
            "The untrained model shows how alike conditions are where nothing was learnt.",
            Interactive(views, ("of",)),
        )

    def contrasts(self) -> Drawing:
        """The reactions that are attended to most differently."""
        chosen = self.contrast.strongest()
        names = [self.seen.graph.reactions["id"][int(reaction)] for reaction in chosen]
        return Drawing(
            "contrasts",
            self.contrast.figure(),
            f"The {len(chosen)} reactions whose attention lies furthest apart between {', '.join(self.media)}, and "
            f"their flux. A star marks those further apart than reactions of an untrained model (rank among them, "
            f"false discovery rate {SIGNIFICANT:g}): {self.contrast.significant.sum()} of "
            f"{np.isfinite(self.contrast.spread).sum()}.",
            f"Dots by medium for {', '.join(names[:8])}{' …' if len(names) > 8 else ''}.",
            f"Grey is the range over the same {len(self.media)} media in an untrained model; dashed is uniform.",
            self.contrast.views(),
        )

    def split(self) -> Drawing:
        """The split of one metabolite beside FBA's."""
        return split_drawing(self.splits, self.metabolite)


def _log2(flow: PathwayFlow) -> np.ndarray:
    return np.log2(np.maximum(flow.ratio, LOWEST))
