"""The claims of a system as a table, as JSON and as a page."""

import json
import math
import shlex
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

from analysis import Claim, Drawing, Estimate, Report, Row, Section, Settled, write_atomically, write_report
from analysis.claims.hypotheses import document
from analysis.figures import interval_plot
from searchlight import console
from searchlight.claiming import Settlement
from searchlight.reporting import arm_line, drawn, provenance
from searchlight.results import short

COLUMNS = ("", "claim", "n", "statistic", "null or baseline", "p (Holm)", "intervention", "verdict")
FAMILY = (
    "Verdicts rest on each interval by itself, for every claim was made beforehand and is asked for its own sake; "
    "p (Holm) is corrected over all {count} tests shown here. Ranges and controls are judged by intervals alone."
)
NONE_TESTED = "No prediction has a test here: nothing is corrected."


def show_claims(found: Settlement) -> None:
    """The table, then how each claim was tested."""
    show_settled(found.settled)
    console.say("")
    for hypothesis, parts in by_hypothesis(found.settled):
        reasons = not_intervened(parts)
        none = f" No intervention: {'; '.join(reasons)}." if reasons else ""
        console.say(f"{hypothesis.number}. {hypothesis.test}{none}")
    for note in left_out(found.settled):
        console.say(f"note: {note}")
    console.say(f"\n{family_note(found)}")
    console.say(summary(found.settled))


def show_settled(settled: Sequence[Settled]) -> None:
    """A row per prediction; claims that no network can answer have one row each, in a table of their own."""
    answered, others = [], []
    for hypothesis, parts in by_hypothesis(settled):
        if not all(untested(each) for each in parts):
            answered += [table_row(each) for each in parts]
            continue
        reasons = dict.fromkeys(table_row(each)[-1] for each in parts)
        others.append([str(hypothesis.number), hypothesis.sentence, str(len(parts)), "; ".join(reasons)])
    if answered:
        console.show_table(COLUMNS, answered, words=(0, 1, 4, 6, 7))
    if others:
        console.show_table(("", "claim", "predictions", "verdict"), others, words=(0, 1, 3))


def untested(each: Settled) -> bool:
    """Whether a prediction has not even a statistic."""
    return each.claim.verdict == "not testable" and math.isnan(each.claim.statistic.value)


def table_row(each: Settled) -> list[str]:
    """A prediction as the cells of a table."""
    claim, row = each.claim, each.claim.row()
    if untested(each):
        return [each.label, claim.sentence, "", "", "", "", "", row["verdict"]]
    return [
        each.label,
        claim.sentence,
        str(claim.statistic.n),
        short(claim.statistic, signed=True),
        row["null"],
        p_of(each),
        short(claim.intervention, signed=True) if claim.intervention else "none, see below",
        row["verdict"],
    ]


def p_of(each: Settled) -> str:
    """The corrected p, if the prediction has one."""
    return "" if math.isnan(each.p_corrected) else f"{each.p_corrected:.3g}"


def not_intervened(parts: Sequence[Settled]) -> list[str]:
    """Why some predictions have no intervention; that a network is missing is no such reason."""
    known = (each.claim for each in parts if not math.isnan(each.claim.statistic.value))
    return list(dict.fromkeys(claim.no_intervention for claim in known if claim.no_intervention))


def left_out(settled: Sequence[Settled]) -> list[str]:
    """Which cells did not count, by the predictions that they are missing from."""
    found: dict[str, list[str]] = {}
    for each in settled:
        for part in each.claim.statistic.how.split("; "):
            if "left out" in part:
                found.setdefault(part, []).append(each.label)
    return [f"{', '.join(labels)}: {part}" for part, labels in found.items()]


def family_note(found: Settlement) -> str:
    """What the verdicts rest on, and which would not stand if all were one family."""
    tested = [each for each in found.settled if not math.isnan(each.p_corrected)]
    if not tested:
        return NONE_TESTED
    weak = [
        each.label for each in tested if each.p_corrected >= 0.05 and each.claim.verdict in ("true", "false")
    ]
    said = FAMILY.format(count=len(tested))
    return f"{said} Not below 0.05 after correction: {', '.join(weak)}." if weak else said


def summary(settled: Sequence[Settled]) -> str:
    """How many predictions were settled in which way."""
    counted = Counter(each.claim.verdict for each in settled)
    return f"{len(settled)} predictions: " + ", ".join(
        f"{count} {verdict}" for verdict, count in counted.items()
    )


