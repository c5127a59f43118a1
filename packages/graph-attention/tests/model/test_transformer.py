import numpy as np
import pytest
import torch

from graph_attention import MetabolicError
from graph_attention.configuration import LossConfig, ModelConfig
from graph_attention.model.factory import transformer_of
from graph_attention.model.losses import MultiTaskLoss, Spread
from graph_attention.truth.flux_balance import pfba
from graph_attention.truth.media import Medium
from graph_attention.truth.splits import producer_splits

SMALL = {"dim": 16, "heads": 2, "layers": 2, "draft_steps": 20, "projection_steps": 20}
VARIANTS = {
    "whole": {},
    "no pathway": {"pathway": False},
    "no stoichiometry": {"stoichiometry": False},
    "no node kinds": {"node_kinds": False},
    "nothing known of edges": {"pathway": False, "stoichiometry": False, "node_kinds": False},
    "projected": {"solver": "project"},
    "no layers": {"layers": 0},
}


def uptake_of(graph, *media):
    ids = graph.reactions["id"][graph.exchanges]
    return torch.tensor([[medium.uptake.get(name, 0.0) for name in ids] for medium in media])


def small_model(graph, **settings):
    torch.manual_seed(0)
    return transformer_of(graph, ModelConfig(**{**SMALL, **settings}))


def batch_of(graph, *media):
    solved = [pfba(graph, medium) for medium in media]
    flux = np.stack([each.flux for each in solved])
    growth = np.array([each.growth for each in solved])
    return {
        "uptake": uptake_of(graph, *media),
        "growth": torch.tensor(growth).float(),
        "flux": torch.tensor(flux).float(),
        "grows": torch.tensor(growth > 1e-6),
        "split": torch.tensor(producer_splits(graph, flux)[1]).float(),
    }


@pytest.fixture(scope="module")
def media(toy):
    return Medium("sugar", {"EX_sugar": 4.0}), Medium("both", {"EX_sugar": 2.0, "EX_acid": 3.0})


def trained_on(graph, media, loss, **settings):
    model = small_model(graph, **settings)
    batch = batch_of(graph, *media)
    spread = Spread.of(batch["growth"].double().numpy(), batch["flux"].double().numpy())
    return model, MultiTaskLoss(loss, spread), batch


@pytest.mark.parametrize("settings", VARIANTS.values(), ids=VARIANTS)
def test_every_parameter_gets_a_gradient(toy, media, settings):
    model, loss, batch = trained_on(toy, media, LossConfig(), **settings)
    for head in (model.proposal.out, model.growth.out):  # they begin at zero, where nothing passes them
        torch.nn.init.normal_(head.weight, std=0.1)
    loss(model, batch).backward()
    idle = [name for name, p in model.named_parameters() if p.grad is None or not p.grad.abs().max() > 0]
    assert idle == []


def test_without_training_the_steps_alone_grow_as_flux_balance_analysis_does(e_coli_core):
    medium = Medium.default(e_coli_core)
    typical = np.abs(pfba(e_coli_core, medium).flux)
    model = transformer_of(e_coli_core, ModelConfig(**{**SMALL, "projection_steps": 600}), typical)
    with torch.no_grad():
        found = model(uptake_of(e_coli_core, medium))
    assert found.growth.item() == pytest.approx(0.8739, rel=0.05)


def test_fluxes_leave_no_metabolite_over(toy, media):
    output = small_model(toy)(uptake_of(toy, *media))
    flux = output.flux.detach().double().numpy().T
    left = np.abs(toy.stoichiometry @ flux).sum(0)
    assert (left < 1e-6 * (abs(toy.stoichiometry) @ np.abs(flux)).sum(0)).all()


def test_a_closed_edge_is_not_attended(toy, media):
    model = small_model(toy)
    open_edges = torch.ones(len(model.edges), dtype=torch.bool)
    open_edges[3] = False
    output = model(uptake_of(toy, *media), masks=[open_edges, None])
    first, second = output.attention
    assert (first.weights[:, 3] == 0).all()
    assert (second.weights[:, 3] > 0).all()


def test_without_layers_no_node_hears_of_another(toy, media):
    model, uptake = small_model(toy, layers=0), uptake_of(toy, *media)
    nodes = model.embed(uptake)
    output = model.from_nodes(nodes, uptake)
    assert output.attention == ()
    assert torch.equal(output.nodes, nodes)
    assert output.splits.producers.attention.weights.shape[-1] == 1


def test_what_enters_the_first_layer_leads_to_the_same_output(toy, media):
    model, uptake = small_model(toy), uptake_of(toy, *media)
    whole, parts = model(uptake), model.from_nodes(model.embed(uptake), uptake)
    assert torch.equal(whole.growth, parts.growth)
    assert torch.equal(whole.flux, parts.flux)


def test_a_few_steps_of_learning_lower_the_loss(toy, media):
    model, loss, batch = trained_on(toy, media, LossConfig())
    optimizer = torch.optim.Adam(model.parameters(), 1e-2)
    losses = []
    for _ in range(15):
        optimizer.zero_grad()
        value = loss(model, batch)
        value.backward()
        optimizer.step()
        losses.append(value.item())
    assert min(losses[-3:]) < 0.7 * losses[0]


def test_the_same_seed_makes_the_same_model(toy, media):
    one, other = (small_model(toy)(uptake_of(toy, *media)).growth for _ in range(2))
    assert torch.equal(one, other)


@pytest.mark.parametrize(
    "uptake", [torch.ones(1, 2), torch.tensor([[1.0, -1.0, 0.0]]), torch.full((1, 3), float("nan"))]
)
def test_an_uptake_that_is_none_is_refused(toy, uptake):
    with pytest.raises(MetabolicError, match="expected uptakes"):
        small_model(toy)(uptake)
