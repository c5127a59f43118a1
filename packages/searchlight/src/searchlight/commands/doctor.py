"""`searchlight doctor`: is everything here that the program needs?"""

import os
import platform
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from searchlight.errors import SearchlightError
from searchlight.options import parse

NEEDED = ("torch", "numpy", "scipy", "scikit-learn", "polars", "matplotlib", "accelerate", "safetensors")
OPTIONAL = {"torchvision": "the resnet50 backbone: uv pip install torchvision"}
LOW_DISK = 2 * 2**30


@dataclass(frozen=True)
class Doctor:
    """Check versions, device, threads and folders, and say what to do where something is wrong."""

    runs: Path = Path("runs")
    """Folder of all runs."""


@dataclass(frozen=True)
class Finding:
    """One line: what was looked at, what was found, and what to do if that is not good."""

    what: str
    found: str
    remedy: str = ""


def main(args: Sequence[str]) -> None:
    """Print every finding; exit code 1 if something has to be done."""
    options = parse(Doctor, "doctor", args)
    from searchlight import console

    findings = [*packages(), *device(), *folders(options.runs)]
    console.show_table(
        ["", "found", "do"], [[each.what, each.found, each.remedy] for each in findings], words=(0, 1, 2)
    )
    if wrong := sum(bool(each.remedy) for each in findings):
        raise SearchlightError(f"{wrong} things to mend, see above.")
    console.say("nothing to mend")


def packages() -> Iterator[Finding]:
    """Versions of what is installed."""
    yield Finding("python", platform.python_version())
    for name in NEEDED:
        try:
            yield Finding(name, version(name))
        except PackageNotFoundError:
            yield Finding(name, "missing", "uv sync")
    for name, use in OPTIONAL.items():
        try:
            yield Finding(f"{name} (optional)", version(name))
        except PackageNotFoundError:
            yield Finding(f"{name} (optional)", f"absent; for {use}")


def device() -> Iterator[Finding]:
    """Where training would compute."""
    import torch

    if torch.cuda.is_available():
        yield Finding("device", torch.cuda.get_device_name())
    else:
        yield Finding("device", "cpu (no CUDA device; everything works without one)")
    yield Finding("cores", str(os.cpu_count()))
    query, key, ones = torch.ones(3, 1, 1, 2, 4)
    value = torch.nn.functional.scaled_dot_product_attention(query, key, ones).sum().item()
    yield Finding(
        "fused attention",
        "works" if value == 8 else f"gives {value}, expected 8",
        "" if value == 8 else "reinstall torch",
    )


def folders(runs: Path) -> Iterator[Finding]:
    """Whether runs and cache can be written, and the room there is."""
    from searchlight.caching import cache_folder

    for name, folder in (("runs", runs), ("cache", cache_folder())):
        there = next(each for each in (folder.absolute(), *folder.absolute().parents) if each.exists())
        try:
            with tempfile.TemporaryFile(dir=there):
                free = shutil.disk_usage(there).free
        except OSError as error:
            yield Finding(name, f"{folder}: {error.strerror}", f"make {there} writable")
            continue
        remedy = "free some disk space" if free < LOW_DISK else ""
        yield Finding(name, f"{folder}, {free / 2**30:.0f} GiB free", remedy)
