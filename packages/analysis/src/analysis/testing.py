"""What the assays and claims of every system are held to, as assertions for their tests."""

import re
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path

from analysis.assays.archive import Archive, Find
from analysis.assays.assay import Assay
from analysis.claims.claim import Claim
from analysis.claims.hypotheses import Hypothesis
from analysis.claims.quantities import Log2, Measured, Quantity, Under
from analysis.store import Run

Names = Mapping[str, Collection[str]]
"""Measures by assay."""


def loaded_by(*modules: str) -> set[str]:
    """Names of all modules that a fresh interpreter has loaded once it imported these."""
    code = f"import sys, {', '.join(modules)}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def assert_measures(assays: Sequence[Assay], *, higher: Names, lower: Names) -> None:
    """Only these measures are better when higher, or lower; names are told apart; chance lies within bounds.

    Raises:
        AssertionError: another measure takes a side, or a measure contradicts itself.
    """
    for assay in assays:
        for side, wanted in ((True, higher), (False, lower)):
            found = {each.name for each in assay.measures if each.higher_is_better is side}
            expected = set(wanted.get(assay.name, ()))
            assert found == expected, f"{assay.name}: expected {sorted(expected)}, got {sorted(found)}"
    measures = [each for assay in assays for each in assay.measures]
    names = [each.name for each in measures]
    assert len(set(names)) == len(names), sorted(name for name in names if names.count(name) > 1)
    for each in measures:
        low, high = each.bounds
        assert low < high, each
        assert each.chance is None or low <= each.chance <= high, each
        assert set(each.apart) <= set(each.cells), each


def assert_readable(claims: Sequence[Hypothesis], assays: Sequence[Assay]) -> set[tuple[str, str]]:
    """What claims read is measured, in cells that it has; gives the assays and measures that are read.

    Raises:
        AssertionError: a prediction asks for a cell that no assay tells apart.
        KeyError: it asks for a measure that no assay has.
    """
    cells = {(assay.name, each.name): {*each.cells, "split"} for assay in assays for each in assay.measures}
    read = [each for claim in claims for each in read_by(claim)]
    for each in read:
        assert set(each.cell) <= cells[each.assay, each.measure], each
    return {(each.assay, each.measure) for each in read}


def assert_numbered(claims: Sequence[Hypothesis], count: int, arms: Collection[str]) -> None:
    """There are `count` claims, numbered from 1, which say how they are tested and ask of these arms alone.

    Raises:
        AssertionError: they do not.
    """
    assert [each.number for each in claims] == list(range(1, count + 1))
    assert all(each.sentence and len(each.test) > 40 for each in claims)
    assert {arm for each in claims for arm in each.arms} == set(arms)


def assert_verdicts(settled: Mapping[str, Claim], verdict: str) -> None:
    """Every prediction, by label, has this verdict.

    Raises:
        AssertionError: some have another; they are named with it.
    """
    assert settled
    others = {label: each.verdict for label, each in settled.items() if each.verdict != verdict}
    assert others == {}, f"expected {verdict}, got {others}"


def assert_told(settled: Collection[Claim]) -> None:
    """Every prediction names its null, and an intervention or in a sentence why there is none.

    Raises:
        AssertionError: one does not.
    """
    for claim in settled:
        assert claim.row()["null"], claim.sentence
        assert claim.intervention is not None or len(claim.no_intervention) > 20, claim.sentence


def assert_open(settled: Collection[Claim]) -> None:
    """Nothing is settled by fewer seeds than claims need, and each prediction says how many it lacks.

    Raises:
        AssertionError: something is settled, or says nothing.
    """
    for claim in settled:
        assert claim.verdict == "not testable", claim.sentence
        assert re.search(r"needs \d+ seeds of \w+ \(there are \d+\)", claim.reason), claim.reason


def read_by(claim: Hypothesis) -> Iterator[Measured]:
    """Every measure that the predictions and interventions of a claim are put together from."""
    for prediction in claim.predictions:
        for quantity in (*prediction.quantities, prediction.intervention):
            if quantity is not None:
                yield from measured(quantity)


def measured(quantity: Quantity) -> Iterator[Measured]:
    """The measures that a quantity is put together from."""
    if isinstance(quantity, Measured):
        yield quantity
        return
    parts = [quantity.quantity] if isinstance(quantity, Under | Log2) else quantity.parts  # type: ignore[attr-defined]
    for each in parts:
        yield from measured(each)


def made_up(
    folder: Path,
    arms: Sequence[str],
    find: Find,
    *,
    seeds: int = 5,
    records: Callable[[Run], str] = lambda run: "",
) -> Archive:
    """Runs of equal data that hold nothing but a training record, whose findings are planted."""
    runs = {arm: [Run(folder / arm / f"seed-{seed}") for seed in range(seeds)] for arm in arms}
    for run in (each for some in runs.values() for each in some):
        run.begin("system: made_up", {"data_hash": "one", "budget": 9, "parameters": 9})
        if told := records(run):
            (run.path / "metrics.jsonl").write_text(told)
    return Archive(runs, find)
