import re
from pathlib import Path

from arc_context.families import registry
from arc_context.families.registry import FAMILIES

README = Path(__file__).parents[2] / "README.md"
SECTION = README.read_text().split("\n## Families\n")[1].split("\n## ")[0]
GROUPS = ("LOOKUP", "POSITION", "MARKERS", "TRAINED", "HELD_OUT")


def test_the_readme_prints_of_families_what_it_says(capsys):
    ((example, printed),) = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", SECTION, re.DOTALL)
    exec(compile(example, str(README), "exec"), {})
    assert capsys.readouterr().out == printed


def test_the_readme_lists_every_family_with_its_groups():
    rows = re.findall(r"^\| `(\w+)` \| .+ \| (.*)\|$", SECTION, re.MULTILINE)
    assert [name for name, _ in rows] == list(FAMILIES)
    for name, groups in rows:
        told = {each.strip() for each in groups.split(",")} - {""}
        assert told == {group for group in GROUPS if name in getattr(registry, group)}
