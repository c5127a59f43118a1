"""The most memory held since a moment: on a GPU by tensors, otherwise by this process."""

import ctypes
import gc
import sys
from pathlib import Path

import psutil
import torch

STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
RESET_PEAK = "5"
"""What Linux takes for: let the peak begin again at what is held now (proc(5))."""


def reset_peak(device: torch.device) -> None:
    """Let the peak begin again, after giving back what earlier runs of this process have freed.

    Where the system cannot (outside Linux), the peak stays that of the whole process: an upper bound.
    """
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
        return
    gc.collect()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim:
            trim(0)
        try:
            CLEAR.write_text(RESET_PEAK)
        except OSError:
            return


def peak_bytes(device: torch.device) -> int:
    """The peak since it was last reset."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    if sys.platform == "linux":
        line = next(line for line in STATUS.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    return int(getattr(psutil.Process().memory_info(), "peak_wset", 0) or resident_peak())


def resident_peak() -> int:
    """The largest resident set that this process ever had, on macOS."""
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
