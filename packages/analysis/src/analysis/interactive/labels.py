"""Names on their way into a plot: harmless, unique, and short enough for a narrow page."""

import textwrap
from collections import Counter
from collections.abc import Iterable
from html import escape

WIDTH = 24
"""Letters of a line beside a plot; above and beneath it there is room for `WIDE`."""
WIDE = 60


def worded(name: object, width: int = WIDTH) -> str:
    """A name in words, broken into lines; plotly reads some HTML, so that it is escaped."""
    lines = textwrap.wrap(str(name).replace("_", " "), width) or [""]
    return "<br>".join(escape(line) for line in lines)


def distinct(names: Iterable[object]) -> list[str]:
    """Names in words; one that stands several times is numbered, as plotly would draw both in one place."""
    seen, found = Counter(), []
    for name in map(worded, names):
        seen[name] += 1
        found.append(f"{name} ({seen[name]})" if seen[name] > 1 else name)
    return found
