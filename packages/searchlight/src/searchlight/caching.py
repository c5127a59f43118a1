"""Where prepared data is kept between runs. It can be deleted at any time."""

from pathlib import Path

from platformdirs import user_cache_path


def cache_folder() -> Path:
    """The user's cache folder of searchlight."""
    return user_cache_path("searchlight")
