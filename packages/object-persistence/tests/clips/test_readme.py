import re
from pathlib import Path

from object_persistence.configuration import BASELINE_SETTINGS

README = Path(__file__).parents[2] / "README.md"
SECTION = README.read_text().split("\n## Clips\n")[1].split("\n## ")[0]
EXPERIMENT = README.read_text().split("\n## The experiment\n")[1].split("\n## ")[0]


def test_the_readme_prints_of_clips_what_it_says(capsys):
    ((example, printed),) = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", SECTION, re.DOTALL)
    exec(compile(example, str(README), "exec"), {})
    assert capsys.readouterr().out == printed


def test_the_readme_names_every_baseline_among_the_presets():
    assert set(re.findall(r"`(\w+)`", EXPERIMENT)) >= set(BASELINE_SETTINGS)
