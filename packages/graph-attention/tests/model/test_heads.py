import numpy as np
import pytest
import torch

from graph_attention.layers.flux_split import FluxSplitEdges
from graph_attention.model.heads import (
    EssentialityHead,
    GrowthHead,
    ProposalHead,
    SplitHead,
    lost_reactions,
)
from graph_attention.model.losses import essentiality_loss
from graph_attention.model.solvers import Draft
from graph_attention.truth.splits import producer_splits


def test_a_proposal_begins_as_the_draft():
    flux = torch.tensor([[3.0, -0.5, 0.0, 200.0]])
    proposal = ProposalHead(8)(torch.randn(1, 4, 8), Draft(flux, torch.zeros_like(flux), None))
    assert proposal.flux.tolist()[0] == pytest.approx(flux[0].tolist(), rel=1e-5)
    assert (proposal.push == 0).all()
    assert (proposal.price == 0).all()


def test_with_a_full_slope_and_no_nodes_the_split_is_that_of_the_flux(toy):
    """Which fraction of a metabolite each producer makes, as the labels count it."""
    flux = np.array([-4.0, -1, 2, 4, 1, 2, 2, 7, 7, 0])
    pairs, fractions = producer_splits(toy, flux)
    head = SplitHead(4)
    torch.nn.init.zeros_(head.attention.producers.query.weight)
    torch.nn.init.zeros_(head.attention.producers.query.bias)
    torch.nn.init.constant_(head.slopes, 0.1)
    edges = FluxSplitEdges.of(toy)
    side = toy.stoichiometry[pairs.metabolite, pairs.reaction]
    signs = torch.from_numpy(np.sign(side)).float(), torch.zeros(len(edges.consumers))
    found = head(torch.randn(1, 17, 4), edges, torch.tensor(flux).float()[None], signs)
    weights = found.producers.attention.weights[0, :, 0].detach().numpy()
    made = ~np.isnan(fractions)
    assert weights[made] == pytest.approx(fractions[made], abs=1e-3)


def test_a_slope_of_zero_does_not_hear_the_flux(toy):
    head, edges, nodes = SplitHead(4), FluxSplitEdges.of(toy), torch.randn(1, 17, 4)
    signs = torch.ones(len(edges.producers)), torch.ones(len(edges.consumers))
    one, other = (head(nodes, edges, flux, signs) for flux in (torch.zeros(1, 10), torch.full((1, 10), 50.0)))
    assert torch.equal(one.producers.attention.weights, other.producers.attention.weights)


def growth_logits(toy, flux, unmet):
    nodes, edges = torch.randn(1, 17, 4).expand(len(flux), -1, -1), FluxSplitEdges.of(toy)
    signs = torch.ones(len(edges.producers)), torch.ones(len(edges.consumers))
    split = SplitHead(4)(nodes, edges, torch.zeros(len(flux), 10), signs)
    return GrowthHead(4)(nodes[:, 0], split, flux, unmet)[1]


def test_before_training_growth_is_told_where_it_outweighs_what_is_left_unmet(toy):
    flux, unmet = torch.tensor([0.3, 0.03, 0.3, 0.0, -0.2]), torch.tensor([1e-3, 5e-4, 2e-2, 1e-3, 1e-3])
    expected = (flux.clamp_min(0) / 1e-4).log1p() - 2 * (unmet / 1e-4).log1p()
    logits = growth_logits(toy, flux, unmet)
    assert logits.tolist() == pytest.approx(expected.tolist(), rel=1e-5)
    assert (logits > 0).tolist() == [True, True, False, False, False]


def test_growth_or_none_does_not_bend_the_fluxes_it_is_read_from(toy):
    flux, unmet = (torch.tensor([value], requires_grad=True) for value in (0.3, 1e-3))
    logits = growth_logits(toy, flux, unmet)
    assert torch.autograd.grad(logits.sum(), (flux, unmet), allow_unused=True) == (None, None)


def test_a_gene_is_lost_with_the_reactions_that_stop_without_it(toy):
    gene, reaction = lost_reactions(toy)
    pairs = {
        (toy.genes[g], toy.reactions["id"][r]) for g, r in zip(gene.tolist(), reaction.tolist(), strict=True)
    }
    # TS: g1 or g2, TA: g3, SPLIT: g1 and (g4 or g5), SKIP: g5, GROW: g6
    assert pairs == {("g3", "TA"), ("g1", "SPLIT"), ("g5", "SKIP"), ("g6", "GROW")}


def test_a_gene_that_a_pruned_network_lacks_is_lost_with_nothing(toy):
    gene, reaction = lost_reactions(toy, ["absent", "g6", "g3"])
    ids = toy.reactions["id"].gather(reaction.tolist()).to_list()
    assert list(zip(gene.tolist(), ids, strict=True)) == [(1, "GROW"), (2, "TA")]


def test_the_logit_of_a_gene_is_the_logarithm_of_a_sum(toy):
    head, lost = EssentialityHead(4), lost_reactions(toy)
    nodes = torch.randn(1, 10, 4)
    logits = head(nodes, lost, len(toy.genes))[0]
    own = head.reaction(nodes)[0, :, 0]
    rest = head.dispensable
    expected = {"g2": rest, "g3": torch.logaddexp(rest, own[toy.reaction_index["TA"]])}
    for gene, value in expected.items():
        assert logits[toy.genes.index(gene)].item() == pytest.approx(value.item(), rel=1e-5)


def test_essential_genes_are_learned_from_a_sign_that_their_reactions_bear(toy):
    torch.manual_seed(0)
    lost = lost_reactions(toy)
    nodes = torch.randn(1, 10, 4)
    nodes[0, :, 0] = -3.0
    nodes[0, [toy.reaction_index["TA"], toy.reaction_index["GROW"]], 0] = 3.0
    essential = torch.tensor([[float(gene in ("g3", "g6")) for gene in toy.genes]])
    head = EssentialityHead(4)
    optimizer = torch.optim.Adam(head.parameters(), 0.05)
    for _ in range(60):
        optimizer.zero_grad()
        essentiality_loss(head(nodes, lost, len(toy.genes)), essential).backward()
        optimizer.step()
    found = head(nodes, lost, len(toy.genes))[0] > 0
    assert found.tolist() == (essential[0] > 0).tolist()
