"""Matrix, blocked pass, fused kernel and public fallback give the same statistics."""

import math
from contextlib import nullcontext

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from attention_core import StreamedMap, attend, blocked, kernels, row_blocks, streaming

ROUTES = ("pass", "small pass", "kernel", "rows")


class Route:
    """Sends maps along one route, whatever their size, while it lasts."""

    def __init__(self, name: str):
        self.name = name

    def __enter__(self):
        self.patches = pytest.MonkeyPatch()
        self.patches.setattr(streaming, "FEW_KEYS", 0)
        if self.name == "small pass":
            self.patches.setattr(blocked, "BLOCK", 5)
            self.patches.setattr(blocked, "LEAST_ROWS", 2)
        if self.name == "rows":
            self.patches.setattr(kernels, "available", lambda query, key: False)
            self.patches.setattr(row_blocks, "BLOCK", 7)

    def __exit__(self, *error):
        self.patches.undo()


@st.composite
def map_inputs(draw, gradients=False):
    """What a map is made of, in float64."""
    random = torch.Generator().manual_seed(draw(st.integers(0, 10_000)))
    batch = draw(st.sampled_from([(), (2,), (2, 1), (1, 2)]))
    key_heads, group = draw(st.sampled_from([(1, 1), (2, 1), (1, 2), (2, 2)]))
    queries, keys, dim = draw(st.integers(1, 6)), draw(st.integers(1, 7)), draw(st.integers(1, 4))
    heads = key_heads * group
    query = draw(st.sampled_from([0.1, 1.0, 20.0])) * torch.randn(
        *batch, heads, queries, dim, generator=random
    )
    key = torch.randn(*batch, key_heads, keys, dim, generator=random)
    full = (*batch, heads, queries, keys)
    masks = [None, full, (queries, keys), (keys,), (heads, 1, keys), (queries, 1), (*batch, 1, 1, keys)]
    shape = draw(st.sampled_from(masks))
    mask = None if shape is None else torch.rand(shape, generator=random) < 0.6
    shape = draw(st.sampled_from([None, None, full, (queries, keys), (heads, 1, 1)]))
    bias = None if shape is None else torch.randn(shape, generator=random)
    if bias is not None and draw(st.booleans()):
        bias = bias.masked_fill(torch.rand(shape, generator=random) < 0.2, -math.inf)
    causal = draw(st.booleans())
    return {
        "query": query.double(),
        "key": key.double(),
        "mask": mask,
        "bias": None if bias is None else bias.double(),
        "causal": causal,
    }


def statistics(attention: StreamedMap) -> dict[str, torch.Tensor]:
    queries, keys = attention.shape[-2:]
    few = min(3, keys)
    top = attention.topk(few)
    positions = torch.linspace(0, 1, queries)[:, None], torch.linspace(0, 2, keys)[:, None]
    return {
        "entropy": attention.entropy(),
        "effective_keys": attention.effective_keys(),
        "participation": attention.participation(),
        "power": attention.power_sum(1.5),
        "root": attention.power_sum(0.5),
        "largest": attention.largest(),
        "margin": attention.margin(),
        "received": attention.received(),
        "sent": attention.apply_transposed(torch.linspace(-1, 1, 2 * queries).reshape(queries, 2)),
        "applied": attention.apply(torch.linspace(-1, 1, 5 * keys).reshape(keys, 5)),
        "mass": attention.mass(torch.arange(keys) % 2),
        "flow": attention.flow(torch.arange(queries) % 2, torch.arange(keys) % 3),
        "distance": attention.expected_distance(*positions),
        "quantiles": attention.quantiles([0.0, 0.3, 1.0]),
        "weights": top.weights,
        "indices": top.indices,
        "above": attention.above(0.2),
        "histogram": attention.histogram([0.0, 0.25, 0.5, 1.0]),
        "attending": attention.attending(),
        "dense": attention.dense(),
    }


def assert_same(found: dict, expected: dict) -> None:
    for name, statistic in expected.items():
        torch.testing.assert_close(
            found[name], statistic, rtol=1e-6, atol=1e-9, msg=lambda m, n=name: f"{n}: {m}"
        )


