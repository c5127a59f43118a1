"""Which code a kept result was made by, so that none outlives it."""

import hashlib
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

TRAINING = (
    *("averaging.py", "checkpoint.py", "runs.py", "training.py"),
    *(f"experiments/{name}.py" for name in ("arms", "base", "batching", "joining")),
)
"""What every system is trained and evaluated by."""


def code_digest(package: str, system: str) -> str:
    """SHA-256 over the source of everything that trains and evaluates a model of a system."""
    seen = hashlib.sha256()
    for file in sources(package, system):
        seen.update(file.name.encode() + file.read_bytes())
    return seen.hexdigest()


def sources(package: str, system: str) -> Iterator[Path]:
    """The system's package, the attention that it is built of, and what of this one trains and evaluates it."""
    for name in (package, "attention_core"):
        yield from sorted(Path(str(resources.files(name))).rglob("*.py"))
    own = Path(str(resources.files("searchlight")))
    yield from (own / name for name in TRAINING)
    yield from sorted((own / "experiments").glob(f"{system}*.py"))
