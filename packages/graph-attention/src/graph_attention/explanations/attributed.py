"""Every attribution of a model to the nodes of its network, by name."""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from attention_core import EdgeMap
from graph_attention.explanations.attributions import gatt, inflow, input_gradient, neighbours, rolled_out
from graph_attention.explanations.closed_edges import attention_layers
from graph_attention.model.output import MetabolicOutput
from graph_attention.model.transformer import MetabolicTransformer

Attributions = dict[str, Float[np.ndarray, "media nodes"]]


def attributed(
    model: MetabolicTransformer, uptake: Float[Tensor, "media exchanges"], *, seed: int = 0
) -> Attributions:
    """Attributions from attention, from the gradient of growth, and two that know nothing of the model.

    inflow, inflow of each layer, rollout and GAtt (from all reactions, whose fluxes are read), PageRank over the mean
    of the layers, the split of producers (of reactions alone: NaN at metabolites), input gradient; degree and random.
    """
    model = model.eval()
    with torch.no_grad():
        output = model(uptake)
    maps = [each for each in output.attention if isinstance(each, EdgeMap)]
    metabolites, nodes = model.edges.metabolites, model.edges.nodes
    targets = torch.zeros(nodes, device=uptake.device)
    targets[metabolites:] = 1 / (nodes - metabolites)
    found = {
        "inflow": inflow(maps),
        **{f"inflow_layer{number}": inflow([each]) for number, each in enumerate(maps, 1)},
        "rollout": rolled_out(maps, targets),
        "gatt": gatt(maps, targets),
        "centrality": torch.stack([each.centrality().mean(-2) for each in maps]).mean(0),
        "split": split_inflow(output, metabolites),
        "gradient": input_gradient(attention_layers(model)[0], lambda: model(uptake).growth),
        "degree": neighbours(model.edges.edges.edges, nodes).expand(len(uptake), -1),
    }
    random = np.random.default_rng(seed).random((len(uptake), nodes))
    return {name: each.detach().double().cpu().numpy() for name, each in found.items()} | {"random": random}


def split_inflow(output: MetabolicOutput, metabolites: int) -> Float[Tensor, "media nodes"]:
    """Σ_m of the share that each reaction has in making m."""
    received = output.splits.producers.attention.received().squeeze(-2)
    return torch.nn.functional.pad(received, (metabolites, 0), value=torch.nan)
