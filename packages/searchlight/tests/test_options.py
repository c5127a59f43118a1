import io

import pytest

from searchlight.cli import main
from searchlight.commands.evaluate import Evaluate
from searchlight.commands.sweep import Sweep, draw, grid_points, presets_beside
from searchlight.commands.train import Train, runs_root
from searchlight.errors import ConfigError, UsageError
from searchlight.options import find_source, parse, parse_seeds, parse_with_config


@pytest.mark.parametrize(
    ("text", "seeds"), [("0..4", (0, 1, 2, 3, 4)), ("3", (3,)), ("5,2", (5, 2)), ("7..7", (7,))]
)
def test_seeds_are_ranges_numbers_or_lists(text, seeds):
    assert parse_seeds(text) == seeds


@pytest.mark.parametrize("text", ["", "4..0", "a", "1,1", "-1", "0...4", "1.5"])
def test_what_names_no_seed_is_wrong_use(text):
    with pytest.raises(UsageError, match="--seeds"):
        parse_seeds(text)


def test_settings_are_flags_anywhere_after_the_verb():
    args = [
        "--model.hidden-size",
        "64",
        "working_memory/gated_mtmf",
        "--seeds",
        "0..1",
        "--training.epochs",
        "3",
    ]
    options, resolved = parse_with_config(Train, "train", args)
    assert options.seeds == "0..1"
    assert (resolved.config.model.hidden_size, resolved.config.training.epochs) == (64, 3)
    assert resolved.config.model.kind == "gated_gru"
    assert resolved.name.startswith("working_memory/gated_mtmf+")


def test_without_flags_a_run_keeps_the_name_of_its_configuration():
    _, resolved = parse_with_config(Train, "train", ["working_memory/gated_mtmf"])
    assert resolved.name == "working_memory/gated_mtmf"


def test_flags_that_cannot_hold_together_are_wrong_use():
    with pytest.raises(ConfigError, match="3-back is impossible in 3 frames"):
        parse_with_config(Train, "train", ["working_memory/mtmf", "--tasks.frames", "3"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["--model.hiden-size", "3"],
            "Unrecognized options: --model.hiden-size, 3\n  did you mean --model.hidden-size?",
        ),
        (["--training.epochs", "abc"], "Error parsing --training.epochs: invalid literal"),
        (["--training.epochs", "0"], "--training.epochs: Input should be greater than or equal to 1 (got 0)"),
        (["--tasks.frames", "2"], "--tasks: 3-back is impossible in 2 frames"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_what_flags_get_wrong_is_told_in_a_sentence(words, said, encoding, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(io.BytesIO(), encoding=encoding))
    with pytest.raises(UsageError) as refused:
        parse_with_config(Train, "train", ["working_memory/mtmf", *words])
    assert str(refused.value).startswith(said)
    assert not set("│╭─") & set(str(refused.value))
    assert capsys.readouterr().err == ""


def test_a_missing_run_is_told_in_a_sentence():
    with pytest.raises(UsageError, match=r"Missing from searchlight evaluate: RUN .*\n.*--help lists"):
        parse(Evaluate, "evaluate", [])


def test_a_word_that_is_no_flag_is_taken_for_the_configuration():
    assert find_source(["nonsense", "--seeds", "1"]) == "nonsense"
    assert find_source(["--seeds", "1"]) is None


def test_a_grid_is_every_combination():
    points = grid_points(["model.dropout=0,0.1", "model.kind=gru,lstm"])
    assert len(points) == 4
    assert {"model.dropout": 0.1, "model.kind": "lstm"} in points


@pytest.mark.parametrize("grid", [[], ["model.dropout"], ["model.dropout="]])
def test_a_grid_without_values_is_wrong_use(grid):
    with pytest.raises(UsageError, match="--grid"):
        grid_points(grid)


def test_a_random_part_of_a_grid_is_the_same_each_time():
    points = grid_points(["a.b=1,2,3,4,5,6,7,8"])
    assert draw(points, 3) == draw(points, 3)
    assert len(draw(points, 3)) == 3
    with pytest.raises(UsageError, match="expected 1 to 8"):
        draw(points, 9)


def test_a_grid_takes_lists_and_refuses_what_is_not_yaml():
    assert grid_points(["tasks.n=[1,2],[3]"]) == [{"tasks.n": [1, 2]}, {"tasks.n": [3]}]
    with pytest.raises(UsageError, match="not YAML"):
        grid_points(["tasks.n=[1,2"])


def test_a_run_is_gone_on_with_where_it_lies(tmp_path):
    folder = tmp_path / "elsewhere" / "line" / "plain" / "seed-3"
    folder.mkdir(parents=True)
    (folder / "config.yaml").write_text("system: line\n")
    assert runs_root(str(folder)) == tmp_path / "elsewhere"
    assert str(runs_root("working_memory/mtmf")) == "runs"


@pytest.mark.parametrize("jobs", ["0", "-1"])
@pytest.mark.parametrize("words", [["compare", "a", "b"], ["claims", "working_memory"], ["report", "a"]])
def test_no_jobs_at_a_time_are_refused(words, jobs, capsys):
    with pytest.raises(SystemExit, match="2"):
        main([*words, "--jobs", jobs])
    assert f"--jobs {jobs}: expected at least 1." in capsys.readouterr().err


def test_a_tolerance_without_matched_is_refused(capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["compare", "a", "b", "--tolerance", "0.1"])
    assert "expected --matched and 0 or more" in capsys.readouterr().err


def test_presets_stand_beside_the_configuration_with_its_flags():
    words = ["persistence/tracks", "--training.epochs", "2", "--presets", "no_time, layers4"]
    options, resolved = parse_with_config(Sweep, "sweep", words)
    points, variants = presets_beside(resolved, options)
    assert points == [{"preset": name} for name in ("tracks", "no_time", "layers4")]
    assert [each.config.model.layers for each in variants] == [2, 2, 4]
    assert [each.config.model.time for each in variants] == [True, False, True]
    assert {each.config.training.epochs for each in variants} == {2}
    assert variants[1].name.startswith("persistence/no_time+")


def test_presets_without_flags_are_the_runs_that_train_makes():
    options, resolved = parse_with_config(Sweep, "sweep", ["persistence/tracks", "--presets", "no_time"])
    _, variants = presets_beside(resolved, options)
    assert [each.name for each in variants] == ["persistence/tracks", "persistence/no_time"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--presets", "no_tme"], "did you mean persistence/no_time"),
        (["--presets", "no_time,tracks"], "twice"),
        (["--presets", "no_time,no_time"], "twice"),
        (["--presets", "no_time", "--grid", "model.dim=32,64"], "in place of --grid"),
        (["--presets", "no_time", "--random", "2"], "in place of --grid"),
    ],
)
def test_presets_that_cannot_stand_there_are_wrong_use(words, said):
    options, resolved = parse_with_config(Sweep, "sweep", ["persistence/tracks", *words])
    with pytest.raises((UsageError, ConfigError), match=said):
        presets_beside(resolved, options)
