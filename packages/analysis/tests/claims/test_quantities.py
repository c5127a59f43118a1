from dataclasses import replace

import pytest

from analysis import Archive, Findings, Log2, Measured, Under, mean_of

NAN = float("nan")
SCORE = Measured("behaviour", "score")


def test_a_measure_is_the_mean_over_its_cells_in_every_network(planted_archive):
    archive = planted_archive({"a": [(1.0, 3.0), (5.0, 7.0)]})
    assert SCORE.known(archive, ("a",)).of("a") == {0: 2.0, 1: 6.0}
    one = Measured("behaviour", "score", {"split": "test/1"})
    assert one.known(archive, ("a",)).of("a") == {0: 3.0, 1: 7.0}


def test_a_cell_that_one_network_lacks_counts_for_none_and_is_named(planted_archive):
    archive = planted_archive({"a": [(1.0, 3.0), (5.0, NAN)], "b": [(2.0, 9.0)]})
    known = SCORE.known(archive, ("a", "b"))
    assert known.values == {"a": {0: 1.0, 1: 5.0}, "b": {0: 2.0}}
    assert known.left_out == ("split test/1",)


def test_a_network_without_any_cell_is_left_out_and_takes_no_cell_with_it(planted_archive):
    archive = planted_archive({"a": [(1.0, 3.0), (NAN, NAN)]})
    known = SCORE.known(archive, ("a",))
    assert (known.of("a"), known.left_out) == ({0: 2.0}, ())


def test_networks_that_share_no_cell_have_no_value(planted_archive):
    archive = planted_archive({"a": [(1.0, NAN), (NAN, 2.0)]})
    assert SCORE.known(archive, ("a",)).of("a") == {}


def test_quantities_are_combined_within_a_network(planted_archive):
    archive = planted_archive({"a": [(1.0, 3.0), (5.0, NAN)]})
    first, second = (Measured("behaviour", "score", {"split": f"test/{n}"}) for n in (0, 1))
    assert (second - first).known(archive, ("a",)).of("a") == {0: 2.0}
    assert (first / 10.0).known(archive, ("a",)).of("a") == pytest.approx({0: 0.1, 1: 0.5})
    assert mean_of(first, second).known(archive, ("a",)).of("a") == {0: 2.0}
    assert list(map(str, (second - Measured("memory", "score")).sources)) == ["behaviour", "memory"]


def test_a_ratio_and_its_inverse_count_alike_in_doublings(planted_archive):
    archive = planted_archive({"a": [8.0, 0.125, 1.0]})
    doubled = Log2(SCORE)
    assert doubled.known(archive, ("a",)).of("a") == {0: 3.0, 1: -3.0, 2: 0.0}
    assert doubled.sources == SCORE.sources
    assert (doubled - doubled).known(archive, ("a",)).of("a") == {0: 0.0, 1: 0.0, 2: 0.0}


def test_what_is_not_positive_has_no_logarithm(planted_archive):
    archive = planted_archive({"a": [2.0, 0.0, -1.0]})
    assert Log2(SCORE).known(archive, ("a",)).of("a") == {0: 1.0}


def test_a_network_is_asked_under_an_intervention_as_it_is_without(planted_archive):
    archive = planted_archive({"a": [0.9, 0.8]})
    changed = {run.path / "interventions" / "uniform": run for run in archive.of("a")}

    def find(run, assay):
        if run.path not in changed:
            return archive.find(run, assay)
        figure = next(archive.find(changed[run.path], assay).of("score"))
        halved = replace(figure, estimate=replace(figure.estimate, value=figure.estimate.value / 2))
        return Findings((halved,))

    lost = SCORE - Under("uniform", SCORE)
    assert lost.known(Archive(archive.runs, find), ("a",)).of("a") == pytest.approx({0: 0.45, 1: 0.4})
    assert list(map(str, lost.sources)) == ["behaviour", "behaviour under uniform"]
