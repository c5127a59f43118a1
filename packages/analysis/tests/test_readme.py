import re
import subprocess
import sys
from pathlib import Path

import pytest

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_prints_what_the_readme_says(example):
    done = subprocess.run([sys.executable, "-c", example], capture_output=True, text=True, check=True)
    expected = [line.strip()[2:] for line in example.splitlines() if line.strip().startswith("# ")]
    assert done.stdout.splitlines() == expected


def test_every_public_name_is_explained():
    import analysis

    assert [name for name in analysis.__all__ if f"`{name}`" not in README] == []
