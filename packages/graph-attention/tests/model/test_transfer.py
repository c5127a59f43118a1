import numpy as np
import pytest
import torch

from graph_attention import MetabolicError, MetabolicGraph
from graph_attention.configuration import ModelConfig
from graph_attention.model.factory import transformer_of
from graph_attention.model.transfer import freeze_but, moved, without_sources
from graph_attention.truth.media import Medium
from graph_attention.truth.medium_set import MediumSet

SMALL = ModelConfig(dim=16, heads=2, layers=2, draft_steps=30, projection_steps=30)


def shuffled(graph, seed=0):
    """The same network with metabolites and reactions in another order, and how reactions were shuffled."""
    rng = np.random.default_rng(seed)
    rows, columns = (rng.permutation(count) for count in graph.stoichiometry.shape)
    matrix = graph.stoichiometry[rows][:, columns]
    return MetabolicGraph(graph.name, matrix, graph.metabolites[rows], graph.reactions[columns]), columns


def trained_like(graph, config=SMALL):
    """A model whose every weight differs from where it begins."""
    torch.manual_seed(0)
    model = transformer_of(graph, config, np.linspace(0.2, 3, len(graph.reactions)))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.05 * torch.randn_like(parameter))
    return model


def uptake_of(graph, amounts):
    return torch.tensor([[amounts.get(name, 0.0) for name in graph.reactions["id"][graph.exchanges]]])


def test_on_the_same_network_in_another_order_it_says_the_same(toy):
    other, order = shuffled(toy)
    model = trained_like(toy)
    there = moved(model, SMALL, other)
    amounts = {"EX_sugar": 3.0, "EX_acid": 1.0}
    here, found = model(uptake_of(toy, amounts)), there.model(uptake_of(other, amounts))
    assert found.growth.item() == pytest.approx(here.growth.item(), rel=1e-4)
    assert found.flux[0].tolist() == pytest.approx(here.flux[0, order].tolist(), abs=1e-4)
    assert there.unknown == ()


def test_what_is_not_known_is_named_and_counted(toy):
    table = toy.reactions.with_columns(id=toy.reactions["id"].replace("SKIP", "OTHER"))
    other = MetabolicGraph("other", toy.stoichiometry, toy.metabolites, table)
    there = moved(trained_like(toy), SMALL, other)
    assert there.unknown == ("OTHER",)
    assert str(there) == "9 of 10 reactions of other are known by their id"
    place = other.reaction_index["OTHER"]
    assert there.model.solver.own_price[place] == 0


def renamed(graph, name):
    """The same network with its pathway of growth called otherwise."""
    table = graph.reactions.with_columns(subsystem=graph.reactions["subsystem"].replace("growth", name))
    return MetabolicGraph(graph.name, graph.stoichiometry, graph.metabolites, table)


def test_reactions_of_unknown_pathways_count_as_unassigned_and_are_told(toy):
    there = moved(trained_like(toy), SMALL, renamed(toy, "thriving"))
    assert there.foreign == ("thriving",)
    assert str(there).endswith("unassigned: thriving")
    assert "thriving" not in there.model.graph.subsystems


def test_unknown_pathways_are_refused_by_a_model_that_knows_no_reaction_without_one(toy):
    table = toy.reactions.with_columns(subsystem=toy.reactions["subsystem"].replace("", "other"))
    assigned = MetabolicGraph("assigned", toy.stoichiometry, toy.metabolites, table)
    with pytest.raises(MetabolicError, match="borrow_subsystems"):
        moved(trained_like(assigned), SMALL, toy)


def test_other_settings_are_refused(toy):
    wider = ModelConfig(dim=32, heads=2, layers=2, draft_steps=30, projection_steps=30)
    with pytest.raises(MetabolicError, match="settings"):
        moved(trained_like(toy), wider, toy)


def test_only_the_parts_named_learn(toy):
    model = trained_like(toy)
    learned = freeze_but(model, "growth", "layers.1")
    assert {name.split(".")[0] for name in learned} == {"growth", "layers"}
    assert not any(name.startswith("layers.0") for name in learned)
    open_ones = [name for name, parameter in model.named_parameters() if parameter.requires_grad]
    assert open_ones == list(learned)
    with pytest.raises(MetabolicError, match="nothing_such"):
        freeze_but(model, "nothing_such")


def test_media_that_offer_one_of_some_sources_are_left_out(toy):
    media = MediumSet(
        toy,
        (
            Medium("sweet", {"EX_sugar": 1.0}),
            Medium("sour", {"EX_acid": 1.0}),
            Medium("gas", {"EX_gas": 1.0}),
        ),
    )
    assert without_sources(media, ["EX_sugar"]).tolist() == [1, 2]
    with pytest.raises(MetabolicError, match="all 3 offer one"):
        without_sources(media, ["EX_sugar", "EX_acid", "EX_gas"])