def by_hypothesis(settled: Sequence[Settled]) -> list[tuple[Any, list[Settled]]]:
    """The predictions of each claim, in order."""
    return [(key, list(parts)) for key, parts in groupby(settled, key=lambda each: each.hypothesis)]


def claims_document(found: Settlement) -> dict[str, Any]:
    """Plain values, the same bytes for the same runs."""
    return {
        "system": found.system,
        "seeds": {arm: [run.seed for run in stock.runs] for arm, stock in found.stocks.items()},
        "missing": {arm: list(stock.missing) for arm, stock in found.stocks.items() if stock.missing},
        "family": family_note(found),
        "claims": document(found.settled),
    }


def write_claims(found: Settlement) -> Path:
    """Write claims.json, figures and report.html into the answer's folder, over an earlier one."""
    folder = found.folder
    text = json.dumps(claims_document(found), indent=2, sort_keys=True) + "\n"
    write_atomically(folder / "claims.json", lambda file: file.write_text(text))
    write_report(folder / "report.html", page_of(found, folder))
    return folder


def page_of(found: Settlement, folder: Path) -> Report:
    """All claims on one page; their figures are saved in the folder."""
    firsts = {arm: stock.runs[0] for arm, stock in found.stocks.items() if stock.runs}
    baseline = firsts.get(found.settled[0].hypothesis.predictions[0].arms[-1])
    only = ["--only", ",".join(map(str, found.only))] if found.only else []
    command = ["searchlight", "claims", found.system, "--runs", str(found.root), *only]
    return Report(
        title=f"The claims of {found.system.replace('_', ' ')}, tested",
        question="Which of the claims that were made hold in trained networks, against which null?",
        data=[data_line(arm, stock.runs, stock.missing) for arm, stock in found.stocks.items()],
        arms={arm: arm_line(run, baseline or run) for arm, run in firsts.items()},
        claims=[labelled(each) for each in found.settled],
        sections=[section_of(parts, folder) for _, parts in by_hypothesis(found.settled)],
        provenance=provenance(firsts.values()) if firsts else {},
        commands=[shlex.join(command)],
    )


def data_line(arm: str, runs: Sequence[Any], missing: Sequence[int]) -> str:
    """The networks of an arm in a sentence."""
    lacking = f", seeds {', '.join(map(str, missing))} are missing" if missing else ""
    return f"{arm}: {len(runs)} networks{lacking}"


def labelled(each: Settled) -> Claim:
    """A claim whose sentence begins with its label, so that the table names it as the sections do."""
    return replace(each.claim, sentence=f"{each.label}. {each.claim.sentence}")


def section_of(parts: Sequence[Settled], folder: Path) -> Section:
    """A claim with how it was tested, the statistic of each prediction and a figure."""
    hypothesis = parts[0].hypothesis
    return Section(
        title=f"{hypothesis.number}. {hypothesis.sentence}",
        question=hypothesis.test,
        rows=[
            Row(each.label, each.claim.statistic, each.claim.sentence, against=each.claim.row()["null"])
            for each in parts
        ],
        pictures=drawn(drawings_of(parts), folder),
        notes=[
            *(f"{each.label}: {each.claim.verdict}, {each.claim.reason}" for each in parts),
            *(f"{each.label}: p = {p_of(each)} after Holm's correction" for each in parts if p_of(each)),
            *(f"no intervention: {reason}" for reason in not_intervened(parts)),
            *left_out(parts),
        ],
    )


def drawings_of(parts: Sequence[Settled]) -> list[Drawing]:
    """The statistics of a claim with their intervals, beside their nulls; nothing where there is no statistic."""
    known = {
        each.label: against_null(each.claim) for each in parts if math.isfinite(each.claim.statistic.low)
    }
    if not known:
        return []
    number = parts[0].hypothesis.number
    told = "; ".join(f"{each.label} {each.claim.sentence}: {each.claim.verdict}" for each in parts)
    return [
        Drawing(
            f"claim-{number:02}",
            interval_plot({"statistic": known}, label=f"statistics of claim {number}", level="null"),
            f"The statistic of each prediction of claim {number}, with its 95 % interval over networks.",
            f"Interval plot. {told}.",
            "The dashed mark is the null, or the mean of the control.",
        )
    ]


def against_null(claim: Claim) -> Estimate:
    """The statistic with its null's value as the level that is drawn beside it."""
    value = claim.null.value if claim.null else None
    return replace(claim.statistic, chance=value, null=None)
