from dataclasses import replace

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from object_persistence.baselines import BASELINES, make_baseline
from object_persistence.baselines.features import features_of
from object_persistence.errors import PersistenceError
from object_persistence.metrics import accuracy, auroc, majority

LEARN = ("majority", "link_length", "logistic_length", "track_boosting", "gradient_boosting")


def quick(name):
    return make_baseline(name, **({"trees": 20, "learning_rate": 0.2} if name.endswith("boosting") else {}))


@pytest.mark.parametrize("name", BASELINES)
def test_every_detection_gets_a_probability_and_a_clip_of_none_gets_none(name, learned, asked, empty):
    clips = [*asked, empty]
    said = quick(name).fit([*learned, empty]).predict(clips)
    assert [len(each) for each in said] == [len(clip) for clip in clips]
    flat = np.concatenate(said)
    assert ((flat >= 0) & (flat <= 1)).all()
    assert [each.size for each in quick(name).fit(learned).predict([empty])] == [0]
    assert quick(name).fit(learned).predict([]) == []


@pytest.mark.parametrize("name", BASELINES)
def test_the_same_seed_gives_the_same_bytes_and_labels_are_not_looked_at(name, learned, asked):
    flipped = [replace(clip, persistent=~clip.persistent, truth=clip.truth + 7) for clip in asked]
    first, second = (quick(name).fit(learned, seed=3).predict(each) for each in (asked, flipped))
    assert np.concatenate(first).tobytes() == np.concatenate(second).tobytes()


@pytest.mark.parametrize("name", LEARN[1:])
def test_what_lasts_is_told_from_what_does_not(name, learned, asked):
    score = np.concatenate(quick(name).fit(learned).predict(asked))
    persistent = np.concatenate([clip.persistent for clip in asked])
    assert accuracy(persistent, score) > majority(persistent) + 0.1
    assert auroc(persistent, score) > 0.98


@pytest.mark.parametrize("name", LEARN[1:])
def test_labels_that_mean_nothing_teach_nothing(name, learned, asked):
    rng = np.random.default_rng(0)
    persistent, found = np.concatenate([clip.persistent for clip in asked]), []
    for _ in range(3):
        # Whole tracks keep a label, or trees would learn single detections by heart.
        nonsense = [replace(clip, persistent=(rng.random(99) < 0.5)[clip.tracks]) for clip in learned]
        found.append(auroc(persistent, np.concatenate(quick(name).fit(nonsense).predict(asked))))
    assert np.mean(found) == pytest.approx(0.5, abs=0.3)


def test_the_majority_is_the_share_in_training(learned, asked):
    share = np.concatenate([clip.persistent for clip in learned]).mean()
    assert np.concatenate(make_baseline("majority").fit(learned).predict(asked)) == pytest.approx(share)


def test_gradient_boosting_is_scikit_learns_on_the_features(learned, asked):
    table, labels = (
        np.concatenate([features_of(each) for each in learned]),
        [each.persistent for each in learned],
    )
    by_hand = HistGradientBoostingClassifier(
        max_iter=30,
        min_samples_leaf=7,
        learning_rate=0.2,
        max_leaf_nodes=9,
        l2_regularization=2.0,
        early_stopping=False,
        random_state=1,
    ).fit(table, np.concatenate(labels))
    ours = make_baseline(
        "gradient_boosting", trees=30, leaf=7, learning_rate=0.2, leaves=9, penalty=2.0, cuts=0
    )
    said = np.concatenate(ours.fit(learned, 1).predict(asked))
    assert np.allclose(
        said, by_hand.predict_proba(np.concatenate([features_of(each) for each in asked]))[:, 1]
    )


def test_logistic_length_is_logistic_regression_on_the_log_of_the_length(learned, asked):
    known, new = (
        np.log(np.concatenate([clip.track_length for clip in clips]))[:, None] for clips in (learned, asked)
    )
    labels = np.concatenate([clip.persistent for clip in learned])
    by_hand = LogisticRegression(C=1e4).fit(known, labels).predict_proba(new)[:, 1]
    said = make_baseline("logistic_length").fit(learned).predict(asked)
    assert np.allclose(np.concatenate(said), by_hand, atol=1e-4)


def test_one_class_alone_is_answered_with_certainty(learned, asked):
    for lasting in (True, False):
        same = [replace(clip, persistent=np.full(len(clip), lasting)) for clip in learned]
        for name in LEARN:
            assert (np.concatenate(quick(name).fit(same).predict(asked)) == float(lasting)).all()


@pytest.mark.parametrize("name", BASELINES)
def test_clips_without_detections_teach_nothing_and_are_refused(name, empty):
    with pytest.raises(PersistenceError, match=f"{name} needs detections to learn from; got none in 2 clips"):
        make_baseline(name).fit([empty, empty])


@pytest.mark.parametrize("name", LEARN)
def test_an_unfitted_baseline_says_so(name, asked):
    with pytest.raises(PersistenceError, match=f"{name} has learned nothing yet"):
        make_baseline(name).predict(asked)
