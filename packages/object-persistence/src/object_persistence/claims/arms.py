"""The arms of the claims, by the names of their presets."""

from analysis import Log2, Measured, Quantity

TRACKS = "tracks"
"""Attention between detections that knows linked tracks; nothing tells it what to attend to."""
SUPERVISED = "supervised"
"""The same, and its loss asks for attention to what lasts."""
SAME = "test/same"
HELD_OUT = {
    "test/fast": "faster objects",
    "test/gap4": "gaps of 4 frames",
    "test/gap6": "gaps of 6 frames",
    "test/drop": "a quarter of the detections missing",
    "test/dense": "two to three times as many objects",
    "test/dim": "half the signal-to-noise ratio",
    "test/half_rate": "half the frame rate",
    "test/look_alike": "transients that look like tracks",
    "test/cut": "objects that come late and leave early",
}
"""Conditions that training never showed, in words."""
TRAINED_OTHERWISE = (
    "networks that were trained otherwise are compared; what a trained network has learnt cannot be taken away from it "
    "without damage that tells nothing of one that never learnt it"
)


def answer(measure: str, split: str = SAME) -> Measured:
    """A figure of all detections of a test split, clutter counting as transient."""
    return Measured("performance", measure, {"split": split, "clutter": "counted"})


def ratio(layer: str, split: str = SAME) -> Quantity:
    """Attention of persistent over that of other detections, clutter among them, in doublings: 0 is no preference."""
    cell = {"split": split, "layer": layer, "clutter": "counted"}
    return Log2(Measured("ratio", "attention_ratio", cell))
