"""What torch does to modules, done to the layers of this package: compiled, exported, mapped, copied, spread."""

import copy
import os
import pickle
import subprocess
import sys

import pytest
import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

from attention_core import (
    AttentionAggregator,
    HeadGates,
    MultiHeadAttention,
    RelativeBias,
    Rotary,
    SelfAttentionBlock,
    TaskGuidedAttention,
    TemporalAttention,
)

# Shape checks are the tests' own, and a compiler cannot follow them: such programs run without.
PROGRAMS = {**os.environ, "JAXTYPING_DISABLE": "1", "OMP_NUM_THREADS": "1"}


def placed_and_gated(positions) -> MultiHeadAttention:
    module = MultiHeadAttention(8, 2)
    module.positions, module.gates = positions, HeadGates(2)
    return module


class Pooled(nn.Module):
    """Task-guided attention over tokens, as the cells of one frame."""

    def __init__(self):
        super().__init__()
        self.look = TaskGuidedAttention(8, 8, 4)

    def forward(self, tokens):
        return self.look(tokens.mT[:, None, :, None], tokens[:, 0])


class Joined(nn.Module):
    """Two attentions and their aggregate."""

    def __init__(self):
        super().__init__()
        self.attentions = nn.ModuleList([MultiHeadAttention(8, 2), MultiHeadAttention(8, 4)])
        self.aggregate = AttentionAggregator(8, 2)

    def forward(self, tokens):
        return self.aggregate([attention(tokens).values for attention in self.attentions])


LAYERS = {
    "multihead": lambda: MultiHeadAttention(8, 2),
    "extra_keys": lambda: MultiHeadAttention(8, 2, add_bias_kv=True, add_zero_attn=True),
    "rotary": lambda: placed_and_gated(Rotary()),
    "relative": lambda: placed_and_gated(RelativeBias(2, 3)),
    "block": lambda: SelfAttentionBlock(8, 2),
    "temporal": lambda: TemporalAttention(8, 2),
    "task_guided": Pooled,
    "aggregator": Joined,
}
every_layer = pytest.mark.parametrize("name", LAYERS)


