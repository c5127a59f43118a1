from dataclasses import replace

import numpy as np
import pytest

from object_persistence.baselines import ColourRule, LinkLength
from object_persistence.metrics import accuracy, auroc


def test_the_threshold_is_the_length_with_the_fewest_errors_in_training(learned):
    length = np.concatenate([clip.track_length for clip in learned])
    persistent = np.concatenate([clip.persistent for clip in learned])
    right = {at: float(np.mean((length >= at) == persistent)) for at in range(1, 18)}
    fitted = LinkLength().fit(learned)
    assert right[int(fitted.threshold)] == max(right.values())
    assert accuracy(persistent, np.concatenate(fitted.predict(learned))) == max(right.values())


def test_the_probability_never_falls_with_the_length(learned, asked):
    score = np.concatenate(LinkLength().fit(learned).predict(asked))
    order = np.argsort(np.concatenate([clip.track_length for clip in asked]), kind="stable")
    assert (np.diff(score[order]) >= 0).all()


def test_where_nothing_lasts_no_length_is_long_enough(learned):
    nothing = [replace(clip, persistent=np.zeros(len(clip), dtype=bool)) for clip in learned]
    assert LinkLength().fit(nothing).threshold == float("inf")


def test_white_lasts_and_red_does_not_by_the_colour_rule(learned):
    spheres = [coloured(clip) for clip in learned]
    said = np.concatenate(ColourRule().fit(spheres).predict(spheres))
    persistent = np.concatenate([clip.persistent for clip in spheres])
    assert accuracy(persistent, said) == 1
    grey = np.concatenate(ColourRule().fit(learned).predict(learned))
    assert auroc(persistent, grey) == 0.5


def test_the_background_in_the_corners_does_not_make_a_sphere_dark(learned):
    clip = coloured(learned[0])
    corners = clip.patches.copy()
    corners[..., [0, -1], :] = corners[..., :, [0, -1]] = 0
    assert np.array_equal(
        ColourRule().predict([clip])[0], ColourRule().predict([replace(clip, patches=corners)])[0]
    )


@pytest.mark.parametrize(
    ("brightness", "value", "score"), [(0.7, 0.7, 0.5), (0.7, 0.35, 0.25), (0.4, 0.7, 0.75)]
)
def test_one_half_lies_at_the_threshold(brightness, value, score, learned):
    clip = learned[0]
    plain = replace(clip, patches=np.full_like(clip.patches, value))
    assert ColourRule(brightness).predict([plain])[0] == pytest.approx(score, abs=1e-6)


def coloured(clip):
    """White where it lasts, the older red elsewhere."""
    colours = np.where(clip.persistent[:, None], [1.0, 1.0, 1.0], [0.9, 0.3, 0.3]).astype(np.float32)
    return replace(clip, patches=np.broadcast_to(colours[..., None, None], (len(clip), 3, 5, 5)).copy())
