import re
import subprocess
import sys
from pathlib import Path

import attention_core


def run(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout


def test_importing_the_package_does_not_import_torch():
    assert run("import sys, attention_core; print('torch' in sys.modules)") == "False\n"


def test_every_public_name_is_there():
    assert all(getattr(attention_core, name) is not None for name in attention_core.__all__)


def test_the_example_of_the_readme_prints_what_it_says():
    readme = (Path(__file__).parents[1] / "README.md").read_text()
    (example,) = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    (printed,) = re.findall(r"```text\n(.*?)```", readme, re.DOTALL)
    assert run(example) == printed


def test_the_readme_names_every_public_name():
    readme = (Path(__file__).parents[1] / "README.md").read_text()
    table = set(re.findall(r"`(\w+)", readme))
    assert set(attention_core.__all__) <= table
