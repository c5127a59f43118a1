import numpy as np
import polars as pl
import pytest

from analysis import CrossValidation, Run, StoreError
from working_memory.assays.decoding import Decodability
from working_memory.configuration import TasksConfig

QUICK = Decodability(CrossValidation(permutations=0))
TESTED = Decodability(CrossValidation(permutations=40), properties=("location",))
PLACES = Decodability(CrossValidation(permutations=0), properties=("location",))


def accuracy(found, name: str, layer: str = "rnn", relevance: str = "relevant"):
    return found.estimate("decoding_accuracy", layer=layer, property=name, relevance=relevance)


def test_the_shown_object_is_read_from_its_code_and_not_from_noise(make_run, planted):
    shown, noise = (TESTED.measure(make_run(planted(ages, 4.0)), {}) for ages in (1, 0))
    for layer in ("cnn", "rnn"):
        for relevance in ("relevant", "irrelevant"):
            clear, unclear = (accuracy(found, "location", layer, relevance) for found in (shown, noise))
            assert clear.value > 0.5
            assert clear.null.p < 0.05
            assert abs(unclear.value - 0.25) < 0.06
            assert unclear.null.value == pytest.approx(0.25, abs=0.01)


def test_a_property_held_only_where_it_is_asked_for_is_irrelevant_elsewhere(make_run, planted):
    code, noise = planted(ages=1, strength=4.0), planted(ages=0)

    def gated(table, objects):
        asked = (table["feature"] == "category").to_numpy().reshape(-1, objects, 1)
        return np.where(asked, code(table, objects), noise(table, objects))

    found = QUICK.measure(make_run(gated), {})
    assert accuracy(found, "category").low > 0.6
    assert accuracy(found, "category", relevance="irrelevant").value < 0.35
    assert accuracy(found, "location").value == pytest.approx(0.25, abs=0.08)


def test_a_code_that_places_share_generalises_over_time_and_another_does_not(make_run, planted):
    shared, apart = (PLACES.measure(make_run(planted(1, 4.0, slots)), {}) for slots in (False, True))
    for layer in ("cnn", "rnn"):
        matrix = shared.arrays[f"time_generalisation/{layer}/location"]
        assert matrix.shape == (6, 6)
        assert matrix.min() > 0.6
    matrix = apart.arrays["time_generalisation/rnn/location"]
    assert np.diag(matrix).min() > 0.8
    assert matrix[~np.eye(6, dtype=bool)].mean() < 0.35


def test_significance_is_corrected_for_the_whole_matrix(make_run, planted):
    found = TESTED.measure(make_run(planted(1, 4.0, slots=True)), {})
    p = found.arrays["time_generalisation/rnn/location/p"]
    assert np.diag(p).max() == pytest.approx(1 / 41)
    assert np.median(p[~np.eye(6, dtype=bool)]) > 0.05


def test_many_classes_are_told_with_their_chance_and_rare_ones_are_left_out_by_name(make_run, planted):
    run = make_run(planted(ages=1, strength=4.0), sequences=450)
    found = QUICK.measure(run, {})
    estimate = accuracy(found, "identity", relevance="irrelevant")
    assert estimate.chance == pytest.approx(1 / 5)  # 20 identities, five to a category
    assert estimate.value > 0.6
    few = QUICK.measure(make_run(planted(ages=1), sequences=180), {})
    relevant = accuracy(few, "identity")
    assert relevant.how.startswith("not estimable: only ")
    assert "of 20 classes of identity are in 5 or more of 120 sequences at every place" in relevant.how


def test_a_property_of_many_classes_is_held_against_its_chance_level_alone(make_run, planted):
    how = CrossValidation(permutations=20)
    found = Decodability(how).measure(make_run(planted(ages=1)), {})
    assert accuracy(found, "location").null.draws == 20
    assert accuracy(found, "identity", relevance="irrelevant").null is None
    assert "time_generalisation/rnn/identity/p" not in found.arrays
    asked = Decodability(how, properties=("identity",), by_chance=()).measure(make_run(planted(ages=1)), {})
    assert accuracy(asked, "identity", relevance="irrelevant").null.draws == 20


def test_a_category_does_not_pass_for_an_identity(make_run, planted):
    class OnlyCategory(planted):
        def __call__(self, table, objects):
            return super().__call__(table.with_columns(identity=pl.lit("one")), objects)

    found = QUICK.measure(make_run(OnlyCategory(ages=1, strength=4.0)), {})
    assert accuracy(found, "category", relevance="irrelevant").value > 0.9
    assert abs(accuracy(found, "identity", relevance="irrelevant").value - 1 / 5) < 0.05


def test_classes_that_are_left_out_are_counted_in_a_note(make_run, planted):
    found = QUICK.measure(make_run(planted(ages=1), sequences=400), {})
    told = [note for note in found.notes if "the others are left out" in note]
    left_out = [accuracy(found, "identity", relevance=each).chance for each in ("relevant", "irrelevant")]
    assert bool(told) == any(chance is not None and chance > 1 / 5 + 1e-9 for chance in left_out)


def test_a_single_feature_leaves_the_others_without_relevant_trials(make_run, planted):
    tasks = TasksConfig(scenario="stsf")
    found = QUICK.measure(make_run(planted(ages=1), tasks=tasks), {})
    assert "not estimable: category is relevant in no sequence" in accuracy(found, "category").how
    assert accuracy(found, "category", relevance="irrelevant").value > 0.4


def with_nan(states: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    states["cognition/hidden"][6, 2] = np.nan
    return states


def test_states_that_are_not_finite_are_named_and_the_other_layer_is_still_read(make_run, planted):
    found = QUICK.measure(make_run(planted(ages=1), change=with_nan), {})
    layers = {
        layer: [accuracy(found, "location", layer, each) for each in ("relevant", "irrelevant")]
        for layer in ("cnn", "rnn")
    }
    assert any("not finite, at the times" in each.how for each in layers["rnn"])
    assert not any("not estimable" in each.how for each in layers["cnn"])


def test_one_class_and_few_sequences_are_not_estimable(make_run, planted):
    found = QUICK.measure(make_run(planted(ages=1), sequences=9), {})
    for name in ("location", "category", "identity"):
        assert accuracy(found, name).how.startswith("not estimable: only 0 of")
    assert found.arrays == {}


def test_a_run_without_states_says_so(make_run, planted):
    run = make_run(planted(ages=0), change=lambda states: {"look/gates": states["cognition/hidden"]})
    assert QUICK.missing(run) == "it kept no states of backbone/pooled, cognition/hidden"


def test_a_truncated_file_of_states_is_named(make_run, planted):
    run = make_run(planted(ages=0))
    path = run.path / "states.safetensors"
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(StoreError, match=r"states\.safetensors cannot be read, it is truncated"):
        QUICK.measure(Run(run.path), {})


def test_a_run_with_none_of_the_splits_is_refused(make_run, planted):
    run = make_run(planted(ages=0), splits=("test/novel_identity",), sequences=9)
    with pytest.raises(ValueError, match=r"expected sequences of one length in .*; the run has none of them"):
        QUICK.measure(run, {})
