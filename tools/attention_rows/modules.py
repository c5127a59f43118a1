"""What `MultiHeadAttention` takes in evaluation, beside torch's module with the same parameters."""

from collections.abc import Iterator

import torch
from attention_rows.row import Row, peak_memory, time_ratio
from torch import nn

from attention_core import MultiHeadAttention

TOKENS, HEADS, HEAD_DIM = 3000, 8, 32

PREPARATION = f"""
from torch import nn
from attention_core import MultiHeadAttention
theirs = nn.MultiheadAttention({HEADS * HEAD_DIM}, {HEADS}, batch_first=True).eval()
ours = MultiHeadAttention.from_torch(theirs)
tokens = torch.randn(1, {TOKENS}, {HEADS * HEAD_DIM})
def warm_up():
    with torch.inference_mode():
        small = tokens[:, :64]
        theirs(small, small, small, need_weights=False), ours(small)
"""
STEP = """
with torch.inference_mode():
    {call}
"""


def rows(threads: int) -> Iterator[Row]:
    """Time and memory against torch's module, which is asked for no weights and takes its own fast path."""
    theirs = nn.MultiheadAttention(HEADS * HEAD_DIM, HEADS, batch_first=True).eval()
    ours = MultiHeadAttention.from_torch(theirs)
    tokens = torch.randn(1, TOKENS, HEADS * HEAD_DIM)
    setting = f"N={TOKENS}, {HEADS} × {HEAD_DIM}"
    with torch.inference_mode():
        ratio = time_ratio(
            lambda: ours(tokens), lambda: theirs(tokens, tokens, tokens, need_weights=False), repeats=9
        )
    yield Row("MultiHeadAttention eval: time over nn.MultiheadAttention", setting, ratio, 0.5)
    added = [
        peak_memory(PREPARATION, STEP.format(call=call), threads)
        for call in ("ours(tokens)", "theirs(tokens, tokens, tokens, need_weights=False)")
    ]
    yield Row("MultiHeadAttention eval: memory over nn.MultiheadAttention", setting, added[0] / added[1], 0.2)
