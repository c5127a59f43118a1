"""The arms of the claims, by the names of their presets, and what is read of them."""

from analysis import Measured
from arc_context.families.registry import HELD_OUT

CROSS, FILM, NONE = "cross_attention", "film", "none"
"""Networks on all families of training, by what they know of the support."""
LOOKUP_CROSS, LOOKUP_FILM, LOOKUP_NONE = (f"lookup_{each}" for each in (CROSS, FILM, NONE))
"""On families in which a test cell looks its colour up."""
POSITION_CROSS, POSITION_FILM = (f"position_{each}" for each in (CROSS, FILM))
"""On families in which it looks its place up."""
DECOUPLED, COUPLED, WITHOUT = "markers_decoupled", "markers_coupled", "markers_none"
"""On families with markers: anchors from before the support is known, from after it, and none."""
SEEN, SWAP = "test/seen", "test/swap"
HELD_OUT_SPLITS = tuple(f"test/{name}" for name in HELD_OUT)
TRAINED_OTHERWISE = (
    "networks that were trained otherwise are compared; what a trained network has learnt cannot be taken away from it "
    "without damage that tells nothing of one that never learnt it"
)


def exact(split: str = SEEN) -> Measured:
    """The share of right answers on a split."""
    return Measured("performance", "exact_match", {"split": split})


def exact_of(family: str) -> Measured:
    """The share of right answers to tasks of a family that training shows."""
    return Measured("performance", "exact_match_by_family", {"split": SEEN, "family": family})


def deleted(split: str = SEEN, output: str = "log_probability") -> Measured:
    """What closing the most attended support cells costs beyond closing random ones, the mean over all shares."""
    return Measured("faithfulness", "deletion_area", {"split": split, "output": output})


def deleted_of(family: str) -> Measured:
    """The same of a family that training shows."""
    here = {"split": SEEN, "family": family, "output": "log_probability"}
    return Measured("faithfulness", "deletion_area_by_family", here)


def attended(measure: str, look: str, split: str = SEEN) -> Measured:
    """A figure of one look, the mean over families that say what settles a test cell."""
    return Measured("lookup", measure, {"split": split, "layer": look})


def collapse(measure: str) -> Measured:
    """How far answers are background and little else."""
    return Measured("collapse", measure, {"split": SEEN})


def gradient(measure: str, split: str = SEEN) -> Measured:
    """A figure of input gradients, the mean over families that say what settles a test cell."""
    return Measured("gradients", measure, {"split": split})
