"""How attention is spread over edges and layers, trained and untrained."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from analysis import Curve, Drawing, Estimate, Interactive, layer_evolution, mean_estimate, step_histograms
from analysis.interactive import curve_view
from graph_attention.pictures.attended import AttendedNetwork

BINS = 48
MOST_HEADS = 8


def distributions(seen: AttendedNetwork, control: AttendedNetwork) -> Drawing:
    """Weights of each layer, in log2 of uniform."""
    values, drawn = _weights(seen), _weights(control)
    edges = np.histogram_bin_edges(np.concatenate([*values.values(), *drawn.values()]), BINS)
    views = {
        (layer,): curve_view(
            {"trained": _density(values[layer], edges), "untrained": _density(drawn[layer], edges)},
            x="log2 of attention over uniform",
            y="share of edges",
        )
        for layer in values
    }
    return Drawing(
        "distributions",
        step_histograms(
            values,
            label="log2 of attention over uniform",
            y="",
            chance=0.0,
            level="uniform",
            control=drawn,
            names=("trained", "untrained"),
        ),
        "How attention is spread over the edges between nodes, by layer, all media and heads together; the outline is "
        "the untrained model, the bar the median of the trained one. What is less than 1/512 of uniform stands at the "
        "left end.",
        f"Histograms of {len(values)} layers; medians "
        f"{', '.join(f'{np.median(each):.2f}' for each in values.values())}.",
        "0 is uniform attention.",
        Interactive(views, ("layer",)),
    )


def layers(seen: AttendedNetwork, control: AttendedNetwork) -> Drawing:
    """Entropy from layer to layer, by head, over media."""
    found = {"trained, mean of heads": _entropies(seen)}
    heads = next(iter(seen.weights.values())).shape[-1]
    if heads > 1:
        found |= {f"head {head + 1}": _entropies(seen, head) for head in range(min(heads, MOST_HEADS))}
    found |= {"untrained, mean of heads": _entropies(control)}
    at = np.arange(1.0, len(seen.layers) + 1)
    curves = {name: _curve(at, list(each.values()), len(seen.media)) for name, each in found.items()}
    return Drawing(
        "layers",
        layer_evolution(
            found, label="entropy over its maximum,\nmean and 95 % interval over media", level="uniform"
        ),
        f"How sharply nodes attend, from layer to layer: entropy over its maximum, mean over nodes; intervals over "
        f"{len(seen.media)} media.",
        "; ".join(
            f"{name}: {', '.join(f'{e.value:.2f}' for e in each.values())}" for name, each in found.items()
        ),
        "1 is uniform attention; the untrained model shows what needs no learning.",
        Interactive({(): curve_view(curves, x="layer", y="entropy over its maximum", chance=1.0)}),
    )


def _weights(seen: AttendedNetwork) -> dict[str, np.ndarray]:
    """log2 of multiples of uniform of all edges that join two nodes, by layer."""
    uniform = seen.degree[seen.edges[1]][None, :, None]
    return {
        layer: np.log2(np.maximum(weights.astype(float) * uniform, 2.0**-9))[:, seen.joins].ravel()
        for layer, weights in seen.weights.items()
    }


def _density(values: np.ndarray, edges: np.ndarray) -> Curve:
    share = np.histogram(values, edges)[0] / values.size
    return Curve((edges[1:] + edges[:-1]) / 2, share, share, share, values.size)


def _entropies(seen: AttendedNetwork, head: int | None = None) -> dict[str, Estimate]:
    found = {
        layer: seen.entropy_by_head(layer) if head is None else seen.entropy(layer, head)
        for layer in seen.layers
    }
    return {layer: mean_estimate(np.nanmean(each, axis=1), chance=1.0) for layer, each in found.items()}


def _curve(at: Float[np.ndarray, " layers"], each: Sequence[Estimate], count: int) -> Curve:
    parts = ("value", "low", "high")
    return Curve(at, *(np.array([getattr(one, part) for one in each]) for part in parts), n=count)
