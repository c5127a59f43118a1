import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_attention.errors import MetabolicError
from graph_attention.network.graph import MetabolicGraph
from graph_attention.truth.holding_out import sizes
from graph_attention.truth.media import Medium
from graph_attention.truth.medium_set import MediumSet

EXCHANGES = [f"EX_{letter}" for letter in "abcdefghij"]


@pytest.fixture(scope="module")
def many():
    """A network of ten nutrients, half of them with carbon, and 60 media of one to three of them."""
    graph = MetabolicGraph.from_arrays(
        "ten",
        -np.eye(10),
        {"id": list("abcdefghij"), "formula": ["C2H4", "N"] * 5, "compartment": ["e"] * 10},
        {"id": EXCHANGES},
    )
    rng = np.random.default_rng(0)
    media = []
    for row in range(60):
        names = rng.choice(EXCHANGES, rng.integers(1, 4), replace=False).tolist()
        oxygen = {"EX_o2_e": 5.0} if row % 4 else {}
        varied = {name: "C" if EXCHANGES.index(name) % 2 == 0 else "N" for name in names}
        media.append(Medium(f"m{row}", {**dict.fromkeys(names, 2.0), **oxygen}, varied))
    return MediumSet(graph, tuple(media))


@given(seed=st.integers(0, 1000), held_out=st.sampled_from([0.05, 0.1, 0.2, 0.3]))
def test_what_is_held_out_never_occurs_in_training(many, seed, held_out):
    splits = many.split(seed=seed, held_out=held_out)
    assert list(splits) == [
        "train",
        "validation/medium",
        "validation/nutrient",
        "test/medium",
        "test/nutrient",
    ]
    assert sorted(np.concatenate(list(splits.values()))) == list(range(60))
    seen = {name: {each for row in rows for each in many[row].sources()} for name, rows in splits.items()}
    away = many.held_out(seed, held_out)
    assert not set(away.validation) & set(away.test)
    assert not seen["train"] & {*away.validation, *away.test}
    assert not (seen["validation/medium"] | seen["test/medium"]) - seen["train"]
    assert not seen["validation/nutrient"] & set(away.test)
    for part in ("validation", "test"):
        assert all(set(many[row].sources()) & set(getattr(away, part)) for row in splits[f"{part}/nutrient"])


@given(seed=st.integers(0, 1000))
def test_a_combination_of_nutrients_is_in_one_part_only(many, seed):
    splits = many.split("medium", seed=seed)
    assert list(splits) == ["train", "validation/medium", "test/medium"]
    parts = [{many.combinations[row] for row in rows} for rows in splits.values()]
    assert not any(parts[i] & parts[j] for i in range(3) for j in range(i))
    trained = {each for row in splits["train"] for each in many[row].sources()}
    assert trained == set(many.nutrients)
    assert len(splits["test/medium"]) == pytest.approx(6, abs=1)


def test_a_split_by_nutrient_leaves_the_other_media_in_training(many):
    splits = many.split("nutrient", seed=1)
    away = many.held_out(seed=1)
    inside = [row for row in range(60) if not set(many[row].sources()) & {*away.validation, *away.test}]
    assert splits["train"].tolist() == inside


def test_parts_without_media_are_said(many):
    assert sizes(many.take(range(4)).split("medium")) == (
        "4 media: 4 in train; none in validation/medium, test/medium"
    )
    splits = many.split(seed=0)
    assert sizes(splits) == "60 media: " + ", ".join(f"{len(splits[name])} in {name}" for name in splits)


def test_the_same_seed_gives_the_same_split_and_another_seed_another(many):
    first, again, other = (many.split(seed=seed) for seed in (3, 3, 4))
    assert all((first[name] == again[name]).all() for name in first)
    assert first["train"].tolist() != other["train"].tolist()


def test_a_group_is_the_held_out_nutrient_or_the_combination(many):
    groups = many.groups(seed=2)
    away = many.held_out(seed=2)
    for name, rows in many.split(seed=2).items():
        for row in rows:
            held = [each for each in sorted(many[row].sources()) if each in away.of(name)]
            assert groups[row] == (held[0] if held else many.combinations[row])


def test_composition_counts_the_atoms_of_the_chosen_sources(many):
    medium = Medium("m", {"EX_a": 3.0, "EX_b": 2.0, "EX_c": 1.0}, {"EX_a": "C", "EX_b": "N"})
    found = MediumSet(many.graph, (medium,)).composition[0]
    assert found.tolist() == [6.0, 12.0, 2.0, 0.0, 0.0, 0.0]


def test_uptake_has_a_column_for_each_exchange(many):
    row = 1
    expected = [many[row].uptake.get(name, 0.0) for name in EXCHANGES]
    without_oxygen = MediumSet(many.graph, tuple(medium.on(many.graph) for medium in many))
    assert without_oxygen.uptake[row].tolist() == expected
    with pytest.raises(MetabolicError, match="medium m1: EX_o2_e is no exchange of ten"):
        assert many.uptake is None
    assert many.aerobic.tolist() == [row % 4 > 0 for row in range(60)]


def test_media_survive_a_table(many):
    read = MediumSet.from_table(many.graph, many.table())
    assert read.fingerprint == many.fingerprint
    assert read.names == many.names
    assert many.take([1, 2]).fingerprint != many.take([2, 1]).fingerprint


def test_a_set_says_its_sizes(many):
    assert repr(many) == "MediumSet(ten: 60 media, 10 nutrients chosen in them)"


def test_sets_are_joined(many):
    assert (many.take([0]) + many.take([2])).names == ["m0", "m2"]


def test_media_of_differing_networks_are_not_joined(many, toy):
    with pytest.raises(MetabolicError, match=r"media of one network cannot join .*ten.*toy"):
        many.take([0]) + MediumSet(toy, (Medium("m", {"EX_acid": 1.0}),))


def test_two_media_of_one_name_are_an_error(many):
    with pytest.raises(MetabolicError, match="1 name of a medium occurs twice, the first is m0"):
        MediumSet(many.graph, (many[0], many[0]))


def test_too_few_nutrients_to_hold_out_are_an_error(many):
    two = MediumSet(many.graph, tuple(medium for medium in many if set(medium.sources()) <= {"EX_a", "EX_b"}))
    with pytest.raises(MetabolicError, match="2 nutrients cannot give 2 × 1 held-out ones"):
        two.split()
