import numpy as np
import pytest

from graph_attention.pictures.attended import AttendedNetwork
from graph_attention.truth import flux_balance
from graph_attention.truth.recipes import base_medium


def attention_edges(graph):
    """Key and query: both directions of every nonzero of S, then each node to itself."""
    metabolites = graph.stoichiometry.shape[0]
    metabolite, reaction = graph.edges.metabolite, graph.edges.reaction + metabolites
    loops = np.arange(graph.nodes)
    return np.array([np.r_[metabolite, reaction, loops], np.r_[reaction, metabolite, loops]])


def softmax_over(query, scores):
    weights = np.exp(scores)
    total = np.zeros((weights.shape[0], query.max() + 1, weights.shape[2]))
    np.add.at(total, (slice(None), query), weights)
    return weights / total[:, query]


def made_up(graph, flux, media, *, layers=2, heads=2, follow=0.0, seed=0):
    """Attention that is drawn, and follows the flux through an edge as far as it is told to."""
    edges, rng = attention_edges(graph), np.random.default_rng(seed)
    through = np.zeros((len(media), edges.shape[1]))
    carried = np.abs(flux[:, graph.edges.reaction] * graph.edges.coefficient)
    through[:, : 2 * len(graph.edges)] = np.tile(np.log1p(carried), 2)
    weights = {}
    for layer in range(layers):
        shape = (len(media), edges.shape[1], heads)
        scores = 0.3 * rng.normal(size=shape) + follow * through[..., None]
        weights[f"layer{layer + 1}"] = softmax_over(edges[1], scores)
    return AttendedNetwork(graph, edges, media, weights, flux)


@pytest.fixture(scope="session")
def toy_seen(toy):
    """Sugar by both routes, then acid alone."""
    ids, flux = toy.reactions["id"].to_list(), np.zeros((2, 10))
    for row, flows in enumerate(
        (
            {"EX_sugar": -10, "TS": 10, "SPLIT": 6, "SKIP": 4, "EX_gas": 4, "GROW": 16, "OUT": 16},
            {"EX_acid": -5, "TA": 5, "GROW": 5, "OUT": 5},
        )
    ):
        for name, value in flows.items():
            flux[row, ids.index(name)] = value
    return made_up(toy, flux, ("sugar", "acid"), follow=1.0)


@pytest.fixture(scope="session")
def core_seen(e_coli_core):
    """e_coli_core on glucose and on acetate, its real fluxes, attention that follows them."""
    base = base_medium(e_coli_core)
    sources = {"glucose": "EX_glc__D_e", "acetate": "EX_ac_e"}
    media = {name: base.but(name, add={exchange: 10.0}) for name, exchange in sources.items()}
    flux = np.stack([flux_balance.pfba(e_coli_core, medium).flux for medium in media.values()])
    return made_up(e_coli_core, flux, tuple(media), follow=1.0)
