from itertools import pairwise

import numpy as np
import pytest

from graph_attention.baselines import TRACKS, GeneFeatures, TopologyForest
from graph_attention.baselines.topology_forest import essential_genes
from graph_attention.errors import MetabolicError
from graph_attention.metrics import auprc, auroc
from graph_attention.truth.deletions import gene_deletions
from graph_attention.truth.flux_balance import pfba
from graph_attention.truth.media import Medium

FEW = {"trees": 30, "folds": 3}


@pytest.fixture(scope="module")
def genes(e_coli_core):
    return GeneFeatures(e_coli_core, Medium.default(e_coli_core).bounds(e_coli_core))


@pytest.fixture(scope="module")
def planted(genes):
    """Genes whose loss blocks many directions: what `structure` sees and the rules do not."""
    blocked = genes.structure["directions blocked"].to_numpy()
    return blocked > np.quantile(blocked, 0.8)


def test_a_planted_label_is_found_by_the_track_that_sees_it(genes, planted):
    found = TopologyForest("structure", **FEW).held_out(genes, planted)
    assert auroc(planted, found) > 0.9
    assert auprc(planted, found) > 2 * planted.mean()


def test_shuffled_labels_are_not_found(genes, planted):
    rng = np.random.default_rng(0)
    _, group = np.unique(genes.linked, return_inverse=True)
    scores = []
    for _ in range(8):
        # Whole groups keep one label, as folds keep them together.
        labels = (rng.random(group.max() + 1) < 0.25)[group]
        scores.append(auroc(labels, TopologyForest("structure", **FEW).held_out(genes, labels)))
    assert np.mean(scores) == pytest.approx(0.5, abs=0.1)


def test_a_forest_never_learns_from_a_linked_gene(genes, monkeypatch):
    seen = []

    class Spy:
        def __init__(self, *args, **settings):
            pass

        def fit(self, table, labels):
            seen.append({row.tobytes() for row in table})

        def predict_proba(self, table):
            assert not any(row.tobytes() in seen[-1] for row in table)
            return np.zeros((len(table), 2))

    monkeypatch.setattr("graph_attention.baselines.topology_forest.RandomForestClassifier", Spy)
    labels = np.arange(len(genes.ids)) % 2 == 0
    # One number per group in place of the features: a linked gene would show as a row that was learned.
    monkeypatch.setattr(TopologyForest, "features", lambda self, genes, flux: FakeTable(genes.linked))
    TopologyForest("structure", **FEW).held_out(genes, labels)
    assert len(seen) == 3


def test_every_gene_is_asked_of_once_and_apart_from_those_linked_to_it(genes, planted):
    asked = []
    for learned, left in TopologyForest(**FEW).parts(genes, planted):
        assert not set(genes.linked[learned]) & set(genes.linked[left])
        asked += left.tolist()
    assert sorted(asked) == list(range(len(genes.ids)))


class FakeTable:
    def __init__(self, groups):
        self.groups = groups

    def to_numpy(self):
        return self.groups[:, None].astype(float)


def test_the_same_seed_gives_the_same_scores_and_another_one_others(genes, planted):
    forest = TopologyForest("topology", **FEW)
    first, again, other = (forest.held_out(genes, planted, seed=seed) for seed in (0, 0, 1))
    assert (first == again).all()
    assert (first != other).any()


def test_each_track_sees_what_the_one_before_sees_and_more(genes, e_coli_core):
    flux = pfba(e_coli_core, Medium.default(e_coli_core)).flux
    columns = [set(TopologyForest(track).features(genes, flux).columns) for track in TRACKS]
    assert all(few < many for few, many in pairwise(columns))


def test_the_track_of_flux_asks_for_one(genes):
    with pytest.raises(MetabolicError, match="needs the flux"):
        TopologyForest("flux").features(genes)


def test_too_few_groups_for_the_folds_are_refused(genes):
    labels = np.arange(len(genes.ids)) == 0
    with pytest.raises(MetabolicError, match="groups with essential genes; got 1"):
        TopologyForest("rules").held_out(genes, labels)


def test_essential_is_below_a_hundredth_of_growth():
    without = np.array([0.0, 0.009, 0.011, 1.0])
    assert essential_genes(without, 1.0).tolist() == [True, True, False, False]
    with pytest.raises(MetabolicError, match="expected growth"):
        essential_genes(without, 0.0)


@pytest.mark.slow
def test_essential_genes_of_ijo1366_are_found_without_any_flux(ijo1366):
    medium = Medium.default(ijo1366)
    essential = essential_genes(gene_deletions(ijo1366, medium), pfba(ijo1366, medium).growth)
    genes = GeneFeatures(ijo1366, medium.bounds(ijo1366))
    assert essential.sum() == 208
    blocked = genes.structure["biomass blocked"].to_numpy() > 0
    assert blocked.sum() > 50
    assert essential[blocked].all()
    assert auprc(essential, TopologyForest("topology").held_out(genes, essential)) > 0.55
    assert auprc(essential, TopologyForest("structure").held_out(genes, essential)) > 0.9
