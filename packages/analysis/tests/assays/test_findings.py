"""What was found in a run is kept, read back, and put together over networks."""

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from analysis import AnalysisError, Archive, Estimate, Finding, Findings, Run, StoreError


def findings(value: float) -> Findings:
    figures = (
        Finding("accuracy", Estimate(value, value - 0.1, value + 0.1, 20, 0.5), {"n": 1}),
        Finding("accuracy", Estimate.not_estimable("one class", n=3), {"n": 2}),
        Finding("disparity", Estimate(0.25, np.nan, np.nan, 9), {}),
    )
    return Findings(
        figures, {"matrix": np.arange(6.0).reshape(2, 3)}, ("two sequences were left out",), "abc"
    )


def test_findings_are_read_back_as_they_were_and_give_the_same_bytes(tmp_path: Path):
    findings(0.8).write(tmp_path / "a.json")
    findings(0.8).write(tmp_path / "b.json")
    for suffix in (".json", ".npz"):
        assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()
    read = Findings.read(tmp_path / "a.json")
    assert read.estimate("accuracy", n=1) == findings(0.8).estimate("accuracy", n=1)
    assert str(read.estimate("accuracy", n=2)) == "not estimable: one class"
    assert read.notes == ("two sequences were left out",)
    np.testing.assert_array_equal(read.arrays["matrix"], np.arange(6.0).reshape(2, 3))


def test_a_truncated_file_is_named_with_what_to_do(tmp_path: Path):
    findings(0.8).write(tmp_path / "a.json")
    (tmp_path / "a.npz").write_bytes((tmp_path / "a.npz").read_bytes()[:40])
    with pytest.raises(StoreError, match=r"a\.json cannot be read, delete it"):
        Findings.read(tmp_path / "a.json")


def test_a_measure_that_was_not_found_is_an_error_with_what_was():
    with pytest.raises(AnalysisError, match="no swap in the whole run; measured were: accuracy, disparity"):
        findings(0.8).estimate("swap")


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    values = {"base": [0.5, 0.52, 0.49], "other": [0.7, 0.75, 0.69]}
    found = {
        tmp_path / arm / f"seed-{seed}": findings(value)
        for arm, each in values.items()
        for seed, value in enumerate(each)
    }
    runs = {arm: [Run(path) for path in found if path.parent.name == arm] for arm in values}
    return Archive(runs, lambda run, assay: found[run.path])


def test_networks_are_the_units_of_an_archive(archive: Archive):
    estimate = archive.estimate("base", "behaviour", "accuracy", chance=0.5)
    half = stats.t.ppf(0.975, 2) * stats.sem([0.5, 0.52, 0.49])
    assert estimate.n == 3
    assert estimate.value == pytest.approx(np.mean([0.5, 0.52, 0.49]))
    assert estimate.high - estimate.value == pytest.approx(half)


def test_arms_of_equal_seeds_are_compared_in_pairs_whatever_their_order(archive: Archive):
    reversed_runs = Archive({**archive.runs, "base": tuple(reversed(archive.runs["base"]))}, archive.find)
    gap = reversed_runs.difference("other", "base", "behaviour", "accuracy", n=1)
    assert gap.test == "paired t"
    assert gap.p == pytest.approx(stats.ttest_rel([0.7, 0.75, 0.69], [0.5, 0.52, 0.49]).pvalue)


def test_what_could_not_be_estimated_is_no_value_but_stays_in_the_table(archive: Archive):
    assert archive.values("base", "behaviour", "accuracy", n=2) == {}
    assert str(archive.estimate("base", "behaviour", "accuracy", n=2)).startswith("not estimable: accuracy")
    assert archive.table("behaviour", "accuracy")["value"].is_nan().sum() == 6
    with pytest.raises(AnalysisError, match="no runs of third"):
        archive.values("third", "behaviour", "accuracy")
