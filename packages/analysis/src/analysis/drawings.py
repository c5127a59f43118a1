"""A figure with the words that belong to it."""

from dataclasses import dataclass

from matplotlib.figure import Figure


@dataclass(frozen=True)
class Drawing:
    """A figure with its file name, its caption, its description in words, and what to read it against."""

    name: str
    figure: Figure
    caption: str
    alt: str
    null: str
