"""The processes that torchrun starts: one leads, all take part in training, one prepares what they share."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

STARTED_BY = ("RANK", "LOCAL_RANK", "WORLD_SIZE", "LOCAL_WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")
"""What torchrun tells each process, and what accelerate reads to join them."""


def world_size() -> int:
    """How many processes train together."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def leads() -> bool:
    """Whether this process is the one that writes and speaks."""
    return os.environ.get("RANK", "0") == "0"


def wait_for_everyone() -> None:
    """Go on when every process has come here."""
    if world_size() > 1:
        from accelerate import PartialState

        PartialState().wait_for_everyone()


@contextmanager
def alone() -> Iterator[None]:
    """Compute as if there were no other process; only before processes have met for the first time."""
    hidden = {name: os.environ.pop(name) for name in STARTED_BY if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(hidden)
        if hidden:
            from accelerate.state import AcceleratorState, PartialState

            AcceleratorState._reset_state()
            PartialState._reset_state()
