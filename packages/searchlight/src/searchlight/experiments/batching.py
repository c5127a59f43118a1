"""Batches of items that differ in size."""

from collections.abc import Iterator

import numpy as np

BUCKET = 8
"""Batches of an epoch whose items are sorted by size among themselves, so that little is padded."""


def bucketed(sizes: np.ndarray, batch_size: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Rows of whole batches in random order; items of a batch are of about one size."""
    order = rng.permutation(len(sizes))[: len(sizes) // batch_size * batch_size]
    batches = []
    for start in range(0, len(order), BUCKET * batch_size):
        bucket = order[start : start + BUCKET * batch_size]
        batches += list(bucket[sizes[bucket].argsort(kind="stable")].reshape(-1, batch_size))
    yield from (batches[at] for at in rng.permutation(len(batches)))
