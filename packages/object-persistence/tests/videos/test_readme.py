import re
from pathlib import Path

import pytest

README = Path(__file__).parents[2] / "README.md"
SECTION = README.read_text().split("\n## Videos\n")[1].split("\n## ")[0]


@pytest.mark.parametrize(
    ("example", "printed"), re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", SECTION, re.DOTALL)
)
def test_the_readme_prints_of_videos_what_it_says(capsys, example, printed):
    exec(compile(example, str(README), "exec"), {})
    assert capsys.readouterr().out == printed


def test_the_readme_shows_two_examples():
    assert SECTION.count("```python") == SECTION.count("```text") == 2
