import pytest

from analysis import ComparabilityError, Run, comparability


def runs(root, arm: str, count: int = 2, **facts) -> list[Run]:
    record = {"data_hash": "d0", "budget": 1000, "parameters": 100, **facts}
    return [Run(root / arm / f"seed-{seed}").begin("{}", record) for seed in range(count)]


def test_runs_of_the_same_data_budget_and_size_are_comparable(tmp_path):
    found = comparability({"a": runs(tmp_path, "a"), "b": runs(tmp_path, "b", parameters=109)}, "a")
    assert (dict(found.reasons), found.notes) == ({}, ())


def test_runs_of_other_data_are_an_error(tmp_path):
    arms = {"a": runs(tmp_path, "a"), "b": runs(tmp_path, "b", data_hash="d1")}
    with pytest.raises(ComparabilityError, match=r"different data \(a: d0; b: d1\)"):
        comparability(arms, "a")


def test_another_budget_is_a_reason(tmp_path):
    found = comparability({"a": runs(tmp_path, "a"), "b": runs(tmp_path, "b", budget=2000)}, "a")
    assert found.reasons == {"b": ("trained on 2,000 samples, a on 1,000",)}


def test_seeds_of_unequal_budget_are_a_reason(tmp_path):
    mixed = [*runs(tmp_path, "b", 1), *runs(tmp_path / "more", "b", 1, budget=2000)]
    found = comparability({"a": runs(tmp_path, "a"), "b": mixed}, "a")
    assert found.reasons == {"b": ("its seeds were trained on 1,000 and 2,000 samples",)}


def test_another_size_is_only_a_note(tmp_path):
    found = comparability({"a": runs(tmp_path, "a"), "b": runs(tmp_path, "b", parameters=120)}, "a")
    assert found.reasons == {}
    assert found.notes == ("b has +20% parameters against a (120 and 100)",)


@pytest.mark.parametrize("arms", [{}, {"b": []}])
def test_arms_without_runs_are_an_error(tmp_path, arms):
    with pytest.raises(ComparabilityError, match="no runs of"):
        comparability(arms, "b")
    with pytest.raises(ComparabilityError, match="no runs of b"):
        comparability({"a": runs(tmp_path, "a"), **arms, "b": []}, "a")


def test_an_unfinished_environment_is_an_error(tmp_path):
    bare = [Run(tmp_path / "b" / "seed-0").begin("{}", {"data_hash": "d0"})]
    with pytest.raises(ComparabilityError, match="has no budget"):
        comparability({"a": runs(tmp_path, "a"), "b": bare}, "a")
