import json

import polars as pl
import pytest

from analysis import AssayComparison, Comparability, compare
from searchlight.older_keys import OLDER_KEYS, older_keys
from working_memory.assays import ASSAYS


def compared(
    assay: str, measure: str, part: str, gap: float, *, arms=("gated", "looking"), **options
) -> AssayComparison:
    rows = [("base", seed, 0.5 + 0.01 * seed) for seed in range(4)]
    rows += [(arm, seed, 0.5 + gap + 0.02 * seed) for arm in arms for seed in range(4)]
    values = pl.DataFrame(rows, schema=["arm", "seed", "value"], orient="row")
    return AssayComparison(assay, "?", {measure: {part: compare(values, [], "base", **options)}}, {}, ())


def test_the_older_keys_are_mean_paired_differences_with_what_belongs_to_them():
    found = older_keys(
        {
            "decoding": compared("decoding", "decoding_accuracy", "test/novel_view, rnn, relevant", 0.1),
            "geometry": compared("geometry", "orthogonalization_index", "rnn", -0.2),
            "rotation": compared("rotation", "reconstruction_accuracy", "", 0.05),
        }
    )
    decoding = found["decoding"]
    assert decoding["mean_improvement"] == pytest.approx(0.115)
    assert decoding["interval"][0] < decoding["mean_improvement"] < decoding["interval"][1]
    assert (decoding["verdict"], decoding["n"], decoding["baseline"]) == ("better", 4, "base")
    assert set(decoding["arms"]) == {"gated", "looking"}
    assert found["orthogonalization"]["improvement"] == pytest.approx(-0.185)
    assert found["procrustes"]["reconstruction_improvement"] == pytest.approx(0.065)
    assert json.dumps(found, allow_nan=False)


def test_what_was_not_measured_or_not_comparable_has_a_reason_and_no_number():
    blocked = Comparability(dict.fromkeys(("gated", "looking"), ("another budget",)))
    found = older_keys(
        {"rotation": compared("rotation", "reconstruction_accuracy", "", 0.05, checked=blocked)}
    )
    assert found["procrustes"]["reason"] == "another budget"
    assert "reconstruction_improvement" not in found["procrustes"]
    assert found["orthogonalization"] == {
        "reason": "orthogonalization_index rnn of the assay geometry was not compared"
    }
    other = older_keys({"decoding": compared("decoding", "decoding_accuracy", "cnn, relevant", 0.1)})
    assert "mean_improvement" not in other["decoding"]


def test_each_older_key_is_a_measure_that_an_assay_has():
    known = {(assay.name, measure.name) for assay in ASSAYS for measure in assay.measures}
    assert {(key.assay, key.measure) for key in OLDER_KEYS} <= known


def test_the_number_at_the_top_is_that_of_the_first_arm_that_was_compared():
    found = older_keys(
        {"rotation": compared("rotation", "reconstruction_accuracy", "", 0.05, arms=("zebra", "ape"))}
    )
    assert found["procrustes"]["arm"] == "zebra"
    assert list(found["procrustes"]["arms"]) == ["zebra", "ape"]


def test_a_higher_index_is_said_to_be_no_better_with_the_normalised_value_beside_it():
    index = compared("geometry", "orthogonalization_index", "rnn", -0.2, higher_is_better=None)
    normal = compared("geometry", "orthogonalization", "rnn", 0.3, higher_is_better=None)
    both = AssayComparison("geometry", "?", {**index.measures, **normal.measures}, {}, ())
    found = older_keys({"geometry": both})["orthogonalization"]
    assert found["higher_is_better"] is None
    assert found["reading"].startswith("a higher orthogonalization_index is not better")
    assert found["normalised"]["improvement"] == pytest.approx(0.315)
    assert found["normalised"]["of"] == "orthogonalization rnn"
    assert (found["verdict"], found["normalised"]["verdict"]) == ("lower", "higher")
