"""The processes that torchrun starts: one leads, all take part in training, one prepares what they share."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from accelerate import PartialState

STARTED_BY = ("RANK", "LOCAL_RANK", "WORLD_SIZE", "LOCAL_WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")
"""What torchrun tells each process, and what accelerate reads to join them."""


def started_together() -> bool:
    """Whether torchrun started several processes."""
    return int(os.environ.get("WORLD_SIZE", "1")) > 1


def world_size() -> int:
    """How many processes have met to train together."""
    return _met().num_processes if started_together() else 1


def leads() -> bool:
    """Whether this process is the one that writes and speaks."""
    return os.environ.get("RANK", "0") == "0"


def wait_for_everyone() -> None:
    """Go on when every process has come here."""
    if started_together():
        _met().wait_for_everyone()


def _met() -> "PartialState":
    """The processes as accelerate knows them; without a GPU it has to be told to meet on CPUs."""
    import torch
    from accelerate import PartialState

    return PartialState(cpu=not torch.cuda.is_available())


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
