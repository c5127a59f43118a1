"""Whether runs answer the same question, so that their numbers may stand side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from analysis.errors import ComparabilityError
from analysis.store import Run

PARAMETER_TOLERANCE = 0.10


@dataclass(frozen=True)
class Comparability:
    """Why an arm cannot be compared with the baseline, by arm, and what a reader should know besides."""

    reasons: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def comparability(runs_by_arm: Mapping[str, Sequence[Run]], baseline: str) -> Comparability:
    """Compare data, training budget and size of every arm with the baseline's.

    Another budget (optimiser steps × batch) is a reason not to compare, except beside an arm that fits itself and has
    none; a size 10 % off is noted.

    Raises:
        ComparabilityError: the baseline has no runs, an arm has none, or runs were made from different data.
    """
    if empty := [arm for arm in {baseline: (), **runs_by_arm} if not runs_by_arm.get(arm)]:
        raise ComparabilityError(f"no runs of {', '.join(empty)}; arms with runs: {', '.join(runs_by_arm)}")
    facts = {arm: [run.environment() for run in runs] for arm, runs in runs_by_arm.items()}
    _check_data(facts)
    budgets = {arm: _distinct(records, "budget") for arm, records in facts.items()}
    reasons = {arm: _budget_reason(found, budgets[baseline], baseline) for arm, found in budgets.items()}
    sizes = {arm: _size(records) for arm, records in facts.items()}
    notes = (_size_note(arm, size, baseline, sizes[baseline]) for arm, size in sizes.items())
    return Comparability({arm: why for arm, why in reasons.items() if why}, tuple(filter(None, notes)))


def _check_data(facts: Mapping[str, list[dict]]) -> None:
    hashes = {arm: _distinct(records, "data_hash") for arm, records in facts.items()}
    if len(set().union(*hashes.values())) > 1:
        found = "; ".join(f"{arm}: {', '.join(map(str, sorted(set_of)))}" for arm, set_of in hashes.items())
        raise ComparabilityError(
            f"the runs were made from different data ({found}); compare runs of one data set"
        )


def _distinct(records: list[dict], key: str) -> set:
    if missing := sum(key not in record for record in records):
        raise ComparabilityError(
            f"environment.json of {missing} runs has no {key}; it belongs to no finished run"
        )
    return {record[key] for record in records}


def _size(records: list[dict]) -> int | None:
    sizes = _distinct(records, "parameters")
    return None if None in sizes else max(sizes)


def _budget_reason(found: set, expected: set, baseline: str) -> tuple[str, ...]:
    if found == {None} or expected == {None}:
        return ()
    if len(found) > 1:
        return (
            f"its seeds were trained on {' and '.join(f'{budget:,}' for budget in sorted(found))} samples",
        )
    if found != expected:
        theirs = " and ".join(f"{budget:,}" for budget in sorted(expected))
        return (f"trained on {next(iter(found)):,} samples, {baseline} on {theirs}",)
    return ()


def _size_note(arm: str, size: int | None, baseline: str, expected: int | None) -> str:
    if size is None or expected is None:
        return f"{arm} fits itself, on no budget of gradient steps" if size is None else ""
    if expected and abs(size / expected - 1) > PARAMETER_TOLERANCE:
        return (
            f"{arm} has {size / expected - 1:+.0%} parameters against {baseline} ({size:,} and {expected:,})"
        )
    return ""
