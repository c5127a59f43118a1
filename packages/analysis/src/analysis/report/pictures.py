"""A picture of a page, with the words without which it may not stand there."""

import base64
from dataclasses import dataclass
from pathlib import Path

from matplotlib.figure import Figure

from analysis.drawings.drawing import Drawing
from analysis.errors import AnalysisError
from analysis.figures.style import figure_bytes
from analysis.interactive import Interactive, Panel

PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Picture:
    """A PNG with its caption, what it shows to those who cannot see it, and the null or control to read it against.

    `interactive` takes its place where scripts run; the PNG is what is printed, and seen without scripts. It is None
    where a page had no room for it. `panel` stands for both, with and without scripts.
    """

    png: bytes | None
    caption: str
    alt: str
    null: str
    interactive: Interactive | None = None
    panel: Panel | None = None

    def __post_init__(self):
        if self.png is not None and not self.png.startswith(PNG):
            raise AnalysisError(f"expected the bytes of a PNG, got {self.png[:8]!r}")
        if missing := [name for name in ("caption", "alt", "null") if not getattr(self, name).strip()]:
            raise AnalysisError(f"a picture in a report needs its {', '.join(missing)}")

    @classmethod
    def of(cls, figure: Figure, caption: str, alt: str, null: str, *, dpi: int = 150) -> "Picture":
        """Draw a figure at the resolution of a screen."""
        return cls(figure_bytes(figure, dpi=dpi), caption, alt, null)

    @classmethod
    def of_drawing(cls, drawing: Drawing, *, dpi: int = 150) -> "Picture":
        """A drawing with its words, and what takes its place where scripts run."""
        words = drawing.caption, drawing.alt, drawing.null
        png = None if drawing.panel else figure_bytes(drawing.figure, dpi=dpi)
        return cls(png, *words, drawing.interactive, drawing.panel)

    @classmethod
    def read(cls, path: Path | str, caption: str, alt: str, null: str) -> "Picture":
        """Take a picture that was saved before."""
        return cls(Path(path).read_bytes(), caption, alt, null)

    @property
    def address(self) -> str:
        """The picture itself, as a data address; nothing where it is left out."""
        if self.png is None:
            return ""
        return "data:image/png;base64," + base64.b64encode(self.png).decode()
