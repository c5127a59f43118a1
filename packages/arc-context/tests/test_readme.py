"""Every example of the README prints what stands below it, and its tables name all that there is."""

import re
from pathlib import Path

import pytest
from jaxtyping import config

from arc_context.assays import ASSAYS
from arc_context.claims import CLAIMS
from arc_context.families import registry
from arc_context.families.registry import FAMILIES

README = Path(__file__).parents[1] / "README.md"
GROUPS = ("LOOKUP", "POSITION", "MARKERS", "TRAINED", "HELD_OUT")
PRINTED = re.compile(r"```python\n(.*?)```(?:\n\n```text\n(.*?)```)?", re.DOTALL)


def section(name):
    return README.read_text(encoding="utf-8").split(f"\n## {name}\n")[1].split("\n## ")[0]


def examples():
    for text in README.read_text(encoding="utf-8").split("\n## ")[1:]:
        heading = text.splitlines()[0]
        for number, (example, printed) in enumerate(PRINTED.findall(text), 1):
            yield pytest.param(example, printed, id=f"{heading} {number}")


@pytest.fixture
def unchecked():
    """Without the hook on types, which would make the slow ones slower by a multiple."""
    before = config.jaxtyping_disable
    config.update("jaxtyping_disable", True)
    yield
    config.update("jaxtyping_disable", before)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(("example", "printed"), list(examples()))
def test_an_example_prints_what_it_says(example, printed, capsys):
    exec(compile(example, str(README), "exec"), {})
    assert capsys.readouterr().out == printed


def test_every_family_is_listed_with_its_groups():
    rows = re.findall(r"^\| `(\w+)` \| .+ \| (.*)\|$", section("Families"), re.MULTILINE)
    assert [name for name, _ in rows] == list(FAMILIES)
    for name, groups in rows:
        told = {each.strip() for each in groups.split(",")} - {""}
        assert told == {group for group in GROUPS if name in getattr(registry, group)}


def test_every_assay_and_every_claim_is_told_of():
    text = section("Claims and what settles them")
    rows = "".join(re.findall(r"^\| `[^|]*\|", text, re.MULTILINE))
    assert set(re.findall(r"`(\w+)`", rows)) == {type(each).__name__ for each in ASSAYS}
    assert re.findall(r"^\| (\d) \|", text, re.MULTILINE) == [str(each.number) for each in CLAIMS]
