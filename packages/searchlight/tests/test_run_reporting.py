import json
from pathlib import Path

import pytest

from analysis import Estimate, Row, Section
from searchlight.cli import main
from searchlight.run_reporting import headlines_of, plain, show_sections
from searchlight.runs import train_run


@pytest.fixture
def runs(line, tmp_path, monkeypatch):
    """Two networks of an arm, and one of another."""
    monkeypatch.chdir(tmp_path)
    for seed in range(2):
        train_run(line(), seed, Path("runs"))
    train_run(line("line/other", dropout=0.1), 0, Path("runs"))
    return sorted(Path("runs/line").iterdir())


def test_an_arm_and_a_run_have_pages_of_their_own(runs, capsys):
    arm = next(each for each in runs if each.name == "plain")
    main(["report", str(arm), "--jobs", "1"])
    assert f"report: {arm / 'report.html'}" in capsys.readouterr().out
    assert "plain, 2 networks" in (arm / "report.html").read_text()
    main(["report", str(arm / "seed-1"), "--jobs", "1"])
    page = (arm / "seed-1" / "report.html").read_text()
    assert "plain, seed 1" in page
    assert "searchlight report" in page


def test_the_same_runs_give_the_same_page(runs):
    main(["report", str(runs[0]), "--jobs", "1"])
    first = (runs[0] / "report.html").read_bytes()
    main(["report", str(runs[0]), "--jobs", "1"])
    assert (runs[0] / "report.html").read_bytes() == first


def test_json_names_the_page(runs, capsys):
    main(["report", str(runs[0]), "--json", "--jobs", "1"])
    found = json.loads(capsys.readouterr().out)
    assert found["report"] == str(runs[0] / "report.html")
    assert found["seeds"] == [int(each.name[5:]) for each in sorted(runs[0].glob("seed-*"))]


def test_a_comparison_is_made_again_where_it_is(runs, tmp_path, capsys):
    arm = next(each for each in runs if each.name == "plain")
    main(
        ["compare", str(arm), str(next(each for each in runs if each != arm)), "--out", "kept", "--jobs", "1"]
    )
    before = (tmp_path / "kept" / "comparison.json").read_bytes()
    (tmp_path / "kept" / "report.html").unlink()
    main(["report", "kept", "--jobs", "1"])
    assert (tmp_path / "kept" / "report.html").is_file()
    assert (tmp_path / "kept" / "comparison.json").read_bytes() == before


@pytest.mark.parametrize("document", ["{}", "[]", "not json"])
def test_a_comparison_that_does_not_say_how_it_was_made_is_one_sentence(document, tmp_path, capsys):
    (tmp_path / "comparison.json").write_text(document)
    with pytest.raises(SystemExit) as stopped:
        main(["report", str(tmp_path), "--jobs", "1"])
    assert stopped.value.code in (1, 2)
    assert "searchlight compare makes it again" in capsys.readouterr().err


def test_a_folder_of_nothing_and_one_of_several_arms_are_one_sentence(runs, tmp_path, capsys):
    for place, words in ((tmp_path / "nowhere", "holds no runs"), (Path("runs"), "several arms")):
        with pytest.raises(SystemExit) as stopped:
            main(["report", str(place), "--jobs", "1"])
        assert stopped.value.code == 2
        assert words in capsys.readouterr().err


def row(measure, value=0.5, **levels):
    return Row(measure, Estimate(value, value - 0.1, value + 0.1, 5, 0.5), levels=levels)


def test_in_short_stands_the_primary_measure_and_then_the_trained_network_beside_its_controls():
    splits = ("test/familiar", "test/novel_view")
    controls = ("shuffled_task", "trained", "untrained")
    attention = [row("entropy", split=split, control=name) for split in splits for name in controls]
    behaviour = [row(name, split=split) for name in ("accuracy", "d_prime") for split in splits]
    sections = [Section("Attention", rows=attention), Section("Behaviour", rows=behaviour)]
    told = [(each.measure, *each.levels.values()) for each in headlines_of(sections, "accuracy")]
    assert told == [
        ("accuracy", "test/familiar"),
        ("accuracy", "test/novel_view"),
        ("entropy", "test/familiar", "trained"),
        ("entropy", "test/familiar", "shuffled_task"),
        ("entropy", "test/familiar", "untrained"),
    ]


def test_in_short_prefers_the_overall_figure_and_without_either_tells_the_first_rows():
    overall, other = row("overall_accuracy"), row("index")
    assert headlines_of([Section("A", rows=[row("accuracy"), overall])], "accuracy") == [overall]
    assert headlines_of([Section("A", rows=[other])], "accuracy") == [other]


def test_the_verdict_of_every_row_is_printed_and_given_to_machines(capsys):
    section = Section("A", rows=[row("ratio", 0.52), row("sureness", 0.9)])
    show_sections([section])
    shown = capsys.readouterr().out
    assert "no detectable difference" in shown
    assert "above chance" in shown
    assert [plain(each)["verdict"] for each in section.rows] == ["no detectable difference", "above chance"]


def test_the_page_of_a_run_begins_with_its_headlines(runs):
    main(["report", str(runs[-1] / "seed-0"), "--jobs", "1"])
    page = (runs[-1] / "seed-0" / "report.html").read_text()
    assert "<li>sureness, plain: " in page.split("In short")[1].split("<h2>Data")[0]
