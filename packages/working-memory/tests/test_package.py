import re
from pathlib import Path

import working_memory

README = Path(__file__).parents[1] / "README.md"


def test_the_import_alone_is_light(imported_by):
    assert imported_by("import working_memory") == ""


def test_every_public_name_is_there():
    for name in working_memory.__all__:
        assert getattr(working_memory, name) is not None


def test_the_readme_lists_every_public_name():
    text = README.read_text()
    assert [name for name in working_memory.__all__ if f"`{name}" not in text] == []


def test_the_readme_example_runs_and_prints_what_it_says(capsys):
    example, printed = re.findall(r"```(?:python|text)\n(.*?)```", README.read_text(), re.DOTALL)[:2]
    exec(compile(example, str(README), "exec"), {})
    assert capsys.readouterr().out == printed
