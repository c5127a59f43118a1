"""A claim with everything that tests it: statistic, null, intervention, and the verdict that follows from them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from html import escape
from typing import Any, Literal

from analysis.errors import AnalysisError
from analysis.estimates import Estimate, Null, finite
from analysis.inference.decision import disagreement, side_of
from analysis.report.wording import numerals

Verdict = Literal["true", "false", "no detectable difference", "not testable"]
Expected = Literal["greater", "less", "different"] | tuple[float, float]
COLUMNS = ("claim", "statistic", "null", "intervention", "verdict")


@dataclass(frozen=True)
class Claim:
    """A sentence and what decides it; it shows itself whole or not at all.

    `expects` is how the statistic should lie to the null (greater, less, different), or the range the claim
    names. `null` is a drawn null or the estimate of a control; where it is None it is the statistic's own
    null, or its chance level. `p` is that of the test from which the interval comes; a drawn null brings its own.
    `intervention` is the effect of changing what the claim says matters, positive where it bears the claim out,
    against its chance (0 where it has none); where there is none, `no_intervention` says why. The verdict is
    worked out and never given:

    - "true" or "false" where the interval leaves out the null's value and p < 0.05 (of a control: where the
      intervals do not meet; of a range: where the interval lies in it, or wholly outside), and the
      intervention does not say otherwise;
    - "no detectable difference" where it does not;
    - "not testable" where there is no interval, and `reason` says why.

    Raises:
        AnalysisError: the sentence is empty, there is no null, or neither an intervention nor a reason for none.
    """

    sentence: str
    statistic: Estimate
    null: Estimate | Null | None = None
    intervention: Estimate | None = None
    expects: Expected = "greater"
    no_intervention: str = ""
    p: float | None = None

    def __post_init__(self):
        if not self.sentence.strip():
            raise AnalysisError("a claim needs its sentence")
        if isinstance(self.expects, tuple) and not self.expects[0] <= self.expects[1]:
            raise AnalysisError(f"expected a range from low to high, got {self.expects}")
        if self.null is None:
            object.__setattr__(self, "null", _own_null(self.statistic))
        if isinstance(self.null, Null):
            object.__setattr__(self, "p", self.null.p)
        if (self.intervention is None) == (not self.no_intervention.strip()):
            raise AnalysisError(
                f"“{self.sentence}” needs either an intervention or no_intervention, the reason why there is none"
            )

    @classmethod
    def not_testable(cls, sentence: str, why: str) -> "Claim":
        """A claim for which something is missing, such as runs of an arm."""
        nothing = Estimate.not_estimable(why)
        return cls(sentence, nothing, nothing, None, no_intervention=why)

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "Claim":
        """Read what `to_dict` wrote.

        Raises:
            AnalysisError: the record's verdict is not what its numbers say.
        """
        null, changed, expects = record["null"], record["intervention"], record["expects"]
        claim = cls(
            record["sentence"],
            Estimate.from_dict(record["statistic"]),
            Null(**null) if "draws" in null else Estimate.from_dict(null),
            changed and Estimate.from_dict(changed),
            expects if isinstance(expects, str) else (expects[0], expects[1]),  # pyright: ignore
            record["no_intervention"],
            record.get("p"),
        )
        if claim.verdict != record["verdict"]:
            raise AnalysisError(
                f"“{claim.sentence}”: recorded {record['verdict']}, its numbers say {claim.verdict}"
            )
        return claim

    @property
    def verdict(self) -> Verdict:
        """True, false, no detectable difference, or not testable."""
        return self._settled[0]

    @property
    def reason(self) -> str:
        """What the verdict rests on, in words."""
        return self._settled[1]

    def __str__(self) -> str:
        parts = self.row()
        said = f"{parts['claim']} — {parts['verdict']}."
        return f"{said} Statistic: {parts['statistic']}. Null: {parts['null']}. Intervention: {parts['intervention']}."

    def _repr_html_(self) -> str:
        return claims_html([self])

    def row(self) -> dict[str, str]:
        """Every part in words, in the order of `COLUMNS`."""
        told = self.intervention and str(self.intervention)
        own = isinstance(self.null, Null) and self.null == self.statistic.null
        statistic = Estimate(*_plain(self.statistic)) if own else self.statistic
        parts = (self.sentence, str(statistic), self._held_against, told or f"none: {self.no_intervention}")
        return dict(zip(COLUMNS, (*parts, f"{self.verdict}: {self.reason}"), strict=True))

    def to_dict(self) -> dict[str, Any]:
        """Plain nested values, all of them."""
        return finite({**asdict(self), "verdict": self.verdict, "reason": self.reason})

    @property
    def _held_against(self) -> str:
        """The null in words, with p where it is not the null's own."""
        null = self.null
        if isinstance(null, Null) or null is None or math.isnan(null.low):
            return str(null)
        level = f"{null.value:g}" if null.low == null.high else str(null)
        p = "" if self.p is None else f", p = {self.p:.3g}"
        return f"{level}{f' ({null.how})' if null.how else ''}{p}"

    @property
    def _settled(self) -> tuple[Verdict, str]:
        found, changed = self.statistic, self.intervention
        if missing := next((each for each in (found, self.null, changed) if _unknown(each)), None):
            return "not testable", _why(missing)
        if isinstance(self.expects, tuple):
            verdict, reason = _within(found, self.expects)
        else:
            verdict, reason = _beyond(found, self.null, self.expects, self.p)  # pyright: ignore
        return (verdict, reason) if verdict != "true" or changed is None else _borne_out(changed, reason)


