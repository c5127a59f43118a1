"""Speed, accuracy, generalisation and cost."""

from collections.abc import Iterator

from analysis import ArrivesEarlier, Differs, Grows, Hypothesis, Measured, Prediction
from working_memory.claims.arms import BASELINE, FAMILIES, both, by_uniform

TOLERANCE = 0.2
"""A cost is as claimed where it lies within a fifth of the figure, for no claim said how exact it was meant."""

SCORE = Measured("behaviour", "accuracy")
NOVEL = {"novel_view": "novel views", "novel_identity": "novel identities"}


def on_split(name: str) -> Measured:
    """Accuracy on a test split, over all tasks."""
    return Measured("behaviour", "accuracy", {"split": f"test/{name}"})


def generalising(split: str) -> Iterator[Prediction]:
    """Accuracy on novel objects, and what is lost against familiar ones."""
    novel, words = on_split(split), NOVEL[split]
    yield from both(f"accuracy on {words} rises", novel, intervention=by_uniform(novel))
    yield from both(
        f"less is lost from familiar objects to {words}",
        novel - on_split("familiar"),
        no_intervention="uniform attention (even gates) lowers both sides of the gap, so that what is left of it tells "
        "nothing",
    )


def costing(arm: str) -> Iterator[Prediction]:
    """Parameters, time and memory as they were claimed."""
    words, against = FAMILIES[arm], (arm, BASELINE)
    counted = "a cost is counted, nothing has to be taken away"
    shares = {"parameters": ("parameters", 0.04), "training time": ("cpu_seconds_per_step", 0.25)}
    for what, (measure, figure) in shares.items():
        yield Grows(
            sentence=f"{words}: {what} +{100 * figure:.0f} %",
            arms=against,
            quantity=Measured("costs", measure),
            expects=around(figure),
            no_intervention=counted,
        )
    yield Differs(
        sentence=f"{words}: memory +0.5 GB",
        arms=against,
        quantity=Measured("costs", "peak_bytes") / 1e9,
        expects=around(0.5),
        no_intervention=counted,
    )


def around(figure: float) -> tuple[float, float]:
    """What counts as a claimed cost."""
    return figure * (1 - TOLERANCE), figure * (1 + TOLERANCE)


CONVERGENCE = Hypothesis(
    1,
    "Attention converges faster (steps to 90 %).",
    "Optimiser steps until validation accuracy first is 0.90, baseline − arm: restricted means up to the last step "
    "and log-rank test by regrouping networks. One that never arrives counts as watched to the end.",
    tuple(
        ArrivesEarlier(
            sentence=f"{words}: validation accuracy of 90 % is reached in fewer steps",
            arms=(arm, BASELINE),
            metric="accuracy",
            criterion=0.9,
            no_intervention="how a network was trained cannot be changed afterwards",
        )
        for arm, words in FAMILIES.items()
    ),
)

ACCURACY = Hypothesis(
    2,
    "Final accuracy rises by 5–10 points.",
    "Masked accuracy over the nine tasks and three test splits, arm − baseline in pairs. True where the whole interval "
    "lies within 0.05 to 0.10, and the same networks lose accuracy with uniform attention (even gates, each at the "
    "mean of all).",
    both("accuracy rises by 5 to 10 points", SCORE, expects=(0.05, 0.10), intervention=by_uniform(SCORE)),
)

GENERALISATION = Hypothesis(
    3,
    "It generalises better (novel views, novel identities).",
    "Accuracy on objects in views, and of identities, that training never showed, arm − baseline in pairs; then what "
    "is lost against familiar objects, for a network that is better everywhere does not generalise better.",
    tuple(prediction for split in NOVEL for prediction in generalising(split)),
)

COSTS = Hypothesis(
    12,
    "Attention costs +4 % parameters, +25 % training time, +0.5 GB.",
    "Trained parameters, CPU seconds per optimiser step and peak memory beside the baseline's. True where the interval "
    "lies within a fifth of the figure. The backbone is frozen and its features are cached: neither is timed. Peak "
    "memory is the most that the process held while it trained this network, libraries and features included.",
    tuple(prediction for arm in FAMILIES for prediction in costing(arm)),
)
