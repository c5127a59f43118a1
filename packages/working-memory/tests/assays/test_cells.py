import numpy as np
import pytest

from analysis import AnalysisError, Estimate, Measure
from working_memory.assays.cells import in_cell, several

SHARE = Measure("share", bounds=(0.0, 1.0))
OTHER = Measure("other")


def test_what_is_refused_says_why_in_every_figure():
    def refuse():
        raise AnalysisError("expected more,\n  got less")

    found = list(in_cell((SHARE, OTHER), {"property": "location"}, refuse))
    assert [(each.measure, each.cell["property"]) for each in found] == [
        ("share", "location"),
        ("other", "location"),
    ]
    assert {each.estimate.how for each in found} == {"not estimable: expected more, got less"}
    assert np.isnan([each.estimate.value for each in found]).all()


def test_intervals_end_where_the_measure_does():
    wide = Estimate(0.9, 0.7, 1.1, 5)
    share, other = (each.estimate for each in in_cell((SHARE, OTHER), {}, lambda: (wide, wide)))
    assert (share.high, other.high) == (1.0, 1.1)


def test_figures_that_are_missing_are_not_passed_over():
    with pytest.raises(ValueError, match="shorter"):
        list(in_cell((SHARE, OTHER), {}, lambda: (Estimate(0.5, 0.4, 0.6, 5),)))


def test_classes_are_counted():
    assert several(np.array(list("aaabbbccc")), 3) == 3


@pytest.mark.parametrize(
    ("labels", "message"),
    [("aaaa", "got 1 of 4 or more"), ("aaab", "got 2 of 1 or more")],
)
def test_one_class_or_a_rare_one_is_refused(labels, message):
    with pytest.raises(AnalysisError, match=message):
        several(np.array(list(labels)), 2)
