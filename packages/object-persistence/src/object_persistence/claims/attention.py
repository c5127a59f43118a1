"""Whether attention prefers what lasts, whether that matters, and what supervising it does."""

from collections.abc import Iterator

from analysis import Differs, Exceeds, Hypothesis, Log2, Measured, Quantity, Under
from object_persistence.claims.arms import SAME, SUPERVISED, TRACKS, answer, ratio

LAYERS = {"layer1": "the first layer", "layer2": "the last layer", "rollout": "all layers together (rollout)"}
WORDS = {TRACKS: "unsupervised", SUPERVISED: "supervised"}
DELETED = Measured("faithfulness", "deletion_effect", {"split": SAME, "output": "accuracy", "share": 0.2})
"""Dropping the 20 % most attended detections must cost more accuracy than dropping random ones."""
MARGIN = 0.005
"""Half a point of accuracy counts as none lost."""


def preferring(arm: str) -> Iterator[Exceeds]:
    """The ratio by layer, beyond what an untrained network has, and among detections seen as often."""

    def exceeds(sentence: str, quantity: Quantity, **parts) -> Exceeds:
        return Exceeds(
            sentence=f"{WORDS[arm]}: {sentence}",
            arms=(arm,),
            quantity=quantity,
            intervention=DELETED,
            **parts,
        )

    for layer, words in LAYERS.items():
        yield exceeds(
            f"persistent detections receive more attention than others in {words}",
            ratio(layer),
            meaning="as much attention for both",
        )
    trained = ratio("layer2")
    yield exceeds(
        "the ratio in the last layer is above that before training",
        trained - Under("untrained", trained),
        meaning="the same network before training",
    )
    yield exceeds(
        "persistent detections receive more at their first sighting than others at theirs, last layer",
        Log2(Measured("ratio", "ratio_at_equal_sighting", {"layer": "layer2", "seen": 1})),
        meaning="as much attention for both",
    )


PREFERENCE = Hypothesis(
    2,
    "Attention prefers persistent objects (ratio above 1).",
    "log2 of the attention received per persistent over that per other detection, on clips like those of training: a "
    "ratio in doublings, so that it and its inverse count alike over networks, 0 for attention that knows nothing. "
    "Within each network the null moves labels within clips. The intervention drops the 20 % of the detections that "
    "are attended most, against as many random ones, and scores what both keep: a preference that answers do not rest "
    "on is not said to be one.",
    (*preferring(TRACKS), *preferring(SUPERVISED)),
)

SUPERVISION = Hypothesis(
    4,
    "Attention supervision raises the ratio without losing accuracy.",
    "A loss that asks for attention to persistent detections, against the same network without it, in pairs of one "
    "seed: the ratio in the last layer, in doublings; then accuracy, kept where the whole interval of the difference "
    "lies above −0.5 points. Supervised attention must still be attention that answers rest on.",
    (
        Differs(
            sentence="the ratio in the last layer is above that without supervision",
            arms=(SUPERVISED, TRACKS),
            quantity=ratio("layer2"),
            intervention=DELETED,
        ),
        Differs(
            sentence="at most half a point of accuracy is lost",
            arms=(SUPERVISED, TRACKS),
            quantity=answer("accuracy"),
            expects=(-MARGIN, 1.0),
            no_intervention="that nothing is lost is no effect of attention that could be taken away",
        ),
    ),
)
