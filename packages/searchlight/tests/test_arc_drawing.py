"""A solved task as a picture."""

import json
from xml.etree import ElementTree

import pytest

from arc_context import generated_task
from arc_context.configuration import FamiliesConfig
from searchlight.cli import main


@pytest.fixture
def task(tmp_path):
    made = generated_task("mirror", FamiliesConfig(sides=(3, 4), pairs=(3, 3)), 3)
    (tmp_path / "a&b.json").write_text(json.dumps(made.to_document()))
    return tmp_path / "a&b.json"


def test_arc_solve_draws_the_task_with_its_attempts(task, tmp_path, capsys):
    out = tmp_path / "solved.svg"
    main(["arc", "solve", str(task), "--solver", "symbolic", "-o", str(out)])
    root = ElementTree.fromstring(out.read_text())
    assert root[0].text == "task a&b"
    said = [each.text for each in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "attempt 1, right" in said
    assert str(out) in capsys.readouterr().out


def test_another_kind_of_file_is_refused(task, tmp_path, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["arc", "solve", str(task), "--solver", "symbolic", "-o", str(tmp_path / "solved.png")])
    assert ended.value.code == 2
    assert "expected a name that ends in .json or .svg" in capsys.readouterr().err
