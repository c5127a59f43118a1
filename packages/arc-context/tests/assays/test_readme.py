"""The README's section on claims runs as it stands, and names every assay and every claim."""

import re
from pathlib import Path

from arc_context.assays import ASSAYS
from arc_context.claims import CLAIMS

README = Path(__file__).parents[2] / "README.md"
SECTION = README.read_text(encoding="utf-8").split("\n## Claims and what settles them\n")[1].split("\n## ")[0]


def test_the_readme_prints_of_attention_what_it_says(capsys):
    ((example, printed),) = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", SECTION, re.DOTALL)
    exec(compile(example, str(README), "exec"), {})
    assert capsys.readouterr().out == printed


def test_the_readme_tells_of_every_assay_and_every_claim():
    rows = "".join(re.findall(r"^\| `[^|]*\|", SECTION, re.MULTILINE))
    assert set(re.findall(r"`(\w+)`", rows)) == {type(each).__name__ for each in ASSAYS}
    assert re.findall(r"^\| (\d) \|", SECTION, re.MULTILINE) == [str(each.number) for each in CLAIMS]