@given(map_inputs(), st.sampled_from(ROUTES))
def test_every_route_gives_the_statistics_of_the_matrix(inputs, route):
    expected = statistics(StreamedMap(**inputs))
    leaf = inputs | ({"query": inputs["query"].requires_grad_()} if route in ("kernel", "rows") else {})
    with Route(route):
        found = statistics(StreamedMap(**leaf))
    assert_same({name: each.detach() for name, each in found.items()}, expected)


@pytest.mark.parametrize("biased", [False, True])
@pytest.mark.parametrize("route", ["kernel", "rows"])
@given(map_inputs(), st.booleans())
def test_every_route_gives_the_gradients_of_the_matrix(route, biased, inputs, learns_bias):
    inputs = inputs if biased else {**inputs, "bias": None}  # without, fused kernels give the gradients
    leaves = [inputs["query"].requires_grad_(), inputs["key"].requires_grad_()]
    if inputs["bias"] is not None and learns_bias:
        leaves.append(inputs["bias"].requires_grad_())
    expected = gradients(StreamedMap(**inputs), leaves)
    with Route(route):
        found = gradients(StreamedMap(**inputs), leaves)
    assert_same(found, expected)


def gradients(attention: StreamedMap, leaves: list[torch.Tensor]) -> dict[str, torch.Tensor]:
    found = {}
    for name, statistic in statistics(attention).items():
        if statistic.is_floating_point():
            weighting = torch.cos(torch.arange(statistic.numel())).reshape(statistic.shape)
            sent = (statistic * weighting).sum()
            each = torch.autograd.grad(
                sent, leaves, allow_unused=True, materialize_grads=True, retain_graph=True
            )
            found |= {f"{name} by leaf {i}": gradient for i, gradient in enumerate(each)}
    return found


@given(map_inputs(), st.sampled_from([0.01, 0.1, 0.5, 0.9, 1.5, 7.0]))
def test_power_sums_hold_weights_that_are_too_small_for_their_dtype(inputs, order):
    inputs["query"] = 100 * inputs["query"]
    scores = StreamedMap(**inputs).scaling * inputs["query"] @ shared_keys(inputs).mT
    scores = scores if inputs["bias"] is None else scores + inputs["bias"]
    scores = scores.masked_fill(~StreamedMap(**inputs).allowed(), -math.inf)
    expected = (order * scores.log_softmax(-1)).exp().sum(-1).nan_to_num(0.0)
    single = {name: each.float() if name in ("query", "key") else each for name, each in inputs.items()}
    single["bias"] = None if inputs["bias"] is None else inputs["bias"].float()
    for route in (None, *ROUTES):
        if route in ("kernel", "rows"):
            single["query"].requires_grad_()
        with Route(route) if route else nullcontext():
            found = StreamedMap(**single).power_sum(order).detach()
        torch.testing.assert_close(found.double(), expected, rtol=5e-3, atol=1e-4)


def shared_keys(inputs: dict) -> torch.Tensor:
    return inputs["key"].repeat_interleave(inputs["query"].shape[-3] // inputs["key"].shape[-3], -3)


@given(map_inputs())
def test_the_summary_is_the_same_from_the_matrix_and_from_one_pass(inputs):
    attention = StreamedMap(**inputs)
    k = min(3, attention.shape[-1])
    expected = attention.summary(k=k)
    for route in ("pass", "small pass"):
        with Route(route):
            found = attention.summary(k=k)
        assert_same(*({n: torch.from_numpy(a) for n, a in each.items()} for each in (found, expected)))


@given(map_inputs(), st.integers(1, 6))
def test_attend_gives_the_same_values_beyond_few_keys(inputs, width):
    value = torch.randn(*inputs["key"].shape[:-1], width).double()
    options = {name: inputs[name] for name in ("mask", "bias", "causal")}
    expected = attend(inputs["query"], inputs["key"], value, **options).values
    with Route("pass"):
        found = attend(inputs["query"], inputs["key"], value, **options).values
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_statistics_under_autocast_are_those_without(route, dtype):
    tokens = torch.randn(2, 4, 6, 8).to(dtype).requires_grad_(route in ("kernel", "rows"))
    expected = statistics(StreamedMap(tokens, tokens))
    with Route(route), torch.autocast("cpu", torch.bfloat16):
        found = statistics(StreamedMap(tokens, tokens))
    for name, each in expected.items():
        torch.testing.assert_close(found[name], each, msg=lambda m, n=name: f"{n}: {m}")
