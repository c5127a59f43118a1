"""How a page words numbers."""

import math
import re
from functools import partial
from typing import Any

from analysis.comparison.arms import Result
from analysis.estimates import Estimate

SIGNS = {
    "better": "▲",
    "worse": "▼",
    "higher": "△",
    "lower": "▽",
    "no detectable difference": "○",
    "not comparable": "–",
    "above chance": "△",
    "above its null": "△",
    "below chance": "▽",
    "below its null": "▽",
}

FAINT = 5e-4
"""Below it three places are zeros."""


def interval(estimate: Estimate | None, sign: str = "") -> str:
    """Value and interval; why there is none, where there is none."""
    if estimate is None:
        return "not measured"
    if math.isnan(estimate.value):
        return estimate.how or "not estimable"
    write = faint if not sign and is_faint(estimate) else partial(number, sign=sign)
    if math.isnan(estimate.low):
        return f"{write(estimate.value)} (no interval)"
    return f"{write(estimate.value)} [{write(estimate.low)}, {write(estimate.high)}]"


def sentence(result: Result) -> str:
    """What an arm reached, and how it compares with the baseline."""
    found = result.estimate
    reached = f"{result.arm}: {interval(found)}, n = {found.n}" if found else f"{result.arm}: not measured"
    if result.verdict == "baseline":
        return reached + ("." if found is None or found.chance is None else f", chance {found.chance:.2f}.")
    if result.difference is None:
        return f"{reached}; {result.verdict}: {result.reason}."
    gap, p = interval(result.difference.estimate, "+"), p_value(result.p_corrected)
    return f"{reached}; {result.verdict}, difference {gap}, corrected p {p}."


def number(value: float, sign: str = "") -> str:
    """Three places, and as many digits of what is large; a true minus, and no minus before a zero."""
    form = f"{sign}.3f" if abs(value) < 1000 else f"{sign},.0f"
    return f"{round(value, 3) + 0.0:{form}}".replace("-", "−")


def is_faint(estimate: Estimate) -> bool:
    """Whether three places would show nothing of it but zeros, and it is not below zero."""
    return 0 <= estimate.value < FAINT and not (estimate.low < 0 or estimate.high >= FAINT)


def faint(value: float) -> str:
    """With its exponent; zero as what it is."""
    return f"{value:.1e}".replace("e-0", "e-") if value else "0"


def p_value(value: float) -> str:
    """Three places, and what is smaller as such."""
    if math.isnan(value):
        return ""
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def effect_size(value: float) -> str:
    """One place; nothing where there is none."""
    return "" if math.isnan(value) else f"{round(value, 1) + 0.0:.1f}".replace("-", "−").replace("inf", "∞")


def numerals(text: str) -> str:
    """The numbers of a sentence with a true minus, and none before a zero; hyphens within words stay."""
    without = re.sub(r"(?<![\w.\-)\]])[-−](?=0(?:\.0*)?(?![\d.e]))", "", str(text))
    return re.sub(r"(?<![\w.\-)\]])-(?=\.?\d)", "−", without)


def level_in_words(name: str, level: Any) -> str:
    """A level of a column: words as they are read, numbers with the column's name."""
    if not isinstance(level, str):
        return f"{plain(name)} {level}"
    return plain(re.sub(r"^below_(?=[\d.])", "share below ", level.removeprefix("test/")))


def plain(name: str) -> str:
    """A name as words."""
    return str(name).replace("_", " ")