def run(program: str) -> str:
    command = [sys.executable, "-c", program]
    ended = subprocess.run(command, env=PROGRAMS, capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 0, ended.stderr[-3000:]
    return ended.stdout


COMPILED_CALLS = ["plain", "masked", "block", "temporal", "look", "joined"]
COMPILED = """
import torch
from attention_core import *
torch.manual_seed(0)
tokens, mask = torch.randn(2, 5, 8), torch.rand(2, 1, 5, 5) < 0.7
plain, extended = MultiHeadAttention(8, 2), MultiHeadAttention(8, 2, add_bias_kv=True)
block, look, aggregate = SelfAttentionBlock(8, 2), TaskGuidedAttention(8, 8, 4), AttentionAggregator(8, 2)
extended.positions, extended.gates = RelativeBias(2, 3), HeadGates(2)
calls = {{
    "plain": lambda tokens: plain(tokens),
    "masked": lambda tokens: extended(tokens, mask=mask, causal=True),
    "block": lambda tokens: block(tokens, mask=mask),
    "temporal": TemporalAttention(8, 2),
    "look": lambda tokens: look(tokens.mT[:, None, :, None], tokens[:, 0]),
    "joined": lambda tokens: aggregate([plain(tokens).values, tokens]),
}}
for name, call in calls.items():
    compiled = torch.compile(call, fullgraph=True, backend="{backend}")
    leaves = [tokens.clone().requires_grad_() for _ in range(2)]
    (values, attention), (expected, expected_map) = compiled(leaves[0]), call(leaves[1])
    torch.testing.assert_close(values, expected)
    torch.testing.assert_close(attention.entropy(), expected_map.entropy())
    values.square().sum().backward(), expected.square().sum().backward()
    torch.testing.assert_close(leaves[0].grad, leaves[1].grad)
    print(name)
"""


EXPORTED = """
import torch
from attention_core import *
class Values(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.block = SelfAttentionBlock(8, 2)
    def forward(self, tokens, mask):
        return (self.block(tokens, mask=mask).values,)
class Statistics(Values):
    def forward(self, tokens, mask):
        attention = self.block(tokens, mask=mask).attention
        return attention.entropy(), attention.received(), attention.largest()
batch = torch.export.Dim("batch", min=2)
for kind, shapes, later in [(Values, ({0: batch}, {0: batch}), 4), (Statistics, None, 2)]:
    module, tokens, mask = kind().eval(), torch.randn(2, 5, 8), torch.rand(2, 1, 5, 5) < 0.7
    program = torch.export.export(module, (tokens, mask), dynamic_shapes=shapes)
    tokens, mask = torch.randn(later, 5, 8), torch.rand(later, 1, 5, 5) < 0.7
    for got, expected in zip(program.module()(tokens, mask), module(tokens, mask), strict=True):
        torch.testing.assert_close(got, expected)
    print(kind.__name__)
"""


def test_layers_compile_as_one_graph_and_are_exported():
    """Values for any batch, statistics for one."""
    printed = run(COMPILED.format(backend="aot_eager") + EXPORTED)
    assert printed.split() == [*COMPILED_CALLS, "Values", "Statistics"]


@pytest.mark.slow
def test_layers_are_compiled_to_code():
    assert run(COMPILED.format(backend="inductor")).split() == COMPILED_CALLS


@every_layer
@pytest.mark.filterwarnings(
    "ignore:There is a performance drop because we have not yet implemented:UserWarning"
)
def test_a_layer_is_mapped_over_a_batch(name):
    module, tokens = LAYERS[name](), torch.randn(3, 2, 5, 8)

    def answers(tokens):
        values, attention = module(tokens)
        return values, attention.entropy(), attention.received()

    for got, *expected in zip(
        torch.func.vmap(answers)(tokens), *(answers(item) for item in tokens), strict=True
    ):
        torch.testing.assert_close(got, torch.stack(expected))


@every_layer
@pytest.mark.filterwarnings(
    "ignore:There is a performance drop because we have not yet implemented:UserWarning"
)
def test_gradients_of_each_item_are_those_of_the_item_alone(name):
    module, tokens = LAYERS[name](), torch.randn(3, 1, 5, 8)
    parameters = dict(module.named_parameters())

    def loss(parameters, tokens):
        return torch.func.functional_call(module, parameters, (tokens,)).values.square().sum()

    together = torch.func.vmap(torch.func.grad(loss), (None, 0))(parameters, tokens)
    for item in range(3):
        alone = torch.autograd.grad(loss(parameters, tokens[item]), [*parameters.values()])
        for parameter, gradient in zip(parameters, alone, strict=True):
            torch.testing.assert_close(together[parameter][item], gradient, rtol=1e-4, atol=1e-5)


@every_layer
def test_other_parameters_may_be_lent_for_a_call(name):
    module, other, tokens = LAYERS[name](), LAYERS[name](), torch.randn(2, 5, 8)
    lent = torch.func.functional_call(module, dict(other.named_parameters()), (tokens,))
    assert torch.equal(lent.values, other(tokens).values)


@every_layer
@pytest.mark.parametrize("copied", [copy.deepcopy, lambda module: pickle.loads(pickle.dumps(module))])  # noqa: S301
def test_a_copy_answers_the_same_and_shares_nothing(name, copied):
    module, tokens = LAYERS[name](), torch.randn(2, 5, 8)
    values, attention = module(tokens)
    other = copied(module)
    again = other(tokens)
    assert torch.equal(again.values, values)
    held = copied(attention.detach())
    assert torch.equal(held.dense(), attention.dense())
    assert type(held) is type(attention)
    with torch.no_grad():
        for parameter in other.parameters():
            parameter += 1
    assert torch.equal(module(tokens).values, values)


@every_layer
def test_checkpointing_changes_no_gradient(name):
    module, tokens = LAYERS[name](), torch.randn(2, 5, 8, requires_grad=True)

    def gradients(call):
        values, attention = call(tokens)
        loss = values.square().sum() + attention.entropy().sum()
        return torch.autograd.grad(loss, [tokens, *module.parameters()], materialize_grads=True)

    recomputed = gradients(lambda tokens: checkpoint(module, tokens, use_reentrant=False))
    for got, expected in zip(recomputed, gradients(module), strict=True):
        torch.testing.assert_close(got, expected)


@every_layer
def test_autocast_lowers_the_values_and_not_the_statistics(name):
    module, tokens = LAYERS[name](), torch.randn(2, 5, 8)
    expected = module(tokens)
    with torch.autocast("cpu", torch.bfloat16):
        values, attention = module(tokens)
        entropy = attention.entropy()
    assert entropy.dtype == torch.float32
    torch.testing.assert_close(values.float(), expected.values, rtol=0.05, atol=0.05)
    torch.testing.assert_close(entropy, expected.attention.entropy(), rtol=0.05, atol=0.05)


@every_layer
def test_hooks_fire_in_evaluation_as_in_training(name):
    module, tokens, seen = LAYERS[name](), torch.randn(2, 5, 8), []
    for part in module.modules():
        part.register_forward_hook(lambda *call: seen.append(type(call[0])))
    module.train()(tokens)
    training = [*seen]
    seen.clear()
    with torch.inference_mode():
        module.eval()(tokens)
    assert seen == training
    assert type(module) in seen


SPREAD = """
import sys

import torch
from attention_core import SelfAttentionBlock
from torch import distributed
from torch.nn.parallel import DistributedDataParallel

rank, meeting = int(sys.argv[1]), sys.argv[2]
distributed.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=2)
torch.manual_seed(0)
module, tokens = SelfAttentionBlock(8, 2), torch.randn(4, 5, 8)
shared = DistributedDataParallel(module)
values, attention = shared(tokens[rank::2])
(values.square().mean() + attention.entropy().mean()).backward()
got = [parameter.grad.clone() for parameter in module.parameters()]
module.zero_grad()
values, attention = module(tokens)
(values.square().mean() + attention.entropy().mean()).backward()
for gradient, parameter in zip(got, module.parameters(), strict=True):
    torch.testing.assert_close(gradient, parameter.grad, rtol=1e-4, atol=1e-6)
print("agrees")
distributed.destroy_process_group()
"""


def test_two_processes_have_the_gradients_of_one(tmp_path):
    command = [sys.executable, "-c", SPREAD]
    processes = [
        subprocess.Popen(
            [*command, str(rank), str(tmp_path / "meeting")], env=PROGRAMS, stdout=subprocess.PIPE, text=True
        )
        for rank in range(2)
    ]
    assert [process.communicate(timeout=300)[0] for process in processes] == ["agrees\n"] * 2
