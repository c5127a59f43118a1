"""Arguments that are words, or that go by names: refused with what was expected and the nearest of it."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from analysis.errors import AnalysisError


def one_of(name: str, word: Any, known: Iterable[str]) -> None:
    """Check that a word is among those known.

    Raises:
        AnalysisError: it is not.
    """
    known = list(known)
    if isinstance(word, str) and word in known:
        return
    near = get_close_matches(str(word), known, n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise AnalysisError(f"{name}: expected one of {', '.join(known)}, got {word!r}{hint}")


def unknown(what: str, name: str, known: Iterable[str]) -> str:
    """The sentence that answers an unknown name."""
    known = list(known)
    near = get_close_matches(name, known, n=1)
    advice = f"did you mean {near[0]}?" if near else f"expected one of: {', '.join(known)}"
    return f"{name!r} is not a {what}; {advice}"


def by_name(name: str, found: Any, what: str) -> None:
    """Check that what goes by names is a mapping.

    Raises:
        AnalysisError: it is something else, such as a list.
    """
    if not isinstance(found, Mapping):
        raise AnalysisError(f"{name}: expected {what} by name ({{name: …}}), got a {type(found).__name__}")
