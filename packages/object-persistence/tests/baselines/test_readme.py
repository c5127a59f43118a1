import re
from pathlib import Path

from object_persistence.baselines import BASELINES

README = Path(__file__).parents[2] / "README.md"
SECTION = README.read_text().split("\n## Baselines\n")[1].split("\n## ")[0]


def test_the_readme_prints_of_baselines_what_it_says(capsys):
    example, printed = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", SECTION, re.DOTALL)[0]
    exec(compile(example, str(README), "exec"), {})
    assert capsys.readouterr().out == printed


def test_the_readme_tells_what_every_baseline_sees():
    assert set(re.findall(r"^\| `(\w+)` \|", SECTION, re.MULTILINE)) >= {*BASELINES, "gru"}
