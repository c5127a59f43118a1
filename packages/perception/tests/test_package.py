import re
import subprocess
import sys
from pathlib import Path

import pytest

import perception
import perception.stimuli


def test_importing_the_package_is_light():
    heavy = ["torch", "numpy", "polars", "PIL", "joblib", "safetensors", "torchvision"]
    code = f"import sys, perception, perception.stimuli; print([name for name in {heavy} if name in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "[]\n"
    )


@pytest.mark.parametrize("package", [perception, perception.stimuli])
def test_every_public_name_is_there(package):
    assert all(getattr(package, name) is not None for name in package.__all__)


def test_the_example_of_the_readme_runs():
    text = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    example = re.search(r"```python\n(.*?)```", text, re.DOTALL).group(1)
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", example], capture_output=True, text=True, check=True
    )
    assert run.stdout.splitlines()[0].startswith(
        "72 (64, 64) ['category', 'identity', 'viewpoint', 'location'"
    )
    assert run.stdout.splitlines()[1] == "(72, 96, 8, 8) (72, 96)"


def test_the_readme_names_every_public_name():
    text = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    assert [name for name in perception.__all__ if f"`{name}`" not in text] == []
