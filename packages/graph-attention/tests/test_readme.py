import re
from pathlib import Path

import pytest
import torch

README = Path(__file__).parents[1] / "README.md"
PRINTED = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", README.read_text(), re.DOTALL)


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("number", range(len(PRINTED)))
def test_the_readme_prints_what_it_says(number, capsys):
    example, printed = PRINTED[number]
    exec(compile(example, f"{README}, example {number}", "exec"), {})
    assert capsys.readouterr().out == printed
