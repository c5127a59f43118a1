"""The parts of tables and findings that assays ask for."""

import polars as pl

from analysis import Estimate, Finding, Findings, Measure
from analysis.assays import parts

SHARE = Measure("share", cells=("kind",))


def test_only_test_splits_are_told_in_the_order_in_which_they_are_stored():
    splits = ["validation/a", "test/b", "test/a", "test/b", "train"]
    told = dict(parts.tested_splits(pl.DataFrame({"split": splits, "row": range(5)})))
    assert {split: part["row"].to_list() for split, part in told.items()} == {"test/b": [1, 3], "test/a": [2]}


def test_only_keeps_figures_at_a_level_and_those_that_know_no_such_cell():
    def figure(measure, **cell):
        return Finding(measure, Estimate(1.0, 0.0, 2.0, 3), cell)

    found = Findings((figure("share", kind="a"), figure("share", kind="b"), figure("other", kind="a")))
    found = Findings((*found.figures, figure("share")))
    left = parts.only({"arm": [found]}, SHARE, kind="a")
    assert [(each.measure, dict(each.cell)) for each in left["arm"][0].figures] == [
        ("share", {"kind": "a"}),
        ("share", {}),
    ]


def test_a_curve_is_over_networks_and_of_one_network_has_its_own_intervals():
    def network(shift):
        return Findings(
            tuple(
                Finding("share", Estimate(at + shift, at - 9, at + 9, 3), {"at": at, "kind": kind})
                for at in (0.5, 1.0)
                for kind in ("a", "b")
            )
        )

    alone = parts.curve([network(0.0)], SHARE, along="at", kind="a")
    assert {at: (each.low, each.high) for at, each in alone.items()} == {0.5: (-8.5, 9.5), 1.0: (-8.0, 10.0)}
    several = parts.curve([network(0.0), network(0.2)], SHARE, along="at", kind="a")
    assert {at: (each.value, each.n) for at, each in several.items()} == {0.5: (0.6, 2), 1.0: (1.1, 2)}
    assert parts.curve([], SHARE, along="at") == {}
