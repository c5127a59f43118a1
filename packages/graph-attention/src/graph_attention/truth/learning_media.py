"""The media that a model learns from."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np

from graph_attention.configuration import MediaConfig
from graph_attention.errors import MetabolicError
from graph_attention.network.graph import MetabolicGraph
from graph_attention.network.tables import named
from graph_attention.truth.media import OXYGEN, Medium
from graph_attention.truth.medium_set import MediumSet
from graph_attention.truth.nutrients import candidates
from graph_attention.truth.recipes import base_medium, feed, short, supporting, uptake_of

SOLE = 0.15
"""The share of media with one carbon source and nothing else chosen."""
IDLE_EVERY = 10
"""One mixture of so many also holds a carbon source that supports no growth."""

Item = TypeVar("Item")


def learning_media(
    graph: MetabolicGraph,
    config: MediaConfig,
    base: Medium | None = None,
    carbon: Sequence[str] | None = None,
) -> MediumSet:
    """The media of an experiment, the same for the same settings.

    15 % have one carbon source alone, every candidate in turn, whether it supports growth or not. The share
    `config.variants` has another source of nitrogen, phosphorus or sulphur, every candidate in turn, beside one
    to `most_sources` carbon sources that support growth. The rest are such mixtures, and every tenth of them
    also holds a source that supports none. Each amount is drawn uniformly, and oxygen is left out of the share
    `config.anaerobic`. The order is random. Where `carbon` names exchanges, no other carbon source is drawn.

    Raises:
        MetabolicError: no carbon source supports growth, or one that is named is none of the network.
    """
    return _Drawing(graph, config, base_medium(graph) if base is None else base, carbon).media()


class _Drawing:
    def __init__(
        self, graph: MetabolicGraph, config: MediaConfig, base: Medium, carbon: Sequence[str] | None
    ):
        self.graph, self.config, self.base = graph, config, base
        self.rng = np.random.default_rng(config.seed)
        known = candidates(graph, "C", base.uptake)
        if strange := sorted(set(carbon or ()) - set(known)):
            raise MetabolicError(f"expected carbon sources of {graph.name}; got {named(strange, 5)}")
        self.carbon = known if carbon is None else [each for each in known if each in carbon]
        self.growing = supporting(graph, self.carbon, base)
        if not self.growing:
            raise MetabolicError(f"{graph.name} grows on none of its {len(self.carbon)} carbon sources")
        self.idle = sorted(set(self.carbon) - set(self.growing))
        self.others = [(of, each) for of in ("N", "P", "S") for each in candidates(graph, of, base.uptake)]

    def media(self) -> MediumSet:
        count = self.config.count
        drawn = self.sources()
        airless = self.rng.permutation(np.arange(count) < round(self.config.anaerobic * count))
        order = self.rng.permutation(count)
        media = [self.medium(row, drawn[at], bool(airless[at])) for row, at in enumerate(order)]
        return MediumSet(self.graph, tuple(media))

    def sources(self) -> list[dict[str, tuple[str, ...]]]:
        """The sources of each medium by element: sole ones, variants, mixtures."""
        sole = round(SOLE * self.config.count)
        variants = round(self.config.variants * self.config.count) if self.others else 0
        mixtures = self.config.count - sole - variants
        return [
            *({"C": (each,)} for each in self.in_turn(self.carbon, sole)),
            *(
                {"C": self.mixture(apart=each), of: (each,)}
                for of, each in self.in_turn(self.others, variants)
            ),
            *({"C": self.mixture() + self.useless(at)} for at in range(mixtures)),
        ]

    def in_turn(self, given: Sequence[Item], count: int) -> list[Item]:
        """As many as wanted, in random order, none twice before all came once."""
        rounds = -(-count // max(len(given), 1))
        turns = [place for _ in range(rounds) for place in self.rng.permutation(len(given))]
        return [given[place] for place in turns[:count]]

    def mixture(self, apart: str = "") -> tuple[str, ...]:
        """One to `most_sources` carbon sources that support growth, another one aside."""
        open_to = [each for each in self.growing if each != apart] or list(self.growing)
        most = min(self.config.most_sources, len(open_to))
        return tuple(self.rng.choice(open_to, self.rng.integers(1, most + 1), replace=False).tolist())

    def useless(self, turn: int) -> tuple[str, ...]:
        """At every tenth turn a carbon source that supports no growth."""
        if turn % IDLE_EVERY or not self.idle:
            return ()
        return (str(self.rng.choice(self.idle)),)

    def medium(self, row: int, sources: Mapping[str, tuple[str, ...]], anaerobic: bool) -> Medium:
        fed = {of: {each: self.amount(each, of) for each in given} for of, given in sources.items()}
        start = self.base.but("base", without=(OXYGEN,)) if anaerobic else self.base
        listed = " + ".join(short(each) for given in sources.values() for each in given)
        name = f"{row:04d} {listed}" + (", no oxygen" if anaerobic else "")
        return feed(self.graph, start, {}, fed, name)

    def amount(self, exchange: str, element: str) -> float:
        """An uptake in mmol/gDW/h."""
        drawn = float(self.rng.uniform(*self.config.uptake))
        return uptake_of(self.graph, exchange, drawn, self.config.per if element == "C" else "mole")
