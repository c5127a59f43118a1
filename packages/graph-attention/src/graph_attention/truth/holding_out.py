"""Which nutrients, and which combinations of them, training does not see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int

from graph_attention.errors import MetabolicError

SHARE_OF_COMBINATIONS = 0.1
"""The share of media whose combination only validation/medium shows, and as many again only test/medium."""


@dataclass(frozen=True)
class HeldOut:
    """Nutrients that only one part of a data set holds."""

    validation: tuple[str, ...]
    test: tuple[str, ...]

    def of(self, part: str) -> tuple[str, ...]:
        """The nutrients for the sake of which a medium is in a part; none for the parts that hold none out."""
        return {"validation/nutrient": self.validation, "test/nutrient": self.test}.get(part, ())


def sizes(splits: Mapping[str, Int[np.ndarray, " rows"]]) -> str:
    """How many media each part has, those that have none last: `4 media in train; none in test/medium`."""
    some = ", ".join(f"{len(rows)} in {name}" for name, rows in splits.items() if len(rows))
    empty = ", ".join(name for name, rows in splits.items() if not len(rows))
    return f"{sum(map(len, splits.values()))} media: {some}" + (f"; none in {empty}" if empty else "")


def hold_out_nutrients(nutrients: Sequence[str], seed: int, share: float) -> HeldOut:
    """Draw the nutrients for validation and for the test, a share each and at least one.

    Raises:
        MetabolicError: fewer than three nutrients, or a share that leaves none to train on.
    """
    each = max(1, round(share * len(nutrients)))
    if len(nutrients) <= 2 * each:
        raise MetabolicError(
            f"{len(nutrients)} nutrients cannot give 2 × {each} held-out ones and one for training; "
            "lower the share, or give more sources"
        )
    order = np.random.default_rng((seed, 1)).permutation(sorted(nutrients)).tolist()
    return HeldOut(tuple(sorted(order[:each])), tuple(sorted(order[each : 2 * each])))


def hold_out_combinations(
    combinations: np.ndarray, chosen: Bool[np.ndarray, "media nutrients"], seed: int
) -> np.ndarray:
    """The part of each medium: train, validation/medium or test/medium.

    Combinations are drawn until each of the held-out parts has its share of the media. One without which a
    nutrient would be missing from training stays.
    """
    names, first, member = np.unique(combinations, return_index=True, return_inverse=True)
    size = np.bincount(member, minlength=len(names))
    uses = chosen[first]
    left = uses.sum(axis=0)
    wanted = round(SHARE_OF_COMBINATIONS * len(combinations))
    room = {"validation/medium": wanted, "test/medium": wanted}
    part = np.full(len(names), "train", dtype=object)
    for combination in np.random.default_rng((seed, 2)).permutation(len(names)):
        place = max(room, key=lambda name: room[name])
        spared = uses[combination].any() and (left[uses[combination]] > 1).all()
        if spared and size[combination] <= room[place]:
            part[combination] = place
            room[place] -= int(size[combination])
            left -= uses[combination]
    return part[member]
