from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from graph_attention.configuration import MediaConfig
from graph_attention.errors import MetabolicError
from graph_attention.truth import labelled_media as preparing
from graph_attention.truth import labelling
from graph_attention.truth.dataset import FluxDataset
from graph_attention.truth.flux_balance import fba, pfba
from graph_attention.truth.labelled_media import labelled_media
from graph_attention.truth.labelling import label
from graph_attention.truth.learning_media import learning_media
from graph_attention.truth.media import Medium
from graph_attention.truth.medium_set import MediumSet


@pytest.fixture(scope="module")
def media(e_coli_core):
    return learning_media(e_coli_core, MediaConfig(count=60, seed=1))


@pytest.fixture(scope="module")
def made(e_coli_core, media, tmp_path_factory):
    return FluxDataset.make(e_coli_core, media, tmp_path_factory.mktemp("fluxes"), jobs=1)


def test_labels_are_what_each_medium_gives_by_itself(made, e_coli_core):
    for row in (0, 17, 59):
        solution = pfba(e_coli_core, made.media[row])
        assert made.growth[row] == solution.growth
        np.testing.assert_array_equal(made.flux[row], solution.flux)
        np.testing.assert_array_equal(made.shadow_price[row], solution.shadow_price)
        assert made.feasible[row] == solution.feasible


def test_infeasible_media_are_kept_and_counted(made):
    assert 0 < (~made.feasible).sum() < len(made)
    assert not made.flux[~made.feasible].any()
    assert not made.grows[~made.feasible].any()
    assert f"{(~made.feasible).sum()} of them infeasible" in repr(made)


def test_the_summary_names_the_media_that_are_infeasible_and_those_that_only_do_not_grow(toy, tmp_path):
    needy = replace(toy, reactions=toy.reactions.with_columns(lower=lowest("SPLIT", 1.0)))
    fed = (
        Medium("sugar", {"EX_sugar": 9.0}),
        Medium("nothing", {}),
        Medium("little", {"EX_sugar": 0.5}),
    )
    made = FluxDataset.make(needy, MediumSet(needy, fed), tmp_path / "needy", jobs=1)
    assert made.infeasible == ("nothing", "little")
    assert made.summary().splitlines() == [
        "toy: 3 media, 1 with growth",
        "  no growth     none",
        "  infeasible    2: nothing; little",
    ]
    frugal = FluxDataset.make(toy, MediumSet(toy, fed), tmp_path / "toy", jobs=1)
    assert frugal.summary().splitlines()[1:] == ["  no growth     1: nothing", "  infeasible    none"]


def test_what_is_saved_is_what_is_read(made, tmp_path):
    made.save(tmp_path / "there")
    read = FluxDataset.load(tmp_path / "there")
    for name, array in vars(made.labels).items():
        np.testing.assert_array_equal(getattr(read.labels, name), array)
    assert read.media.fingerprint == made.media.fingerprint
    assert read.graph.fingerprint == made.graph.fingerprint
    assert read.provenance == made.provenance


def test_labels_that_are_there_are_not_solved_again(e_coli_core, media, tmp_path, monkeypatch):
    first = FluxDataset.make(e_coli_core, media.take(range(30)), tmp_path, jobs=1)
    monkeypatch.setattr(labelling, "pfba", None)
    again = FluxDataset.make(e_coli_core, media.take(range(30)), tmp_path, jobs=1)
    np.testing.assert_array_equal(again.flux, first.flux)
    assert not (tmp_path / "chunks").exists()


def test_an_interrupted_run_goes_on_where_it_stopped(e_coli_core, media, tmp_path, made):
    said = []

    def stop_at_50(what, done, of):
        said.append(done)
        if done == 50:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        FluxDataset.make(e_coli_core, media, tmp_path, jobs=1, report=stop_at_50)
    assert said == [0, 25, 50]
    resumed = []
    found = FluxDataset.make(e_coli_core, media, tmp_path, jobs=1, report=lambda *told: resumed.append(told))
    assert resumed == [("media labelled", 50, 60), ("media labelled", 60, 60)]
    np.testing.assert_array_equal(found.flux, made.flux)


