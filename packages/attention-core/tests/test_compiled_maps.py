"""What a compiled function asks of the map that it makes."""

import os
import subprocess
import sys

# Shape checks are the tests' own, and a compiler cannot follow them: such programs run without.
WITHOUT_SHAPE_CHECKS = os.environ | {"JAXTYPING_DISABLE": "1"}
PROGRAM = """
import torch
from attention_core import attend
torch.manual_seed(0)
asked = {
    "entropy": lambda attention: attention.entropy(),
    "renyi_entropy": lambda attention: attention.renyi_entropy(2.0),
    "received": lambda attention: attention.received(),
    "mass": lambda attention: attention.mass(torch.eye(attention.shape[-1]).bool()),
    "topk": lambda attention: attention.topk(2),
    "margin": lambda attention: attention.margin(),
    "above": lambda attention: attention.above(0.1),
    "quantiles": lambda attention: attention.quantiles([0.1, 0.5]),
    "histogram": lambda attention: attention.histogram([0.0, 0.5, 1.0]),
}
for name, ask in asked.items():
    call = lambda x: ask(attend(x, x, x, causal=True).attention)
    torch.compiler.reset()
    compiled = torch.compile(call, fullgraph=True, backend="aot_eager")
    for tokens in (torch.randn(1, 2, 5, 8), torch.ones(1, 2, 600, 8)):
        found, expected = compiled(tokens), call(tokens)
        torch.testing.assert_close(tuple(found), tuple(expected))
    print(name)
"""


def test_statistics_compile_as_one_graph():
    """Also of rows in which all weights are equal, where the earlier key comes first."""
    command = [sys.executable, "-c", PROGRAM]
    ended = subprocess.run(
        command, env=WITHOUT_SHAPE_CHECKS, capture_output=True, text=True, timeout=300, check=False
    )
    assert ended.returncode == 0, ended.stderr[-3000:]
    assert len(ended.stdout.split()) == 9
