"""How results show themselves in a notebook: one table of what they hold, by name."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import fields
from html import escape
from typing import Any

MOST_WORDS = 8
LONGEST = 120
"""Of more words, or longer ones, the number is shown."""


class Shown:
    """A dataclass that shows itself as a table of its fields and its verdict; nothing is computed for it."""

    def shown(self) -> Iterator[tuple[str, Any]]:
        """Names and what stands beside them."""
        for each in fields(self):  # pyright: ignore[reportArgumentType] - those who show themselves are dataclasses
            value = getattr(self, each.name)
            if _is_estimates(value):
                yield from ((f"{each.name} {number}", one) for number, one in enumerate(value, start=1))
            else:
                yield each.name, value
        if isinstance(getattr(type(self), "verdict", None), property):
            yield "verdict", getattr(self, "verdict")  # noqa: B009 - not every class has one

    def _repr_html_(self) -> str:
        lines = (
            f"<tr><th>{escape(name.replace('_', ' '))}</th><td>{_cell(value)}</td></tr>"
            for name, value in self.shown()
        )
        return f"<table><caption>{escape(type(self).__name__)}</caption>{''.join(lines)}</table>"


def _is_estimates(value: Any) -> bool:
    return isinstance(value, tuple) and bool(value) and all(hasattr(each, "low") for each in value)


def _cell(value: Any) -> str:
    if hasattr(value, "_repr_html_") and type(value).__module__.startswith("analysis."):
        return value._repr_html_()
    return escape(_words(value))


def _words(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, float):
        return "not estimable" if math.isnan(value) else f"{value:.4g}"
    if hasattr(value, "shape"):
        return f"{type(value).__name__} {tuple(value.shape)}"
    if isinstance(value, Mapping):
        return _listed(
            [f"{name}: {_words(each)}" for name, each in list(value.items())[: MOST_WORDS + 1]], len(value)
        )
    if isinstance(value, list | tuple):
        return _listed([_words(each) for each in value[: MOST_WORDS + 1]], len(value))
    plain = isinstance(value, str | int) or type(value).__str__ is not object.__str__
    return str(value) if plain else type(value).__name__


def _listed(words: list[str], count: int) -> str:
    if count > MOST_WORDS or any(len(word) > LONGEST for word in words):
        return f"{count} entries"
    return ", ".join(words) or "none"
