"""Networks as the units of a claim: whether there are enough, and what they say together."""

from collections.abc import Mapping
from dataclasses import replace

from analysis.assays.archive import Archive
from analysis.claims.quantities import Known, Log2, Measured, Quantity
from analysis.comparison.comparability import comparability
from analysis.errors import AnalysisError, ComparabilityError
from analysis.estimates import Difference, Estimate
from analysis.inference.student_t import difference, mean_estimate, paired_difference

LEAST = 5
"""Networks of each arm below which nothing is settled."""


def unanswerable(archive: Archive, arms: tuple[str, ...]) -> str:
    """Why arms cannot be asked: too few networks, or trained on other data or another budget."""
    counts = {arm: len(archive.runs.get(arm, ())) for arm in arms}
    short = [
        f"{LEAST} seeds of {arm}" + (f" (there are {count})" if count else "")
        for arm, count in counts.items()
        if count < LEAST
    ]
    if short:
        return f"needs {' and '.join(short)}"
    try:
        checked = comparability({arm: archive.of(arm) for arm in arms}, arms[-1])
    except ComparabilityError as error:
        return str(error)
    return "; ".join(f"{arm}: {why}" for arm, reasons in checked.reasons.items() for why in reasons)


def enough(known: Known, arm: str, what: Quantity) -> Mapping[int, float]:
    """The values of an arm by seed, in the order of seeds.

    Raises:
        AnalysisError: fewer than five networks have one.
    """
    values = known.of(arm)
    if len(values) < LEAST:
        raise AnalysisError(
            f"{' and '.join(map(str, what.sources))} could be estimated in {len(values)} networks of {arm}, "
            f"{LEAST} are needed"
        )
    return dict(sorted(values.items()))


def effect(quantity: Quantity, archive: Archive, arm: str) -> Estimate:
    """What an intervention changes, over the networks of an arm; the chance of no effect is 0."""
    known = quantity.known(archive, (arm,))
    return noted(over_networks(enough(known, arm, quantity), chance=0.0), known)


def convincing(quantity: Quantity, archive: Archive, arm: str) -> list[str]:
    """In how many networks, cell by cell, a drawn null of their own is left behind; logarithms keep the order."""
    if isinstance(quantity, Log2):
        return convincing(quantity.quantity, archive, arm)
    if not isinstance(quantity, Measured):
        return []
    figures = [
        each for run in archive.of(arm) for each in quantity.figures(archive.find(run, quantity.assay))
    ]
    nulls = [each.estimate.null for each in figures if each.estimate.null is not None]
    below = sum(null.p < 0.05 for null in nulls)
    return [f"within networks p < 0.05 in {below} of {len(nulls)} ({nulls[0].how})"] if nulls else []


def over_networks(values: Mapping[int, float], chance: float | None = None) -> Estimate:
    """Mean and Student's interval over networks."""
    return mean_estimate(list(values.values()), chance=chance)


def mean_in_words(values: Mapping[int, float]) -> str:
    """The mean of some networks, for a null that needs no interval of it."""
    mean = over_networks(values).value
    return f"{mean:.3f} on average" if abs(mean) < 1000 else f"{mean:,.0f} on average"


def gap_of(ours: Mapping[int, float], theirs: Mapping[int, float]) -> Difference:
    """Paired where both have the same seeds, Welch's where not."""
    test = paired_difference if set(ours) == set(theirs) else difference
    return test(list(ours.values()), list(theirs.values()))


def noted(found: Estimate, known: Known) -> Estimate:
    """The estimate, which says how many cells did not count."""
    if not known.left_out:
        return found
    left = (
        f"{len(known.left_out)} cells left out, not estimable in every network: {', '.join(known.left_out)}"
    )
    return replace(found, how=f"{found.how}; {left}".lstrip("; "))
