"""Attention along the edges of a graph, as a function."""

import math
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn import functional as F

from attention_core.checks import check_dropout, check_floating, check_same, check_value
from attention_core.edge_map import EdgeMap, edge_bias, edge_mask
from attention_core.edge_products import dots, row_softmax, sums
from attention_core.errors import AttentionError
from attention_core.maps import Attended
from attention_core.masking import silence
from attention_core.sorted_edges import SortedEdges


class EdgeFeatures(NamedTuple):
    """Features of edges, and how the keys and values of each head see them."""

    values: Float[Tensor, "edges edge_dim"]
    weight: Float[Tensor, "heads dim edge_dim"]


class _Operands(NamedTuple):
    query: Tensor
    key: Tensor
    value: Tensor
    features: EdgeFeatures | None


def attend_edges(
    query: Float[Tensor, "*batch heads queries dim"],
    key: Float[Tensor, "*batch heads keys dim"],
    value: Float[Tensor, "*batch heads keys value_dim"],
    edges: SortedEdges,
    *,
    features: EdgeFeatures | None = None,
    mask: Bool[Tensor, "..."] | None = None,
    bias: Float[Tensor, "..."] | None = None,
    dropout: float = 0.0,
) -> Attended:
    """Σ_e p_e (v_e + W f_e) over the edges e of each query, with p = softmax(q · (k_e + W f_e) / sqrt(dim) + b_e).

    Shi et al. 2021 (`TransformerConv` of PyG). Time and memory are linear in the edges, whose features are
    never brought to the width of a head, for q · W f = Wᵀ q · f and Σ p W f = W Σ p f. A query without edges
    gets zeros. What takes part in masked edges only may hold NaN or infinity.

    Args:
        query: `[*batch, heads, queries, dim]`; batch items and heads share the edges.
        key: `[*batch, heads, keys, dim]`.
        value: as key, with any last axis, that of the key where there are features.
        edges: which query attends which key.
        features: f_e, and W for each head.
        mask: True = may be attended; `[edges]`, or broadcastable to `[*batch, edges, heads]`.
        bias: b_e, shaped likewise; −inf forbids an edge.
        dropout: share of the weights set to zero for the values, the rest scaled up; the map is of the
            undropped weights.

    Raises:
        AttentionError: if shapes, dtypes or devices do not belong together, or dropout is not in [0, 1).
    """
    given = _Operands(query, key, value, features)
    _check(given, edges)
    check_dropout(dropout)
    shape = torch.Size([*query.shape[:-3], len(edges), query.shape[-3]])
    bias = None if bias is None else edge_bias(bias, shape, query.device)
    allowed = allowed_edges(None if mask is None else edge_mask(mask, shape, query.device), bias)
    if allowed is not None:
        given = _silenced(given, edges, allowed)
    with torch.autocast(query.device.type, enabled=False):
        weights = _weights(given, edges, allowed, bias)
        values = _values(given, edges, F.dropout(weights, dropout)).to(value.dtype)
    weights = edges.restored(weights.view(*shape[:-2], shape[-1], shape[-2]))
    return Attended(values, EdgeMap(weights, edges, mask=allowed))


def allowed_edges(
    mask: Bool[Tensor, "..."] | None, bias: Float[Tensor, "..."] | None
) -> Bool[Tensor, "..."] | None:
    """Edges that mask and bias both allow; None where all are."""
    allowed = mask
    if bias is not None:
        finite = bias != -math.inf
        allowed = finite if mask is None else mask & finite
    return None if allowed is None or allowed.all() else allowed


def used_nodes(
    edges: SortedEdges, allowed: Bool[Tensor, "*batch edges heads"]
) -> tuple[Bool[Tensor, "*batch heads queries"], Bool[Tensor, "*batch heads keys"]]:
    """Queries that attend and keys that are attended, along edges that are allowed."""
    keys, queries = edges.edges.long()
    taking_part = allowed.mT.float()
    none = taking_part.new_zeros(taking_part.shape[:-1])
    attending = none.unsqueeze(-1).repeat_interleave(edges.queries, -1).index_add(-1, queries, taking_part)
    attended = none.unsqueeze(-1).repeat_interleave(edges.keys, -1).index_add(-1, keys, taking_part)
    return attending > 0, attended > 0


