"""Where prepared data is kept between runs. It can be deleted at any time."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

from platformdirs import user_cache_path


def cache_folder() -> Path:
    """The user's cache folder of searchlight."""
    return user_cache_path("searchlight")


def remembered(
    function: Callable[..., Any],
    cache: Path | None,
    *,
    ignore: Sequence[str] = (),
    mapped: bool = False,
) -> Callable[..., Any]:
    """The function with its results kept by its arguments but those ignored; arrays `mapped` from disk, read-only."""
    import joblib  # slow to import, and most verbs ask for the folder only

    mode: Literal["r"] | None = "r" if mapped else None
    return joblib.Memory(cache, mmap_mode=mode, verbose=0).cache(function, ignore=list(ignore))
