"""The README's section on attention runs as it stands, and names every assay."""

import re
from pathlib import Path

from object_persistence.assays import ASSAYS

README = Path(__file__).parents[2] / "README.md"
SECTION = README.read_text().split("\n## Attention, tested\n")[1].split("\n## ")[0]


def test_the_readme_prints_of_attention_what_it_says(capsys):
    example, printed = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", SECTION, re.DOTALL)[0]
    exec(compile(example, str(README), "exec"), {})
    assert capsys.readouterr().out == printed


def test_the_readme_tells_of_every_assay():
    rows = "".join(re.findall(r"^\|[^|]*\|", SECTION, re.MULTILINE))
    assert set(re.findall(r"`(\w+)`", rows)) == {type(each).__name__ for each in ASSAYS}
