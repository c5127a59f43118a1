import re
from pathlib import Path

import pytest
from jaxtyping import config

README = Path(__file__).parents[2] / "README.md"
SECTION = README.read_text(encoding="utf-8").split("\n## Baselines\n")[1].split("\n## ")[0]


@pytest.fixture(autouse=True)
def unchecked():
    before = config.jaxtyping_disable
    config.update("jaxtyping_disable", True)
    yield
    config.update("jaxtyping_disable", before)


def test_the_readme_prints_of_baselines_what_it_says(capsys):
    ((example, printed),) = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", SECTION, re.DOTALL)
    exec(compile(example, str(README), "exec"), {})
    assert capsys.readouterr().out == printed
