"""Small random networks for hypothesis, which must be installed."""

import random
from typing import TYPE_CHECKING

import numpy as np

from graph_attention.network.graph import MetabolicGraph

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

SUBSYSTEMS = ("", "alpha", "beta")
GENE_RULES = ("", "g1", "g2", "g1 and g2", "g1 or g3", "(g1 and g2) or g3")


def metabolic_graphs(metabolites: int = 7, reactions: int = 8) -> "SearchStrategy[MetabolicGraph]":
    """A hypothesis strategy of networks of up to so many metabolites and inner reactions.

    Each has exchanges, some of which let something in, one objective reaction that drains one or two metabolites,
    reversible and irreversible reactions with small whole coefficients, gene rules, and sometimes metabolites or
    whole parts that nothing reaches. The bounds are finite and allow v = 0.
    """
    from hypothesis import strategies as st

    sides = st.tuples(st.integers(2, metabolites), st.integers(1, reactions))
    return st.builds(_undisturbed, sides, st.integers(0, 100_000))


def random_graph(sides: tuple[int, int], seed: int) -> MetabolicGraph:
    """The network of a seed, of so many metabolites and inner reactions."""
    metabolites, inner = sides
    generator = np.random.default_rng(seed)
    outside = np.flatnonzero(generator.random(metabolites) < 0.5)
    outside = outside if len(outside) else np.array([0])
    exchanges = -np.eye(metabolites)[:, outside]
    changes = [_inner_reaction(metabolites, generator) for _ in range(inner)]
    drained = np.zeros(metabolites)
    drained[generator.choice(metabolites, generator.integers(1, 3), replace=False)] = -generator.integers(
        1, 3
    )
    if np.count_nonzero(drained) == 1:
        drained *= 0.5  # tells the drain from an exchange of the same metabolite
    stoichiometry = np.column_stack([exchanges, *changes, drained])
    return MetabolicGraph.from_arrays(
        f"random {seed}",
        stoichiometry,
        {"id": [f"m{row}" for row in range(metabolites)], "compartment": _compartments(metabolites, outside)},
        _reaction_columns(len(outside), inner, generator),
    )


def _undisturbed(sides: tuple[int, int], seed: int) -> MetabolicGraph:
    """The same; beartype draws from Python's global generator, which hypothesis forbids inside a strategy."""
    before = random.getstate()
    try:
        return random_graph(sides, seed)
    finally:
        random.setstate(before)


def _inner_reaction(metabolites: int, generator: np.random.Generator) -> np.ndarray:
    """One or two substrates become one or two products."""
    count = min(metabolites, int(generator.integers(2, 5)))
    chosen = generator.choice(metabolites, count, replace=False)
    column = np.zeros(metabolites)
    column[chosen] = generator.integers(1, 3, count)
    column[chosen[: count // 2]] *= -1
    return column


def _compartments(metabolites: int, outside: np.ndarray) -> list[str]:
    return ["e" if row in outside else "c" for row in range(metabolites)]


def _reaction_columns(exchanges: int, inner: int, generator: np.random.Generator) -> dict[str, list]:
    uptake = np.where(generator.random(exchanges) < 0.7, -10.0, 0.0)
    backwards = np.where(generator.random(inner) < 0.3, -1000.0, 0.0)
    subsystem = ["", *(SUBSYSTEMS[pick] for pick in generator.integers(0, len(SUBSYSTEMS), inner))]
    rule = [GENE_RULES[pick] for pick in generator.integers(0, len(GENE_RULES), inner)]
    return {
        "id": [
            *(f"EX_{index}" for index in range(exchanges)),
            *(f"r{index}" for index in range(inner)),
            "GROW",
        ],
        "subsystem": [""] * (exchanges - 1) + subsystem + [""],
        "lower": [*uptake, *backwards, 0.0],
        "objective": [0.0] * (exchanges + inner) + [1.0],
        "gene_rule": [""] * exchanges + rule + [""],
    }
