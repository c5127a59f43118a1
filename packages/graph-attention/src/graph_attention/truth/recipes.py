"""Media made of a base and sources: the base itself, and one source at a time."""

from collections.abc import Mapping, Sequence
from typing import Literal

import polars as pl

from graph_attention.errors import MetabolicError
from graph_attention.network.graph import MetabolicGraph
from graph_attention.truth.flux_balance import fba
from graph_attention.truth.media import OXYGEN, Medium
from graph_attention.truth.medium_set import MediumSet
from graph_attention.truth.nutrients import candidates, nutrients, usual_sources

Per = Literal["mole", "carbon_mole"]
GLUCOSE = "EX_glc__D_e"
AMOUNT = 10.0
"""Uptake of a sole source where nothing else is said, mmol/gDW/h: glucose in the models of BiGG."""
GROWS = 1e-6
"""Growth per hour above which a medium is said to support growth; the solver's tolerance is 1e-7."""


def base_medium(graph: MetabolicGraph, carbon: str = GLUCOSE) -> Medium:
    """The network's own medium without its carbon source: salts, ammonia, phosphate, sulphate, oxygen.

    Raises:
        MetabolicError: the network's own medium does not have that carbon source.
    """
    default = Medium.default(graph)
    if carbon not in default.uptake:
        offered = ", ".join(default.uptake) or "nothing"
        raise MetabolicError(
            f"the medium of {graph.name} offers {offered}, not {carbon}; name its carbon source"
        )
    return default.but("base", without=(carbon,))


def uptake_of(graph: MetabolicGraph, exchange: str, amount: float, per: Per = "mole") -> float:
    """What an amount per hour is in mmol/gDW/h: itself, or, of carbon, that over the carbons of the molecule."""
    if per == "mole":
        return amount
    row = nutrients(graph).filter(pl.col("exchange") == exchange)
    if not len(row) or row["C"][0] == 0:
        raise MetabolicError(f"{exchange} brings no carbon into {graph.name}; give its uptake per mole")
    return amount / row["C"][0]


def sole_sources(
    graph: MetabolicGraph,
    element: str = "C",
    *,
    amount: float = AMOUNT,
    per: Per = "mole",
    aerobic: bool = True,
    base: Medium | None = None,
) -> MediumSet:
    """One medium for each candidate: the base with it as the only source of C, N, P or S.

    Sources of N, P and S take the place of the usual ones, beside glucose at 10 mmol/gDW/h.

    Raises:
        MetabolicError: nothing outside the base holds that element.
    """
    base = base_medium(graph) if base is None else base
    found = candidates(graph, element, base.uptake)
    if not found:
        raise MetabolicError(f"{graph.name} exchanges no source of {element} outside the base medium")
    start = base if aerobic else base.but("base", without=(OXYGEN,))
    carbon = {} if element == "C" else {GLUCOSE: AMOUNT}
    amounts = {each: uptake_of(graph, each, amount, per if element == "C" else "mole") for each in found}
    media = [feed(graph, start, carbon, {element: {each: amounts[each]}}, short(each)) for each in found]
    return MediumSet(graph, tuple(media))


def feed(
    graph: MetabolicGraph,
    base: Medium,
    plain: Mapping[str, float],
    sources: Mapping[str, Mapping[str, float]],
    name: str,
) -> Medium:
    """The base with sources by element; those of N, P and S take the place of the base's.

    What is in `plain` is offered and not counted as chosen.
    """
    replaced = [
        each for element in sources if element != "C" for each in usual_sources(graph, element, base.uptake)
    ]
    added = {exchange: amount for given in sources.values() for exchange, amount in given.items()}
    varied = {exchange: element for element, given in sources.items() for exchange in given}
    medium = base.but(name, without=tuple(replaced), add={**plain, **added})
    return Medium(name, medium.uptake, varied)


def supporting(graph: MetabolicGraph, sources: Sequence[str], base: Medium | None = None) -> tuple[str, ...]:
    """The carbon sources of those given on which alone the network grows, with oxygen, at 10 mmol/gDW/h each."""
    base = base_medium(graph) if base is None else base
    media = [feed(graph, base, {}, {"C": {source: AMOUNT}}, source) for source in sources]
    return tuple(medium.name for medium in media if fba(graph, medium).growth > GROWS)


def short(exchange: str) -> str:
    """An exchange without what all exchanges of BiGG share: EX_glc__D_e → glc__D."""
    return exchange.removeprefix("EX_").removesuffix("_e")
