"""A figure with the words that belong to it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.interactive import Interactive, Panel

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Drawing:
    """A figure with its file name, its caption, its description in words, and what to read it against.

    `interactive` is the same figure for a browser, where there is one; `panel` takes the place of both on a page.
    """

    name: str
    figure: "Figure"
    caption: str
    alt: str
    null: str
    interactive: Interactive | None = None
    panel: Panel | None = None
