"""The most memory held since a moment: on a GPU by tensors, otherwise by this process."""

import ctypes
import gc
from pathlib import Path

import torch

STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
BEGIN_AGAIN = "5"
"""What Linux takes for: let the peak begin again at what is held now (proc(5))."""


class Peak:
    """A peak that begins where it is made, after what earlier runs of this process have freed is given back."""

    def __init__(self, device: torch.device):
        self.device = device
        self.is_own = device.type == "cuda" or begin_again()
        if device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(device)

    def bytes(self) -> int | None:
        """The most held since; None where the system tells only what the process ever held, as outside Linux."""
        if not self.is_own:
            return None
        if self.device.type == "cuda":
            return torch.cuda.max_memory_allocated(self.device)
        line = next(line for line in STATUS.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024


def begin_again() -> bool:
    """Whether Linux let the peak of this process begin again."""
    gc.collect()
    try:
        ctypes.CDLL("libc.so.6").malloc_trim(0)
        CLEAR.write_text(BEGIN_AGAIN)
    except (OSError, AttributeError):
        return False
    return True