def _silenced(given: _Operands, edges: SortedEdges, allowed: Tensor) -> _Operands:
    attending, attended = used_nodes(edges, allowed)
    features = given.features
    if features is not None:
        used = allowed.any(-1).flatten(0, -2).any(0) if allowed.ndim > 2 else allowed.any(-1)
        features = features._replace(values=silence(features.values, used))
    return _Operands(
        silence(given.query, attending),
        silence(given.key, attended),
        silence(given.value, attended),
        features,
    )


def _weights(given: _Operands, edges: SortedEdges, allowed: Tensor | None, bias: Tensor | None) -> Tensor:
    """The softmax of the scores, in the order of the edges' links."""
    slabs, dtype = math.prod(given.query.shape[:-2]), _precision(given.query)
    links = edges.links(slabs)
    query = given.query.to(dtype) / math.sqrt(given.query.shape[-1])
    scores = dots(_flat(query), _flat(given.key.to(dtype)), links)
    if given.features is not None:
        seen, values = _flat(query @ given.features.weight.to(dtype)), edges.in_order(given.features.values)
        scores = scores + dots(seen, values.to(dtype), edges.edge_links(slabs))
    shape = (*given.query.shape[:-3], len(edges), given.query.shape[-3])
    if bias is not None:
        scores = scores + edges.arranged(bias.to(dtype).expand(shape)).reshape(-1)
    if allowed is not None:
        scores = scores.masked_fill(~edges.arranged(allowed.expand(shape)).reshape(-1), -math.inf)
    return row_softmax(scores, links.pattern)


def _values(given: _Operands, edges: SortedEdges, weights: Tensor) -> Tensor:
    """What each query gathers along its edges."""
    lead, dtype = given.query.shape[:-1], weights.dtype
    slabs = math.prod(lead[:-1])
    values = sums(weights, _flat(given.value.to(dtype)), edges.links(slabs))
    values = values.view(*lead, given.value.shape[-1])
    if given.features is None:
        return values
    features = edges.in_order(given.features.values).to(dtype)
    gathered = sums(weights, features, edges.edge_links(slabs)).view(*lead, features.shape[-1])
    return values + gathered @ given.features.weight.to(dtype).mT


def _flat(tokens: Tensor) -> Tensor:
    return tokens.reshape(math.prod(tokens.shape[:-1]), tokens.shape[-1])


def _precision(tokens: Tensor) -> torch.dtype:
    return torch.promote_types(tokens.dtype, torch.float32)


def _check(given: _Operands, edges: SortedEdges) -> None:
    query, key, value, features = given
    check_floating("query", query)
    check_same("key", key.dtype, "query", query.dtype)
    check_same("key", key.device, "query", query.device)
    check_same("the edges", edges.edges.device, "query", query.device)
    check_value(key, value)
    nodes = f"query {list(query.shape)} and key {list(key.shape)} do not fit {edges!r}"
    expected = (*query.shape[:-2], edges.keys, query.shape[-1])
    if query.ndim < 3 or query.shape[-2] != edges.queries or tuple(key.shape) != expected:
        raise AttentionError(
            f"{nodes}; expected [*batch, heads, {edges.queries}, dim] and [*batch, heads, {edges.keys}, dim]."
        )
    if not query.shape[-1]:
        raise AttentionError(f"query {list(query.shape)} has heads of dim 0; expected 1 or more.")
    if features is not None:
        _check_features(features, len(edges), (query.shape[-3], key.shape[-1]))
        if value.shape[-1] != key.shape[-1]:
            raise AttentionError(
                f"key and value have dim {key.shape[-1]} and {value.shape[-1]}; edge features need the same."
            )


def _check_features(features: EdgeFeatures, edges: int, sides: tuple[int, int]) -> None:
    values, weight = features
    if values.ndim != 2 or len(values) != edges or tuple(weight.shape) != (*sides, values.shape[-1]):
        raise AttentionError(
            f"edge features {list(values.shape)} with a weight {list(weight.shape)} do not fit; expected"
            f" [{edges}, edge_dim] and [{sides[0]}, {sides[1]}, edge_dim]."
        )
    check_same("the features' device", values.device, "their weight's", weight.device)
