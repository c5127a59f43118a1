import subprocess
import sys

import pytest

PROGRAM = """
import pathlib, torch
from attention_core import attend, losses
torch.set_num_threads(1)

def step(tokens):
    query, key, value = (torch.randn(1, 2, tokens, 16, requires_grad=True) for _ in range(3))
    {step}

def peak():
    return int(pathlib.Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) * 1024

step(1024)
pathlib.Path("/proc/self/clear_refs").write_text("5")
before = peak()
step({tokens})
print(peak() - before)
"""
STEPS = {
    "summary": "attend(query, key, value, causal=True).attention.summary()",
    "padded summary": "attend(query, key, value, mask=torch.arange(tokens) < 900).attention.summary()",
    "padded and causal": (
        "attend(query, key, value, mask=torch.arange(tokens) < 900, causal=True).values.sum().backward()"
    ),
    "rare statistics": "attend(query, key, value).attention.detach().quantiles([0.5])",
    "losses": (
        "a = attend(query, key, value).attention;"
        "(losses.entropy_bonus(a) + losses.attention_margin(a)"
        " + losses.attention_supervision(a, torch.arange(tokens) % 2, torch.tensor([1.0, 0.0]))).backward()"
    ),
    "dropout": "attend(query, key, value, dropout=0.1).values.sum().backward()",
    "learned bias": (
        "attend(query, key, value, bias=torch.zeros(2, 1, tokens, requires_grad=True)).values.sum().backward()"
    ),
    "other width": "attend(query, key, value[..., :5]).values.sum().backward()",
    "received": "(attend(query, key, value).attention.received() ** 2).sum().backward()",
}


def growth(step: str, tokens: int) -> int:
    program = PROGRAM.format(step=step, tokens=tokens)
    return int(
        subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    )


@pytest.mark.parametrize("step", ["summary", "losses"])
def test_memory_is_far_below_that_of_the_matrix(step):
    """A quarter of the two matrices of 4096 × 4096 float32 weights."""
    assert growth(STEPS[step], 4096) < 2 * 4096**2


@pytest.mark.slow
@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_twice_the_tokens_take_at_most_2_3_times_the_memory(step):
    few, many = growth(step, 4096), growth(step, 8192)
    assert many < 2.3 * max(few, 16 * 2**20)
    assert many < 8192**2  # an eighth of the two matrices
