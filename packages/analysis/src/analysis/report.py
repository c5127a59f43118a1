"""One self-contained page per question, which reads like a short paper."""

import base64
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from matplotlib.figure import Figure

from analysis.comparison import Comparison, Result
from analysis.diagnosis import Diagnosis
from analysis.errors import AnalysisError
from analysis.files import write_atomically
from analysis.inference import Estimate

LARGEST = 10_000_000
"""A page beyond this many bytes is refused: it would no longer open at once."""

PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Picture:
    """A PNG with its caption, what it shows to those who cannot see it, and the null or control to read it against."""

    png: bytes
    caption: str
    alt: str
    null: str

    def __post_init__(self):
        if not self.png.startswith(PNG):
            raise AnalysisError(f"expected the bytes of a PNG, got {self.png[:8]!r}")
        if missing := [name for name in ("caption", "alt", "null") if not getattr(self, name).strip()]:
            raise AnalysisError(f"a picture in a report needs its {', '.join(missing)}")

    @classmethod
    def of(cls, figure: Figure, caption: str, alt: str, null: str, *, dpi: int = 150) -> "Picture":
        """Draw a figure at the resolution of a screen."""
        buffer = BytesIO()
        figure.savefig(buffer, format="png", dpi=dpi, bbox_inches="tight")
        return cls(buffer.getvalue(), caption, alt, null)

    @classmethod
    def read(cls, path: Path | str, caption: str, alt: str, null: str) -> "Picture":
        """Take a picture that was saved before."""
        return cls(Path(path).read_bytes(), caption, alt, null)

    @property
    def address(self) -> str:
        """The picture itself, as a data address."""
        return "data:image/png;base64," + base64.b64encode(self.png).decode()


@dataclass(frozen=True)
class Report:
    """What was asked, of which data and arms, what came out against which null, and how to do it again.

    `comparisons` are tables by heading, the first one in the summary; `controls` are estimates by what they control
    for; `provenance` names config, commit, packages and whatever else belongs to it.
    """

    title: str
    question: str
    data: Sequence[str]
    arms: Mapping[str, str]
    comparisons: Mapping[str, Comparison] = field(default_factory=dict)
    pictures: Sequence[Picture] = ()
    controls: Mapping[str, Estimate] = field(default_factory=dict)
    diagnoses: Sequence[Diagnosis] = ()
    provenance: Mapping[str, str] = field(default_factory=dict)
    commands: Sequence[str] = ()

    def html(self) -> str:
        """Return the page: no script, no address outside itself, everything escaped."""
        loader = PackageLoader("analysis")
        environment = Environment(
            loader=loader,
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters.update(interval=_interval, sentence=_sentence, p=_p, size=_size)
        template = environment.get_template("report.html")
        style = loader.get_source(environment, "report.css")[0]
        return template.render(report=self, style=style, signs=SIGNS)


def write_report(path: Path | str, report: Report) -> None:
    """Write the page whole or not at all.

    Raises:
        AnalysisError: the page would be larger than 10 MB.
        StoreError: the system refused.
    """
    page = report.html().encode()
    if len(page) > LARGEST:
        raise AnalysisError(
            f"{path} would have {len(page) / 1e6:.1f} MB, at most 10 are sent around; use fewer pictures"
        )
    write_atomically(path, lambda file: file.write_bytes(page))


SIGNS = {"better": "▲", "worse": "▼", "no detectable difference": "○", "not comparable": "–", "baseline": ""}


def _interval(estimate: Estimate | None, sign: str = "") -> str:
    if estimate is None:
        return "not measured"
    if math.isnan(estimate.low):
        return f"{_number(estimate.value, sign)} (no interval)"
    return f"{_number(estimate.value, sign)} [{_number(estimate.low, sign)}, {_number(estimate.high, sign)}]"


def _sentence(result: Result) -> str:
    found = result.estimate
    reached = f"{result.arm}: {_interval(found)}, n = {found.n}" if found else f"{result.arm}: not measured"
    if result.verdict == "baseline":
        return reached + ("." if found is None or found.chance is None else f", chance {found.chance:.2f}.")
    if result.difference is None:
        return f"{reached}; not comparable: {result.reason}."
    gap, p = _interval(result.difference.estimate, "+"), _p(result.p_corrected)
    return f"{reached}; {result.verdict}, difference {gap}, corrected p {p}."


def _number(value: float, sign: str = "") -> str:
    """Three places, a true minus, and no minus before a zero."""
    return f"{round(value, 3) + 0.0:{sign}.3f}".replace("-", "−")


def _p(value: float) -> str:
    if math.isnan(value):
        return ""
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _size(value: float) -> str:
    return "" if math.isnan(value) else f"{round(value, 1) + 0.0:.1f}".replace("-", "−").replace("inf", "∞")
