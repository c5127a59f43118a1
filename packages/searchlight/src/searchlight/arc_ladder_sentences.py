"""What came of a rung in one sentence: arm against arm, what was aimed at, and whether it was reached."""

from collections.abc import Iterator, Sequence

from analysis import Estimate
from arc_context.families.registry import LOOKUP, POSITION
from searchlight.arc_ladder_figures import Climbed, Figure
from searchlight.arc_ladder_rungs import FRESH, MASKS, MATCHED, ON_MARKER, REACH, SETTLED
from searchlight.arc_ladder_tasks import SOLVED
from searchlight.results import short

LEADS = {
    "L0": tuple(MASKS[name] for name in ("outside", "padded", "reordered")),
    "L1": (FRESH, f"{MATCHED}, held-out swap"),
    "L2": tuple(f"{SETTLED}, {family}" for family in (LOOKUP[0], POSITION[0])),
    "L3": (FRESH, REACH),
    "L4": (FRESH, ON_MARKER),
    "L5": (SOLVED,),
    "L6": (SOLVED,),
}
"""How figures begin that stand beside each other in a rung's sentence."""


def sentence_of(found: Climbed) -> str:
    """Figures that belong together side by side, then how many other targets were reached, and which were missed."""
    groups = {lead: [each for each in found.figures if begins(each, lead)] for lead in LEADS[found.rung]}
    told = [each for group in groups.values() for each in group]
    parts = [side_by_side(lead, group) for lead, group in groups.items() if group]
    others = [each for each in found.figures if each.verdict and each not in told]
    return f"{found.rung}: {'; '.join([*parts, *besides(others)])}."


def begins(figure: Figure, lead: str) -> bool:
    """Whether a figure is of what is told."""
    return figure.what == lead or figure.what.startswith(f"{lead}, ")


def side_by_side(lead: str, group: Sequence[Figure]) -> str:
    """Several figures of one thing, each named by what tells it from the others."""
    arms = list(dict.fromkeys(each.arm for each in group))
    heading = f"{lead}, {arms[0]}" if len(arms) == 1 else lead
    said = [f"{named(each, lead, arms)} {told(each.estimate)}{aimed(each)}".lstrip() for each in group]
    levels = dict.fromkeys(each.beside for each in group if each.beside)
    return f"{heading}: {', '.join([*said, *levels])}"


def named(figure: Figure, lead: str, arms: Sequence[str]) -> str:
    """The arm, unless there is but one, and what follows the lead."""
    rest = figure.what.removeprefix(lead).removeprefix(", ")
    return " ".join([figure.arm] * (len(arms) > 1) + [rest] * bool(rest))


def besides(others: Sequence[Figure]) -> Iterator[str]:
    """Targets that no figure told before had."""
    if reached := sum(each.verdict == "reached" for each in others):
        yield f"{reached} further target{'s' * (reached > 1)} reached"
    for each in others:
        if each.verdict == "missed":
            yield f"missed besides: {each.arm}, {each.what} {told(each.estimate)} ({each.target})"


def aimed(figure: Figure) -> str:
    """The target and whether it was reached; nothing where there is none."""
    if figure.target is None:
        return ""
    return f" ({figure.target}, {figure.verdict or 'not known'})"


def told(estimate: Estimate) -> str:
    """An estimate as tables have it; a zero that is exact is 0."""
    exact = estimate.value == 0 and not (estimate.low < 0 or estimate.high > 0)
    return "0" if exact else short(estimate).replace("e-0", "e-")
