"""Whether attention between detections tells what lasts, better than what needs none, and what helps it."""

from analysis import Differs, Hypothesis
from object_persistence.claims.arms import HELD_OUT, SAME, TRACKS, TRAINED_OTHERWISE, answer

SPLITS = {SAME: "clips like those of training", **HELD_OUT}
NOTHING_TO_TAKE_AWAY = (
    "two ways to an answer are compared; the other one is no part of a network that could be taken out"
)


def above(baseline: str, words: str, split: str, measure: str = "accuracy") -> Differs:
    """The transformer is better than a baseline on a split, in pairs of one seed."""
    called = {"accuracy": "accuracy", "auroc": "AUROC"}[measure]
    return Differs(
        sentence=f"{called} is above that of {words}: {SPLITS[split]}",
        arms=(TRACKS, baseline),
        quantity=answer(measure, split),
        no_intervention=NOTHING_TO_TAKE_AWAY,
    )


def helps(words: str, arm: str, baseline: str) -> Differs:
    """Accuracy of one arm above that of another, on clips like those of training."""
    return Differs(
        sentence=words, arms=(arm, baseline), quantity=answer("accuracy"), no_intervention=TRAINED_OTHERWISE
    )


ABOVE_BASELINES = Hypothesis(
    1,
    "Object tokens and a transformer tell persistent from transient, above majority and above link-and-count "
    "baselines.",
    "Accuracy per detection, transformer − baseline in pairs of one seed, on each test split: against always giving "
    "the commoner answer, against the linked length with a threshold chosen on training clips, and against gradient "
    "boosting on features of linked tracks; AUROC besides where training was alike.",
    (
        above("majority", "the commoner answer", SAME),
        *(above("link_length", "linked length", split) for split in SPLITS),
        *(above("gradient_boosting", "gradient boosting on track features", split) for split in SPLITS),
        above("link_length", "linked length", SAME, "auroc"),
        above("gradient_boosting", "gradient boosting on track features", SAME, "auroc"),
    ),
)

WHAT_HELPS = Hypothesis(
    3,
    "Trained features, more data, more layers each help.",
    "Accuracy per detection on test/same in pairs of one seed and of one number of clips shown: a patch network that "
    "is trained against one that stays as it was drawn; 500, 2 000 and 10 000 training clips; 2, 4 and 6 layers.",
    (
        helps("trained features help: above a patch network that stays random", TRACKS, "untrained_features"),
        helps("2 000 clips help: above 500 clips", "clips2000", "clips500"),
        helps("10 000 clips help: above 2 000 clips", "clips10000", "clips2000"),
        helps("4 layers help: above 2 layers", "layers4", TRACKS),
        helps("6 layers help: above 4 layers", "layers6", "layers4"),
    ),
)
