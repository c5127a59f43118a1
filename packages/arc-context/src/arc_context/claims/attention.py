"""Whether test cells attend to what settles them, whether answers rest on it, and whether gradients reach it."""

from collections.abc import Iterator

from analysis import Differs, Exceeds, Hypothesis, Measured, Quantity, Under
from arc_context.assays.layers import HEADLINE
from arc_context.claims.arms import (
    LOOKUP_CROSS,
    LOOKUP_FILM,
    LOOKUP_NONE,
    POSITION_CROSS,
    POSITION_FILM,
    SEEN,
    SWAP,
    attended,
    deleted,
    exact,
    gradient,
)
from arc_context.claims.predictions import DiffersFromOther

MOST = 0.8
"""The share of a test cell's attention that should be on what settles it."""
NEAR = 0.05
"""Shares of right answers that are no further apart are one level."""
ITSELF = "closing support cells, or changing the support, is itself the intervention"
OF_A_GRADIENT = "a gradient already tells what a small change of the support would do"


def attends(arm: str, words: str, split: str = SEEN) -> Iterator[Exceeds]:
    """More attention on what settles a test cell than uniform attention has, and than the untrained network has."""

    def exceeds(sentence: str, quantity: Quantity, meaning: str, level: float = 0.0) -> Exceeds:
        return Exceeds(
            sentence=f"{words}: {sentence}",
            arms=(arm,),
            quantity=quantity,
            level=level,
            meaning=meaning,
            intervention=deleted(split),
        )

    mass = attended("determining_mass", HEADLINE, split)
    excess = attended("determining_excess", HEADLINE, split)
    yield exceeds("more than uniform attention has", excess, "uniform attention")
    yield exceeds(
        "more than before training", mass - Under("untrained", mass), "the same network before training"
    )
    yield exceeds(f"at least {MOST:.0%} of it", mass, "the share that was named beforehand", MOST)


def rests(sentence: str, quantity: Quantity) -> Exceeds:
    """An intervention whose effect is above none."""
    return Exceeds(
        sentence=sentence,
        arms=(LOOKUP_CROSS,),
        quantity=quantity,
        meaning="no effect",
        no_intervention=ITSELF,
    )


def support(measure: str, split: str = SEEN) -> Measured:
    """Right answers with the support of another task of the same family."""
    return Measured("support", measure, {"split": split, "output": "exact_match"})


ATTENDS = Hypothesis(
    3,
    "Test pixels attend to the support pixels that determine them.",
    "The share of a test cell's attention on the support cells that settle it by the rule of its family, in the look "
    "at which a cell knows nothing but itself: those of its colour where colours are looked up, the corresponding "
    "cells where places are; against uniform attention, and against the network before training. That alone does not "
    "make it a cause: the intervention closes the support cells that each test cell attends most against as many "
    "random ones of the same grids, and scores the right answer by its log-probability and by whether it is given. "
    "Last, each task is given the support of another task of its family.",
    (
        *attends(LOOKUP_CROSS, "colours are looked up"),
        *attends(LOOKUP_CROSS, "swap, a held-out family", SWAP),
        *attends(POSITION_CROSS, "places are looked up"),
        rests(
            "without the most attended support cells fewer answers are right than without random ones",
            deleted(output="exact_match"),
        ),
        rests("answers need their own support", support("support_effect")),
        DiffersFromOther(
            sentence="with another task's support right answers fall to the level of a network without",
            arms=(LOOKUP_CROSS, LOOKUP_NONE),
            quantity=support("with_other_support"),
            other=exact(),
            expects=(-NEAR, NEAR),
            no_intervention=ITSELF,
        ),
    ),
)


def reaches(sentence: str, arms: tuple[str, str], split: str = SEEN) -> Differs:
    """More of the gradient on what settles a test cell than in the baseline."""
    return Differs(
        sentence=sentence,
        arms=arms,
        quantity=gradient("gradient_share", split),
        no_intervention=OF_A_GRADIENT,
    )


GRADIENTS = Hypothesis(
    4,
    "Gradients reach the relevant support pixels more directly.",
    "The share of the norm of ∂ logit / ∂ encoded support cell on the support cells that settle a test cell, "
    "cross-attention − FiLM in pairs of one seed; and cross-attention's against the share of cells that these are.",
    (
        reaches("colours are looked up: beyond FiLM", (LOOKUP_CROSS, LOOKUP_FILM)),
        reaches("swap, a held-out family: beyond FiLM", (LOOKUP_CROSS, LOOKUP_FILM), SWAP),
        reaches("places are looked up: beyond FiLM", (POSITION_CROSS, POSITION_FILM)),
        *(
            Exceeds(
                sentence=f"{words}: beyond a gradient that is spread evenly",
                arms=(arm,),
                quantity=gradient("gradient_excess"),
                meaning="the share of the support cells",
                no_intervention=OF_A_GRADIENT,
            )
            for arm, words in (
                (LOOKUP_CROSS, "colours are looked up"),
                (POSITION_CROSS, "places are looked up"),
            )
        ),
    ),
)
