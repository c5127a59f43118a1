"""A figure that is a piece of a page by itself, for what no plot can show."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Panel:
    """Markup that can be read as it stands, the script that makes it answer, and its style.

    What the markup says of data is escaped by whoever makes it. Script and style stand once on a page, whatever the
    number of panels that share them.
    """

    markup: str
    script: str = ""
    style: str = ""
