"""Damage that reading survives, such as a last line that was cut off, is a remark."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def damage_in_remarks() -> Iterator[None]:
    """A StoreWarning is told without the line of source that it came from; other warnings are as they were."""
    with warnings.catch_warnings():
        told = warnings.showwarning

        def show(message: Warning | str, category: type[Warning], *where: Any, **more: Any) -> None:
            if category.__name__ == "StoreWarning":
                from searchlight.console import remark  # rich is slow to import

                remark(str(message))
            else:
                told(message, category, *where, **more)

        warnings.showwarning = show
        yield