def test_two_processes_give_the_same_bytes(e_coli_core, media, tmp_path, made):
    FluxDataset.make(e_coli_core, media, tmp_path / "two", jobs=2)
    made.save(tmp_path / "one")
    for name in ("labels.safetensors", "provenance.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


@pytest.mark.parametrize("changed", ["media", "seed", "network"])
def test_a_folder_with_other_labels_is_an_error(e_coli_core, media, tmp_path, changed):
    few = media.take(range(3))
    FluxDataset.make(e_coli_core, few, tmp_path, jobs=1)
    other = {
        "media": (e_coli_core, media.take(range(4)), 0),
        "seed": (e_coli_core, few, 1),
        "network": (replace(e_coli_core, stoichiometry=e_coli_core.stoichiometry * 2), few, 0),
    }
    graph, given, seed = other[changed]
    with pytest.raises(MetabolicError, match=f"holds other labels: .*{changed}"):
        FluxDataset.make(graph, given, tmp_path, seed=seed, jobs=1)


def test_an_incomplete_folder_is_an_error(tmp_path):
    with pytest.raises(MetabolicError, match=r"holds no complete data set: network.npz, media.parquet"):
        FluxDataset.load(tmp_path)


def test_a_pruned_network_has_the_labels_that_it_would_be_given(made, e_coli_core):
    carries = (np.abs(made.flux) > 0).any(axis=0)
    keep = np.flatnonzero(carries | np.isin(np.arange(len(carries)), e_coli_core.exchanges))
    pruned = e_coli_core.keep_reactions(keep, "without flux")
    moved = made.on(pruned)
    assert len(pruned.reactions) < len(e_coli_core.reactions)
    solved = label(pruned, moved.media, 0)
    np.testing.assert_allclose(moved.flux, solved.flux, atol=1e-7)
    np.testing.assert_allclose(moved.growth, solved.growth, atol=1e-9)
    assert list(moved.media.split()["train"]) == list(made.media.split()["train"])


def test_a_network_without_a_reaction_that_carries_flux_is_an_error(made, e_coli_core):
    keep = [index for name, index in e_coli_core.reaction_index.items() if name != "PGK"]
    with pytest.raises(MetabolicError, match="lacks 1 reactions that carry flux: PGK"):
        made.on(e_coli_core.keep_reactions(np.array(keep), "without PGK"))


def test_rows_are_taken_from_everything(made):
    some = made.take([5, 2])
    assert some.media.names == [made.media[5].name, made.media[2].name]
    np.testing.assert_array_equal(some.growth, made.growth[[5, 2]])
    np.testing.assert_array_equal(some.shadow_price, made.shadow_price[[5, 2]])


def test_the_splits_of_a_data_set_sum_to_one_where_anything_is_made(made):
    edges, shares = made.splits()
    made_of = np.zeros((len(made), len(made.graph.metabolites)))
    np.add.at(made_of, (slice(None), edges.metabolite), np.nan_to_num(shares))
    assert set(np.unique(made_of.round(9))) == {0.0, 1.0}
    growing = made_of[made.grows]
    assert (growing[:, made.graph.metabolite_index["atp_c"]] > 0).all()


def test_without_a_folder_labels_are_kept_in_the_users_cache(toy, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    media = MediumSet(toy, (Medium("sugar", {"EX_sugar": 1.0}), Medium("acid", {"EX_acid": 1.0})))
    made = FluxDataset.make(toy, media, jobs=1)
    assert made.growth.tolist() == [fba(toy, medium).growth for medium in media]
    assert (tmp_path / "searchlight" / "fluxes" / made.provenance.key / "labels.safetensors").exists()


def test_media_of_settings_are_drawn_and_solved_once(e_coli_core, tmp_path, monkeypatch):
    config = MediaConfig(count=20, seed=3)
    first = labelled_media(e_coli_core, config, tmp_path, jobs=1)
    assert first.provenance.seed == 3
    assert first.media.fingerprint == learning_media(e_coli_core, config).fingerprint
    monkeypatch.setattr(preparing, "learning_media", None)
    again = labelled_media(e_coli_core, MediaConfig(count=20, seed=3, held_out=0.2), tmp_path)
    np.testing.assert_array_equal(again.flux, first.flux)
    with pytest.raises(TypeError):
        labelled_media(e_coli_core, MediaConfig(count=20, seed=4), tmp_path)


def test_where_the_jobs_run_is_one_setting(e_coli_core, media, tmp_path, made):
    found = FluxDataset.make(e_coli_core, media, tmp_path, jobs=2, backend="threading")
    np.testing.assert_array_equal(found.flux, made.flux)


def lowest(name, bound):
    """The lower bounds of a network with that of one reaction raised."""
    return pl.when(pl.col("id") == name).then(bound).otherwise(pl.col("lower"))
