"""The README's section on pictures runs as it stands."""

import re
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"
SECTION = README.read_text(encoding="utf-8").split("\n## Looking at it\n")[1].split("\n## ")[0]


def test_the_readme_prints_of_pictures_what_it_says(capsys):
    ((example, printed),) = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", SECTION, re.DOTALL)
    exec(compile(example, str(README), "exec"), {})
    assert capsys.readouterr().out == printed
