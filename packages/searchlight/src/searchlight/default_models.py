"""The model that answers where no run is named: trained once, and kept for as long as its settings and code stand."""

import hashlib
import json
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from searchlight import console
from searchlight.caching import cache_folder
from searchlight.configuration import Resolved, load_config
from searchlight.jobs import train_all
from searchlight.runs import run_of

TRAINING = (
    *("averaging.py", "checkpoint.py", "runs.py", "training.py"),
    *(f"experiments/{name}.py" for name in ("arms", "base", "batching", "joining")),
)
"""What every system is trained and evaluated by."""


def default_run(preset: str, package: str, duration: str) -> Path:
    """The run of a preset, trained now where it is not kept yet, which is said first.

    Args:
        preset: its name.
        package: the one that holds the system.
        duration: how long the training takes, in words.
    """
    resolved = load_config(preset)
    root = cache_folder() / "models" / content(resolved, package)
    run = run_of(resolved, 0, root)
    if not run.is_complete:
        console.remark(
            f"No --run is given: trains the model of {preset} once, {duration}, and keeps it in {run.path}"
        )
        train_all([(resolved, 0)], root, resume=True)
    return run.path


def content(resolved: Resolved, package: str) -> str:
    """A digest of settings and of the code that a model is made by, so that none outlives its code."""
    seen = hashlib.sha256(json.dumps(resolved.document, sort_keys=True, default=str).encode())
    for file in sources(package, resolved.system):
        seen.update(file.name.encode() + file.read_bytes())
    return seen.hexdigest()[:16]


def sources(package: str, system: str) -> Iterator[Path]:
    """The system's package, the attention that it is built of, and what of this one trains and evaluates it."""
    for name in (package, "attention_core"):
        yield from sorted(Path(str(resources.files(name))).rglob("*.py"))
    own = Path(str(resources.files("searchlight")))
    yield from (own / name for name in TRAINING)
    yield from sorted((own / "experiments").glob(f"{system}*.py"))
