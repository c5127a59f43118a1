import json
import re
import shutil

import pytest

from analysis import ComparabilityError
from searchlight.cli import main
from searchlight.comparing import compare_arms
from searchlight.comparison_tables import show_comparison
from searchlight.errors import UsageError
from searchlight.jobs import train_all
from searchlight.reporting import write_comparison

SLOW = {"learning_rate": 1e-5}
FAST = {"learning_rate": 0.3, "epochs": 3}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Where the arms are trained, once."""
    return tmp_path_factory.mktemp("trained")


@pytest.fixture
def folders(line, trained, tmp_path):
    """An arm that learns next to nothing and one that learns, four seeds each."""
    slow, fast = line("line/slow", training=SLOW), line("line/fast", training=FAST)
    train_all([(arm, seed) for arm in (slow, fast) for seed in range(4)], trained, jobs_at_once=1)
    shutil.copytree(trained / "line", tmp_path / "line")
    return [tmp_path / "line" / "slow", tmp_path / "line" / "fast"]


def test_the_first_folder_is_the_baseline_and_every_cell_gets_a_verdict(folders):
    found = compare_arms(folders)
    (comparison,) = found.splits.values()
    assert comparison.baseline == "slow"
    assert list(found.splits) == ["test/plain"]
    assert {result.label for result in comparison.results} == {
        "overall",
        *(f"{feature} n={n}" for feature in ("sum", "shape") for n in (1, 2)),
    }
    assert comparison.result("fast").difference.estimate.value > 0


def test_a_comparison_swapped_is_the_negative(folders):
    there, back = compare_arms(folders), compare_arms(folders[::-1])
    left = there.splits["test/plain"].result("fast").difference.estimate
    right = back.splits["test/plain"].result("slow").difference.estimate
    assert (left.value, left.low) == pytest.approx((-right.value, -right.high))


def test_only_asked_cells_are_compared(folders):
    (comparison,) = compare_arms(folders, only={"feature": "sum", "n": 2}).splits.values()
    assert {result.label for result in comparison.results} == {"overall"}
    assert "the only cell is sum n=2" in comparison.notes


def test_a_comparison_of_some_cells_has_its_own_name_and_the_command_that_made_it(folders, capsys):
    main(["compare", *map(str, folders), "--only", "feature=sum", "--only", "n=2", "--jobs", "1"])
    page = folders[0].parents[1] / "comparisons" / "fast-vs-slow-sum-2" / "report.html"
    assert "--only feature=sum" in page.read_text()
    capsys.readouterr()
    assert (
        compare_arms(folders).command
        == f"searchlight compare {folders[0]} {folders[1]} --only-primary --split test/plain"
    )


def test_what_the_runs_do_not_have_is_wrong_use(folders):
    with pytest.raises(UsageError, match="no feature colour in these runs"):
        compare_arms(folders, only={"feature": "colour"})
    with pytest.raises(UsageError, match="not a split"):
        compare_arms(folders, split="test/plane")
    with pytest.raises(UsageError, match="not a measure"):
        compare_arms(folders, measure="beauty")
    with pytest.raises(UsageError, match="named twice"):
        compare_arms([folders[0], folders[0]])


def test_runs_of_different_data_are_not_compared(folders, line, tmp_path):
    train_all([(line("line/noisy", noise=1.0), seed) for seed in range(2)], tmp_path, jobs_at_once=1)
    with pytest.raises(ComparabilityError, match="different data"):
        compare_arms([folders[0], tmp_path / "line" / "noisy"])


def test_another_budget_is_not_comparable(folders, line, tmp_path):
    longer = line("line/longer", training={"epochs": 4})
    train_all([(longer, seed) for seed in range(2)], tmp_path, jobs_at_once=1)
    (comparison,) = compare_arms([folders[0], tmp_path / "line" / "longer"]).splits.values()
    assert comparison.result("longer").verdict == "not comparable"


def test_a_comparison_is_written_with_figures_and_a_page(folders, tmp_path, capsys):
    found = compare_arms(folders)
    folder = write_comparison(found)
    assert folder == tmp_path / "comparisons" / "fast-vs-slow"
    document = json.loads((folder / "comparison.json").read_text())
    assert document["splits"]["test/plain"]["baseline"] == "slow"
    assert {file.stem for file in (folder / "figures").iterdir()} == {"training", "test-plain"}
    page = (folder / "report.html").read_text()
    assert "fast against slow" in page
    assert "://" not in re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    show_comparison(found)
    shown = capsys.readouterr().out
    assert "chance 0.5" in shown
    assert "n = 4" in shown


def test_the_same_runs_give_the_same_bytes(folders, tmp_path):
    first = (write_comparison(compare_arms(folders), tmp_path / "a") / "comparison.json").read_bytes()
    second = (write_comparison(compare_arms(folders), tmp_path / "b") / "comparison.json").read_bytes()
    assert first == second


def in_this_process(folders, **options):
    return compare_arms(folders, assays=None, jobs_at_once=1, **options)


def test_arms_are_compared_by_every_assay_once_it_is_measured(folders, capsys):
    found = in_this_process(folders)
    assert "8 findings are not there yet" in capsys.readouterr().err
    sureness = found.assays["answers"]["sureness"]["test/plain"]
    assert sureness.result("fast").verdict == "better"
    assert {result.label for result in sureness.results} == {"overall", "sum", "shape"}
    in_this_process(folders)
    assert "findings" not in capsys.readouterr().err


def test_an_arm_that_an_assay_cannot_ask_is_left_out_with_the_reason(folders, line, tmp_path):
    train_all([(line("line/noisy", dropout=0.5), seed) for seed in range(3)], tmp_path, jobs_at_once=1)
    found = in_this_process([*folders, tmp_path / "line" / "noisy"])
    assert found.assays["answers"]["sureness"]["test/plain"].arms == ("slow", "fast")
    assert "answers: noisy: no answers, for it was trained with dropout" in found.notes


def test_every_assay_has_its_line_and_its_cells_when_it_is_named(folders, capsys):
    main(["compare", *map(str, folders), "--jobs", "1"])
    lines = capsys.readouterr().out.splitlines()
    (row,) = [line for line in lines if line.startswith("answers  sureness")]
    assert "test/plain" in row
    assert "better" in row
    assert any(
        line.startswith(("answers: n: fast − slow is ", "answers: no level at which arms detectably differ"))
        for line in lines
    )
    main(["compare", *map(str, folders), "--assay", "answers", "--jobs", "1"])
    assert "answers, test/plain: sureness; 95 % intervals" in capsys.readouterr().out
    assert (folders[0].parents[1] / "comparisons" / "fast-vs-slow-answers" / "comparison.json").is_file()
    with pytest.raises(UsageError, match="beauty is not an assay of line"):
        compare_arms(folders, assays=["beauty"])


def test_another_measure_and_only_the_primary_one_ask_no_assay(folders, capsys):
    main(["compare", *map(str, folders), "--only-primary"])
    main(["compare", *map(str, folders), "--measure", "accuracy"])
    assert "findings are not there" not in capsys.readouterr().err
    assert not list(folders[0].glob("seed-*/findings"))
    with pytest.raises(SystemExit, match="2"):
        main(["compare", *map(str, folders), "--only-primary", "--assay", "answers"])


def test_the_document_keeps_the_older_keys_and_says_what_was_not_measured(folders):
    document = in_this_process(folders).document()
    assert document["decoding"] == {
        "reason": "decoding_accuracy rnn relevant of the assay decoding was not compared"
    }
    assert document["assays"]["answers"]["measures"]["sureness"]["test/plain"]["baseline"] == "slow"


def test_cached_findings_give_the_same_bytes_as_measured_ones(folders, tmp_path):
    first = (write_comparison(in_this_process(folders), tmp_path / "a") / "comparison.json").read_bytes()
    second = (write_comparison(in_this_process(folders), tmp_path / "b") / "comparison.json").read_bytes()
    assert first == second


def test_only_asked_levels_of_assays_are_compared(folders):
    found = in_this_process(folders, only={"feature": "sum"})
    sureness = found.assays["answers"]["sureness"]["test/plain"]
    assert "the only cell is sum" in sureness.notes


def test_what_json_prints_is_what_is_written_with_the_diagnoses(folders, capsys):
    main(["compare", *map(str, folders), "--only-primary", "--json"])
    written = folders[0].parents[1] / "comparisons" / "fast-vs-slow" / "comparison.json"
    assert json.loads(capsys.readouterr().out) == json.loads(written.read_text())
    told = json.loads(written.read_text())["diagnoses"]
    assert ("slow", "too-few-seeds") in {(each["arm"], each["anchor"]) for each in told}
