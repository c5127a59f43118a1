"""What attention is restricted to, to see whether it matters: without the most attended, or with nothing but them."""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

import polars as pl

Which = Literal["intact", "top", "random", "keep", "keep_random"]
"""`top` and `random` are taken away, `keep` and `keep_random` are all that is left, `intact` is neither."""


class Restriction(NamedTuple):
    """What is taken away or left, how much of it, and which random choice it is."""

    which: Which
    share: float
    """Of what may be attended."""
    draw: int
    """Number of the random choice."""

    @property
    def columns(self) -> dict[str, pl.Expr]:
        """The same for every row of a table."""
        return {name: pl.lit(value) for name, value in self._asdict().items()}


def restrictions(shares: Sequence[float], draws: int) -> Iterator[Restriction]:
    """Nothing, then at each share the most attended, and `draws` times as much at random, taken away or kept."""
    yield Restriction("intact", 0.0, 0)
    for share in shares:
        yield Restriction("top", share, 0)
        yield Restriction("keep", share, 0)
        for draw in range(draws):
            yield Restriction("random", share, draw)
            yield Restriction("keep_random", share, draw)
