"""What the statistics of a streamed map cost on a GPU beside flash attention in bfloat16; no rows without one."""

from collections.abc import Iterator

import torch
from attention_rows.row import Row, time_ratio
from torch.nn import functional as F

from attention_core import attend

SIZES = (4096, 8192, 16384, 32768, 65536)
HEADS, WIDTH = 8, 64


def rows(threads: int) -> Iterator[Row]:
    """Output and statistics but top-k, and with top-8, by size."""
    if not torch.cuda.is_available():
        return
    with torch.no_grad():
        for tokens in SIZES:
            yield from _rows_of(tokens)


def _rows_of(tokens: int) -> Iterator[Row]:
    query, key, value = torch.randn(3, 1, HEADS, tokens, WIDTH, device="cuda", dtype=torch.bfloat16)
    setting = f"GPU, bfloat16, N = {tokens}, dim {WIDTH}"

    def plain() -> object:
        return F.scaled_dot_product_attention(query, key, value)

    for what, k, must, stretch in (("but top-k", 0, 3.0, 2.2), ("with top-8", 8, 4.0, 3.0)):
        ratio = time_ratio(lambda k=k: attend(query, key, value).attention.summary(k=k), plain)
        yield Row(f"output and statistics {what}", setting, ratio, must, stretch)
