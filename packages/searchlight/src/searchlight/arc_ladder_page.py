"""The ladder as one table, as JSON and as a page."""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from analysis import Report, Row, Section, write_atomically, write_report
from searchlight import console
from searchlight.arc_ladder import Ladder
from searchlight.arc_ladder_figures import Climbed, Figure
from searchlight.arc_ladder_rungs import READ, RUNGS
from searchlight.arc_ladder_sentences import sentence_of, told
from searchlight.configuration import presets

COLUMNS = ("rung", "figure", "arm", "value", "interval over", "beside", "target", "", "protocol, convention")
BASIS = "A target is held against the mean, not against its interval; 95 % intervals."


def question_of(name: str) -> str:
    """What a rung asks."""
    return RUNGS[name].question if name in RUNGS else READ[name]


def show_ladder(ladder: Ladder) -> None:
    """One table, in which rungs that were not run have a line that says so, and each rung in a sentence."""
    rows = [row for found in ladder.climbed.values() for row in rows_of(found)]
    rows += [[name, "not run", *[""] * (len(COLUMNS) - 2)] for name in ladder.not_run]
    console.show_table(COLUMNS, sorted(rows, key=lambda row: row[0]), words=(0, 1, 2, 4, 5, 6, 7, 8))
    for said in (*map(sentence_of, ladder.climbed.values()), *notes_of(ladder)):
        console.say(said)


def rows_of(found: Climbed) -> Iterator[list[str]]:
    """The lines of a rung."""
    for each in found.figures:
        yield [
            found.rung,
            each.what,
            each.arm,
            told(each.estimate),
            each.over,
            each.beside,
            "" if each.target is None else str(each.target),
            each.verdict,
            solved_how(each),
        ]


def solved_how(figure: Figure) -> str:
    """Protocol and convention, of tasks that were read."""
    return ", ".join(filter(None, (figure.protocol, figure.convention)))


def notes_of(ladder: Ladder) -> list[str]:
    """What holds of all figures, and of single rungs."""
    before = [
        f"{name}: as it was kept, seeds {', '.join(map(str, ladder.climbed[name].seeds))}"
        for name in ladder.before
    ]
    told = [f"{name}: {note}" for name, each in ladder.climbed.items() for note in each.notes]
    return [BASIS, *before, *told]


def document(ladder: Ladder) -> dict[str, Any]:
    """Plain values, the same bytes for the same rungs."""
    rungs = {
        name: {"question": question_of(name), "in_short": sentence_of(each), **each.to_dict()}
        for name, each in ladder.climbed.items()
    }
    return {"rungs": rungs, "not_run": ladder.not_run, "targets": BASIS}


def write_ladder(ladder: Ladder) -> Path:
    """Write ladder.json and report.html into the ladder's folder, over earlier ones."""
    text = json.dumps(document(ladder), indent=2, sort_keys=True) + "\n"
    path = ladder.folder / "ladder.json"
    write_atomically(path, lambda place: place.write_text(text, encoding="utf-8"))
    write_report(ladder.folder / "report.html", page_of(ladder))
    return ladder.folder


def page_of(ladder: Ladder) -> Report:
    """All rungs on one page, each in a sentence first."""
    known = presets()
    arms = [each.arm for found in ladder.climbed.values() for each in found.figures]
    return Report(
        title="The ladder of arc, from masks to evaluation tasks",
        question="How far up does attention to support pixels come, and which target is missed?",
        data=[f"{name}: seeds {', '.join(map(str, each.seeds))}" for name, each in ladder.climbed.items()]
        + [f"{name}: not run" for name in ladder.not_run],
        arms={arm: known.get(f"arc/{arm}", "") for arm in arms},
        headlines=[sentence_of(each) for each in ladder.climbed.values()],
        sections=[section_of(name, each) for name, each in ladder.climbed.items()],
        commands=[shlex.join(["searchlight", "arc", "ladder", "--runs", str(ladder.root)])],
    )


def section_of(name: str, found: Climbed) -> Section:
    """A rung with all its figures."""
    return Section(
        title=name,
        question=question_of(name),
        rows=[row_of(each) for each in found.figures],
        notes=[BASIS, *found.notes],
    )


def row_of(figure: Figure) -> Row:
    """A figure as pages have it."""
    target = "" if figure.target is None else f"target {figure.target}: {figure.verdict or 'not known'}"
    return Row(
        figure.what,
        figure.estimate,
        cell=", ".join(filter(None, (target, figure.over, solved_how(figure)))),
        arm=figure.arm,
        against=figure.beside,
    )
