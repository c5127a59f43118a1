"""Where spatial attention looks, for each task and in failed trials; channel gates have no map."""

from typing import Any

from analysis import Exceeds, ExceedsControl, Hypothesis, Measured, Quantity, mean_of
from working_memory.claims.arms import SPATIAL

FEATURES = ("location", "identity", "category")
ENTROPY, MASS = "attention_entropy", "object_mass_ratio"
DELETED = Measured("faithfulness", "deletion_effect")


def in_task(measure: str, feature: str, control: str = "trained") -> Measured:
    """A figure of the attention of one task, of the networks or of their control."""
    return Measured("attention", measure, {"feature": feature, "control": control})


def beyond_others(measure: str, feature: str, control: str = "trained") -> Quantity:
    """How far one task lies above the mean of the other two."""
    others = (in_task(measure, each, control) for each in FEATURES if each != feature)
    return in_task(measure, feature, control) - mean_of(*others)


def uniform_costs(feature: str) -> Measured:
    """The accuracy of one task that uniform attention costs."""
    return Measured("attention", "uniform_loss", {"feature": feature})


def against_other_task(sentence: str, quantity: Quantity, control: Quantity, **parts: Any) -> ExceedsControl:
    """A prediction that must not hold where the network is given the task of another sequence."""
    return ExceedsControl(
        sentence=sentence,
        arms=(SPATIAL,),
        quantity=quantity,
        control=control,
        meaning="the same images with the task of another sequence",
        **parts,
    )


def failed(sentence: str, measure: str, **parts: Any) -> Exceeds:
    """A prediction of failed trials; what is attended must matter to the answer."""
    parts = {"meaning": "failed as correct", **parts}
    return Exceeds(
        sentence=sentence,
        arms=(SPATIAL,),
        quantity=Measured("attention", measure),
        intervention=DELETED,
        **parts,
    )


FOCUS = Hypothesis(
    10,
    "The location task attends to places, the identity task to the object, the category task broadly.",
    "Spatial attention: normalised entropy of a task less the mean of the other two, and mass on the object over its "
    "area, beside the same images with another sequence's task. Uniform attention must cost location and identity "
    "accuracy, and category less than them.",
    (
        against_other_task(
            "location: attention is on fewer places than in the other tasks (entropy)",
            beyond_others(ENTROPY, "location"),
            beyond_others(ENTROPY, "location", "shuffled_task"),
            expects="less",
            intervention=uniform_costs("location"),
        ),
        Exceeds(
            sentence="identity: more attention is on the object than its area has",
            arms=(SPATIAL,),
            quantity=in_task(MASS, "identity"),
            level=1.0,
            meaning="mass on the object as large as its area",
            intervention=uniform_costs("identity"),
        ),
        against_other_task(
            "identity: more attention is on the object than with another task",
            in_task(MASS, "identity"),
            in_task(MASS, "identity", "shuffled_task"),
            intervention=uniform_costs("identity"),
        ),
        against_other_task(
            "category: attention is on more places than in the other tasks (entropy)",
            beyond_others(ENTROPY, "category"),
            beyond_others(ENTROPY, "category", "shuffled_task"),
            intervention=mean_of(uniform_costs("location"), uniform_costs("identity"))
            - uniform_costs("category"),
        ),
    ),
)

FAILURES = Hypothesis(
    11,
    "Failed trials are mis-focused; entropy goes with accuracy.",
    "Spatial attention: mass on the object and entropy of failed less correct trials, and the correlation of entropy "
    "with correctness, each within task and then averaged. Deleting the most attended places must change the answer "
    "more than deleting random ones.",
    (
        failed(
            "failed trials: less attention is on the object than in correct trials of the same task",
            "mass_failed_minus_correct",
            expects="less",
        ),
        failed(
            "failed trials: attention is broader than in correct trials of the same task",
            "entropy_failed_minus_correct",
        ),
        failed(
            "entropy and correctness go together within a task",
            "entropy_correctness",
            expects="different",
            meaning="no correlation",
        ),
    ),
)
