"""Glucose, acetate and lactose as the only carbon source, and the growth that flux balance analysis gives them."""

import polars as pl

from graph_attention.errors import MetabolicError
from graph_attention.network.graph import MetabolicGraph
from graph_attention.truth.flux_balance import fba
from graph_attention.truth.media import OXYGEN, Medium
from graph_attention.truth.medium_set import MediumSet
from graph_attention.truth.nutrients import nutrients
from graph_attention.truth.recipes import Per, base_medium, feed, uptake_of

CONDITIONS = {"glucose": "EX_glc__D_e", "acetate": "EX_ac_e", "lactose": "EX_lcts_e"}
AMOUNTS: dict[Per, float] = {"mole": 10.0, "carbon_mole": 60.0}
"""An hour's uptake per gram of dry weight: 10 mmol of the source, or 60 mmol of carbon, as much as in 10 of glucose."""

SCHEMA = {
    "condition": pl.String,
    "exchange": pl.String,
    "per": pl.String,
    "uptake": pl.Float64,
    "carbon": pl.Float64,
    "aerobic": pl.Boolean,
    "growth": pl.Float64,
    "status": pl.String,
}


def condition(
    graph: MetabolicGraph, name: str, *, amount: float | None = None, per: Per = "mole", aerobic: bool = True
) -> Medium:
    """A named condition: the base medium with one carbon source.

    Args:
        graph: the network.
        name: glucose, acetate or lactose.
        amount: uptake in mmol, or in mmol of carbon, per gram of dry weight and hour; 10 and 60 where not given.
        per: what the amount counts.
        aerobic: whether oxygen is offered.

    Raises:
        MetabolicError: there is no such condition, or the network does not exchange its carbon source.
    """
    if name not in CONDITIONS:
        raise MetabolicError(f"no condition {name!r}; expected one of {', '.join(CONDITIONS)}")
    if absent := missing_conditions(graph).get(name):
        raise MetabolicError(absent)
    uptake = uptake_of(graph, CONDITIONS[name], AMOUNTS[per] if amount is None else amount, per)
    base = base_medium(graph) if aerobic else base_medium(graph).but("base", without=(OXYGEN,))
    return feed(graph, base, {}, {"C": {CONDITIONS[name]: uptake}}, name + ("" if aerobic else ", no oxygen"))


def missing_conditions(graph: MetabolicGraph) -> dict[str, str]:
    """The conditions that a network cannot be put in, each with a sentence."""
    return {
        name: f"{graph.name} has no exchange of {name} ({exchange})"
        for name, exchange in CONDITIONS.items()
        if exchange not in graph.reaction_index
    }


def named_conditions(
    graph: MetabolicGraph, *, amount: float | None = None, per: Per = "mole", aerobic: bool = True
) -> MediumSet:
    """The named conditions that a network has (see `missing_conditions` for the others)."""
    there = [name for name in CONDITIONS if name not in missing_conditions(graph)]
    media = [condition(graph, name, amount=amount, per=per, aerobic=aerobic) for name in there]
    return MediumSet(graph, tuple(media))


def condition_growths(graph: MetabolicGraph) -> pl.DataFrame:
    """Growth per hour on every named condition, at equal moles and at equal carbon, with oxygen and without.

    Columns: condition, exchange, per, uptake (mmol/gDW/h of the source), carbon (mmol/gDW/h of carbon), aerobic,
    growth, status (optimal, infeasible, or that the network has no such exchange: growth is then null).
    """
    absent = missing_conditions(graph)
    rows = [
        (name, exchange, per, None, None, aerobic, None, absent[name])
        if name in absent
        else _row(graph, name, per, aerobic)
        for name, exchange in CONDITIONS.items()
        for per in AMOUNTS
        for aerobic in (True, False)
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _row(graph: MetabolicGraph, name: str, per: Per, aerobic: bool) -> tuple:
    exchange = CONDITIONS[name]
    medium = condition(graph, name, per=per, aerobic=aerobic)
    uptake = medium.uptake[exchange]
    carbons = nutrients(graph).filter(pl.col("exchange") == exchange)["C"][0]
    solution = fba(graph, medium)
    return name, exchange, per, uptake, uptake * carbons, aerobic, solution.growth, solution.status
