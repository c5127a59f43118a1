"""What the recurrent states hold, and how it is laid out."""

from analysis import Exceeds, Hypothesis, Measured, mean_of
from working_memory.claims.arms import BASELINE, FAMILIES, both

MARGIN = 0.05
"""Accuracies within five points count as kept."""

TRAINED_OTHERWISE = (
    "networks that were trained otherwise are compared; uniform attention (even gates) damages a trained network's "
    "code, and a damaged code tells nothing of one that was learned without attention"
)
FEWER_TRIALS = (
    "uniform attention (even gates) is evaluated on the test splits alone, and decoders that learn from fewer "
    "trials are worse for that reason"
)
ADVANTAGE = Measured("swap", "swap_advantage")
SHOWN = Measured("decoding", "decoding_accuracy", {"layer": "rnn", "relevance": "irrelevant"})
HELD = mean_of(
    *(Measured("memory", "memory_accuracy", {"relevance": "irrelevant", "age": age}) for age in (1, 2, 3))
)


def recurrent(measure: str) -> Measured:
    """A figure of the geometry of recurrent states, over the properties."""
    return Measured("geometry", measure, {"layer": "rnn"})


IRRELEVANT = Hypothesis(
    4,
    "Task-irrelevant features become less decodable.",
    "Balanced accuracy of cross-validated linear decoders of recurrent states, for properties that the task does not "
    "ask for, mean over properties, arm − baseline in pairs: of the object shown, and of those 1 to 3 frames before.",
    (
        *both(
            "irrelevant properties of the object shown are less decodable",
            SHOWN,
            expects="less",
            no_intervention=FEWER_TRIALS,
        ),
        *both(
            "irrelevant properties of objects shown 1 to 3 frames ago are less decodable",
            HELD,
            expects="less",
            no_intervention=FEWER_TRIALS,
        ),
    ),
)

ORTHOGONALISATION = Hypothesis(
    5,
    "The orthogonalisation index rises.",
    "O = E(1 − |cos|) of class directions in recurrent states, mean over properties, arm − baseline in pairs. O grows "
    "with the number of classes and is high for noise; so also put between its noise null (0) and the simplex (1).",
    (
        *both(
            "the published index rises",
            recurrent("orthogonalization_index"),
            no_intervention=TRAINED_OTHERWISE,
        ),
        *both(
            "the index between noise and simplex rises",
            recurrent("orthogonalization"),
            no_intervention=TRAINED_OTHERWISE,
        ),
    ),
)

DISTINCTNESS = Hypothesis(
    6,
    "Class representations become more distinct (cosine).",
    "Mean cosine of two centred recurrent states of different classes, mean over properties, arm − baseline in pairs: "
    "more distinct is a smaller cosine. That of class averages would be −1 / (C − 1) whatever the code.",
    both(
        "the cosine between classes falls",
        recurrent("class_cosine"),
        expects="less",
        no_intervention=TRAINED_OTHERWISE,
    ),
)

ROTATION = Hypothesis(
    7,
    "Procrustes disparity across time falls.",
    "‖AR·s − B‖² / ‖B‖² on held-out conditions, from the code of an object as it is shown to that of later frames, "
    "mean over properties, arm − baseline in pairs. 1 is no alignment at all.",
    both(
        "the disparity falls",
        Measured("rotation", "procrustes_disparity"),
        expects="less",
        no_intervention=TRAINED_OTHERWISE,
    ),
)

RECONSTRUCTION = Hypothesis(
    8,
    "Reconstruction accuracy rises.",
    "Accuracy on held-out trials of decoders rotated from the object shown to the object remembered, mean over "
    "properties, arm − baseline in pairs.",
    both(
        "rotated decoders become more accurate",
        Measured("rotation", "reconstruction_accuracy"),
        no_intervention=TRAINED_OTHERWISE,
    ),
)

NO_PART = "a rotation is read off the code; no part of a network makes it alone and could be taken away"

CHRONOLOGY = Hypothesis(
    9,
    "Chronological organisation is kept (swap test).",
    "Decoding accuracy after a rotation of the same age (Eq. 3 of Lei, Ito & Bashivan 2024) less that after one of the "
    "same object (Eq. 2): above 0 in each arm, permuted within networks; then within 0.05 of the baseline's.",
    (
        *(
            Exceeds(
                sentence=f"{words}: rotations of the same age carry over further than those of the same object",
                arms=(arm,),
                quantity=ADVANTAGE,
                meaning="neither carries over further",
                no_intervention=NO_PART,
            )
            for arm, words in {BASELINE: "pooled baseline", **FAMILIES}.items()
        ),
        *both(
            "the advantage of the same age is the baseline's within 5 points",
            ADVANTAGE,
            expects=(-MARGIN, MARGIN),
            no_intervention=NO_PART,
        ),
    ),
)