def known_level(level: float, n: int, how: str = "level known beforehand") -> Estimate:
    """A null that nobody has to estimate, such as no difference."""
    return Estimate(level, level, level, n, None, how)


def claims_html(claims: Sequence[Claim]) -> str:
    """A table with one row per claim and a column for each of its parts, escaped."""
    head = "".join(f"<th>{name}</th>" for name in COLUMNS)
    rows = (
        "".join(f"<td>{escape(numerals(part))}</td>" for part in claim.row().values()) for claim in claims
    )
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _own_null(statistic: Estimate) -> Null | Estimate:
    if statistic.null is not None:
        return statistic.null
    if math.isnan(statistic.value):
        return statistic
    if statistic.chance is None:
        raise AnalysisError("a claim needs a null: the statistic has none, and no chance level either")
    return known_level(statistic.chance, statistic.n)


def _unknown(part: Estimate | Null | None) -> bool:
    return isinstance(part, Estimate) and math.isnan(part.low)


def _why(part: Estimate | Null) -> str:
    how = part.how.removeprefix("not estimable: ")
    return how if math.isnan(part.value) else f"no interval ({how or 'too few units'})"


def _beyond(found: Estimate, null: Estimate | Null, expects: str, p: float | None) -> tuple[Verdict, str]:
    """Which side of the null the statistic lies on, where it can be told."""
    low, high = (null.value, null.value) if isinstance(null, Null) else (null.low, null.high)
    side = side_of(found, low, high, p)
    if not side:
        undecided = disagreement(found, low, high, p) or "the statistic is not told from its null"
        return "no detectable difference", undecided
    agrees = expects in ("different", side)
    return ("true" if agrees else "false"), f"the statistic is {side} than its null"


def _within(found: Estimate, expects: tuple[float, float]) -> tuple[Verdict, str]:
    low, high = expects
    if low <= found.low and found.high <= high:
        return "true", f"the interval lies within [{low:g}, {high:g}]"
    if found.high < low or found.low > high:
        return "false", f"the interval lies outside [{low:g}, {high:g}]"
    return "no detectable difference", f"the interval holds values within [{low:g}, {high:g}] and outside"


def _borne_out(changed: Estimate, reason: str) -> tuple[Verdict, str]:
    chance = changed.chance or 0.0
    if changed.low > chance:
        return "true", f"{reason}, and the intervention bears it out"
    if changed.high < chance:
        return "false", f"{reason}, but the intervention does the opposite"
    return "no detectable difference", f"{reason}, but the intervention changes nothing that is detectable"


def _plain(found: Estimate) -> tuple:
    return found.value, found.low, found.high, found.n, found.chance, found.how
