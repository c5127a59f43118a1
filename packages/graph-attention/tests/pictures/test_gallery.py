"""Every picture has its words and its null; what they show is told in numbers and in lines as well."""

import json
from dataclasses import replace

import numpy as np
import pytest

from analysis import Picture
from graph_attention import MetabolicError
from graph_attention.pictures.conditions import alike, condition_similarity
from graph_attention.pictures.gallery import Gallery
from graph_attention.pictures.splits import SeenSplits
from graph_attention.pictures.telling import document, lines, link_lines
from graph_attention.truth.splits import producer_splits


@pytest.fixture(scope="module")
def gallery(core_seen):
    """A model that follows flux, and as its control one that sees all media alike."""
    flat = {
        name: np.repeat(each.mean(0, keepdims=True), 2, axis=0) for name, each in core_seen.weights.items()
    }
    edges, truth = producer_splits(core_seen.graph, core_seen.flux)
    splits = SeenSplits(
        core_seen.graph,
        core_seen.media,
        edges.reaction,
        edges.metabolite,
        truth,
        np.nan_to_num(truth, nan=0.0),
    )
    seen = replace(core_seen, growth={"glucose": (0.87, 0.85), "acetate": (0.17, 0.16)})
    return Gallery(seen, replace(core_seen, weights=flat), splits, "acetate", nodes=40, draws=19)


@pytest.fixture(scope="module")
def drawings(gallery):
    return {each.name: each for each in gallery.drawings()}


def test_every_picture_has_its_words_and_its_null(drawings):
    assert list(drawings) == [
        "network",
        "network-conditions",
        "subsystems",
        "subsystems-conditions",
        "conditions",
        "contrasts",
        "split",
        "distributions",
        "layers",
    ]
    for each in drawings.values():
        assert Picture.of_drawing(each, dpi=30).null


def test_the_chosen_medium_stands_in_front(gallery, drawings):
    assert gallery.media == ("acetate", "glucose")
    assert drawings["network"].figure.axes[0].get_title(loc="left") == "acetate, trained"
    assert drawings["network"].figure.axes[1].get_title(loc="left") == "acetate, untrained"
    for name in ("network", "subsystems"):
        assert next(iter(drawings[name].interactive.views))[0] == "acetate"


def test_a_subsystem_is_drawn_in_place_of_the_strongest_links(gallery):
    chosen = replace(gallery, subsystem="Citric Acid Cycle")
    assert chosen.network().caption.startswith("Citric Acid Cycle on acetate")
    with pytest.raises(MetabolicError, match="is no subsystem"):
        replace(gallery, subsystem="Sugar")
    with pytest.raises(MetabolicError, match="expected one of: glucose, acetate"):
        replace(gallery, first="lactose")


def test_one_medium_alone_has_no_comparison(gallery):
    seen = gallery.seen
    one = replace(
        seen,
        media=seen.media[:1],
        weights={name: each[:1] for name, each in seen.weights.items()},
        flux=seen.flux[:1],
    )
    splits = replace(
        gallery.splits,
        media=("glucose",),
        truth=gallery.splits.truth[:1],
        predicted=gallery.splits.predicted[:1],
    )
    alone = Gallery(one, one, splits, "glucose", nodes=40, draws=5)
    assert [each.name for each in alone.drawings()] == [
        "network",
        "subsystems",
        "split",
        "distributions",
        "layers",
    ]
    assert document(alone)["contrasts"] == []
    assert lines(alone)


def test_conditions_are_compared_by_ranks_over_reactions(gallery):
    found = condition_similarity(gallery.seen, gallery.control)
    from scipy.stats import spearmanr

    received = gallery.seen.received()[:, 72:]
    known = np.isfinite(received).all(0)
    assert found["attention"][0, 1] == pytest.approx(spearmanr(*received[:, known]).statistic)
    np.testing.assert_allclose(found["untrained"], 1.0)
    np.testing.assert_allclose(np.diag(alike(gallery.seen.flux)), 1.0)


def test_the_figure_of_conditions_writes_every_number(gallery, drawings):
    found = condition_similarity(gallery.seen, gallery.control)
    panels = drawings["conditions"].figure.axes[:3]
    for axes, (name, values) in zip(panels, found.items(), strict=True):
        assert axes.get_title(loc="left") == name
        told = [text.get_text() for text in axes.texts]
        assert told == [f"{rho:.3f}" for rho in values[::-1, ::-1].ravel()]  # acetate stands first


def test_the_document_is_plain_and_says_what_is_drawn(gallery):
    found = json.loads(json.dumps(document(gallery), allow_nan=False))
    assert [each["name"] for each in found["media"]] == ["acetate", "glucose"]
    assert found["media"][0]["growth_fba"] == 0.17
    strongest = found["strongest_links"]["glucose"][0]
    at = gallery.seen.graph
    link = next(
        number
        for number, (m, r) in enumerate(zip(at.edges.metabolite, at.edges.reaction, strict=True))
        if (at.metabolites["id"][int(m)], at.reactions["id"][int(r)])
        == (strongest["metabolite"], strongest["reaction"])
    )
    assert strongest["multiple"] == pytest.approx(gallery.seen.links()[0, link], rel=1e-5)
    first = found["contrasts"][0]
    assert set(first) == {"reaction", "q", "significant", "attention", "untrained", "flux"}
    assert first["untrained"]["glucose"] == pytest.approx(first["untrained"]["acetate"])
    assert all(each["model"] == 0 for each in found["splits"])
    assert {"null", "pairs"} == set(found["subsystems"]["glucose"])


def test_every_figure_in_the_lines_has_its_null_beside_it(gallery):
    told = lines(gallery)
    assert "acetate: growth 0.170 1/h by FBA, 0.160 by the model" in told
    for line in told:
        assert any(
            word in line for word in ("by FBA", "untrained", "over uniform", "shuffled", "equal shares")
        ), line


def test_links_are_told_once_for_all_media_and_then_for_each_alone():
    def link(name):
        return {"metabolite": name, "reaction": "R", "multiple": 1.25}

    told = link_lines({"sugar": [link("a"), link("b")], "acid": [link("b"), link("c")], "gas": [link("b")]})
    assert told == [
        "most over uniform on sugar, acid, gas: b – R (1.2×)",
        "most over uniform on sugar alone: a – R (1.2×)",
        "most over uniform on acid alone: c – R (1.2×)",
    ]


def test_the_entropy_told_is_the_mean_of_heads_as_stored_of_a_run(gallery):
    each = [gallery.seen.entropy("layer1", head) for head in (0, 1)]
    told = document(gallery)["layers"]["layer1"]["entropy"]
    assert told == pytest.approx(np.nanmean(np.mean(each, axis=0)))
    assert told < np.nanmean(gallery.seen.entropy("layer1"))


def test_histograms_and_entropies_are_held_against_the_untrained_model(gallery, drawings):
    told = drawings["layers"].interactive.views[()].traces
    assert {trace["name"].split(" (")[0] for trace in told if "name" in trace} == {
        "trained, mean of heads",
        "untrained, mean of heads",
        "head 1",
        "head 2",
    }
    spread = drawings["distributions"].interactive
    assert spread.options == {"layer": ["layer1", "layer2"]}
    curve = next(trace for trace in spread.views["layer1",].traces if "name" in trace)
    assert np.asarray(curve["y"]).sum() == pytest.approx(1.0)
