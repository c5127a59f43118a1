"""The model that answers where no run is named: trained once, and kept for as long as its settings and code stand."""

import hashlib
import json
from pathlib import Path

from searchlight import console
from searchlight.caching import cache_folder
from searchlight.code_digest import code_digest
from searchlight.configuration import Resolved, load_config
from searchlight.jobs import train_all
from searchlight.runs import run_of


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
    """A digest of settings and of the code that a model is made by."""
    settings = json.dumps(resolved.document, sort_keys=True, default=str)
    return hashlib.sha256((settings + code_digest(package, resolved.system)).encode()).hexdigest()[:16]
