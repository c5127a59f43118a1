"""Ten thousand tokens, from what a streamed map stores of them."""

import subprocess
import sys

import pytest

PROGRAM = """
import pathlib
import numpy as np
from analysis.patterns.analyzer import AttentionAnalyzer
from analysis.patterns.networks import rollout
from analysis.patterns.stored import StoredPattern
from analysis.patterns.visualizer import AttentionVisualizer

rng, tokens, heads, k = np.random.default_rng(0), 10_000, 8, 8

def layer():
    top = np.sort(rng.dirichlet(np.ones(k + 1), size=(heads, tokens)).astype("float32")[..., 1:])[..., ::-1]
    keys = (rng.integers(0, tokens, size=(heads, tokens, 1)) + np.arange(k) * 997) % tokens
    mass = rng.dirichlet(np.ones(4), size=(heads, tokens)).astype("float32")
    return StoredPattern({
        "entropy": rng.random((heads, tokens), dtype="float32") * 8, "largest": top[..., 0].copy(),
        "participation": 1 + 99 * rng.random((heads, tokens), dtype="float32"),
        "received": rng.gamma(1.0, size=(heads, tokens)).astype("float32"),
        "topk_weights": top, "topk_indices": keys, "group_mass": mass,
    })

layers = {name: layer() for name in ("first", "second")}
groups = rng.choice(list("abcd"), size=tokens)
analyzer = AttentionAnalyzer(layers)
analyzer.report()
assert analyzer.centrality("first").height == tokens * heads
assert analyzer.strongest_pairs("first", share=0.01).height == 800
assert len(analyzer.group_patterns("first", groups, groups)) == heads * 16
analyzer.feature_correlation("first", {"size": rng.normal(size=tokens)})
assert rollout(list(layers.values()), np.arange(10)).shape == (10, tokens)
shown = AttentionVisualizer(layers)
shown.heat_map("first"), shown.distribution("first"), shown.network("first", share=0.002)
# Not ru_maxrss, which begins with what the process that starts this one has.
print(int(pathlib.Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 2**20)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read as Linux gives it")
def test_ten_thousand_tokens_take_less_than_a_gigabyte():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 1.0
