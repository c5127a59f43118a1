"""One self-contained page per question, which reads like a short paper."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from analysis.claims.claim import Claim, claims_html
from analysis.comparison.arms import Comparison
from analysis.comparison.diagnosis import Diagnosis
from analysis.report.pictures import Picture
from analysis.report.rendering import rendered, source
from analysis.report.sections import Row, Section
from analysis.shown import Shown


@dataclass(frozen=True)
class Report(Shown):
    """What was asked, of which data and arms, what came out against which null, and how to do it again.

    `comparisons` are tables by heading, the first one in the summary; `headlines` are the rows, or sentences, that
    stand there besides; `claims` are shown whole, with null and intervention; `sections` follow in order; `provenance`
    names config, commit, packages and whatever else belongs to it; `lightened` says what was given up for its size.
    """

    title: str
    question: str
    data: Sequence[str]
    arms: Mapping[str, str]
    comparisons: Mapping[str, Comparison] = field(default_factory=dict)
    claims: Sequence[Claim] = ()
    sections: Sequence[Section] = ()
    diagnoses: Sequence[Diagnosis] = ()
    provenance: Mapping[str, str] = field(default_factory=dict)
    commands: Sequence[str] = ()
    headlines: Sequence[Row | str] = ()
    lightened: str = ""

    @property
    def pictures(self) -> list[Picture]:
        """Those of all sections, in order: figure 1, 2, …."""
        return [picture for section in self.sections for picture in section.pictures]

    @property
    def verdicts(self) -> dict[str, int]:
        """How many claims were settled in which way."""
        found = [claim.verdict for claim in self.claims]
        return {verdict: found.count(verdict) for verdict in dict.fromkeys(found)}

    def html(self) -> str:
        """Return the page: no address outside itself, everything escaped, and no script without interactive figures."""
        panels = [picture.panel for picture in self.pictures if picture.panel]
        scripts = page_scripts() if any(picture.interactive for picture in self.pictures) else []
        scripts += [Markup(each) for each in dict.fromkeys(panel.script for panel in panels) if each]
        styles = dict.fromkeys([source("report.css"), *(panel.style for panel in panels)])
        return rendered(
            "report.html",
            report=self,
            claims=Markup(claims_html(self.claims)),
            style=Markup("\n".join(styles)),
            scripts=scripts,
            allowed=" ".join(f"'sha256-{digest(script)}'" for script in scripts) or "'none'",
        )


def page_scripts() -> list[Markup]:
    """plotly.js and the script that hands it the page's figures."""
    from plotly.offline import get_plotlyjs

    return [Markup(get_plotlyjs()), source("report.js")]


def digest(script: str) -> str:
    """By which a page's policy knows a script as its own."""
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
