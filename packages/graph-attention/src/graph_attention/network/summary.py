"""A network in a few readable lines."""

from typing import TYPE_CHECKING

import numpy as np

from graph_attention.network.balance import imbalance
from graph_attention.network.tables import UNASSIGNED, named, tally

if TYPE_CHECKING:
    from graph_attention.network.graph import MetabolicGraph

SHOWN = 5
WIDTH = 14


def summary(graph: "MetabolicGraph") -> str:
    """Sizes, what is reversible, subsystems, hubs, and everything that is odd or was left out."""
    sizes = (
        f"{len(graph.metabolites)} metabolites, {len(graph.reactions)} reactions, {len(graph.edges)} edges"
    )
    lines = {
        "compartments": _compartments(graph),
        "reactions": _reactions(graph),
        "subsystems": _subsystems(graph),
        "objective": named(_ids(graph, graph.objective != 0), SHOWN) or "none",
        "degree": _degree(graph),
        "unbalanced": tally(graph.unbalanced, SHOWN),
        "not judged": _not_judged(graph),
        "isolated": tally(graph.isolated, SHOWN),
        "left out": "; ".join(map(_shortened, graph.excluded)) or "nothing",
    }
    told = [f"  {name:<{WIDTH}}{line}" for name, line in lines.items()]
    return "\n".join([f"{graph.name}: {sizes}, {len(graph.genes)} genes", *told])


def _ids(graph: "MetabolicGraph", chosen: np.ndarray) -> list[str]:
    return [graph.reactions["id"][int(index)] for index in np.flatnonzero(chosen)]


def _shortened(sentence: str) -> str:
    said, _, names = sentence.partition(": ")
    return f"{said}: {named(names.split(', '), SHOWN)}" if names else said


def _compartments(graph: "MetabolicGraph") -> str:
    where = graph.metabolites["compartment"]
    return ", ".join(f"{name or '(none)'} {int((where == name).sum())}" for name in graph.compartments)


def _reactions(graph: "MetabolicGraph") -> str:
    rules = int((graph.reactions["gene_rule"] != "").sum())
    other = int(graph.boundary.sum()) - len(graph.exchanges)
    return (
        f"{len(graph.exchanges)} exchanges, {other} other boundary, {int(graph.reversible.sum())} reversible, "
        f"{rules} with a gene rule"
    )


def _subsystems(graph: "MetabolicGraph") -> str:
    without = int((graph.reactions["subsystem"] == "").sum())
    return f"{len(set(graph.subsystems) - {UNASSIGNED})}, {without} reactions {UNASSIGNED}"


def _not_judged(graph: "MetabolicGraph") -> str:
    count = int(np.isnan(imbalance(graph)).sum())
    return f"{count} reactions with an unknown formula or charge" if count else "none"


def _degree(graph: "MetabolicGraph") -> str:
    degree = np.diff(graph.stoichiometry.indptr)
    hubs = np.argsort(-degree, kind="stable")[:3]
    names = ", ".join(f"{graph.metabolites['id'][int(hub)]} {degree[hub]}" for hub in hubs)
    return f"median {np.median(degree):g}, largest {names}" if len(degree) else "no metabolites"
