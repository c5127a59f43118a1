"""What may be chosen of a run depends on its system."""

import pytest

from searchlight.choices import ClipChoice, GridChoice, NetworkChoice, TaskChoice, choice_of, kinds_for
from searchlight.commands.inspect import parsed
from searchlight.errors import ConfigError, UsageError


@pytest.fixture
def run_of(tmp_path):
    def made(system):
        folder = tmp_path / system / "arm" / "seed-0"
        (folder / "checkpoints").mkdir(parents=True)
        (folder / "config.yaml").write_text(f"system: {system}\n")
        return folder

    return made


def test_a_run_offers_the_choices_of_its_system(run_of):
    options, choice = parsed([str(run_of("metabolism")), "--medium", "acetate", "--nodes", "40"])
    assert choice == NetworkChoice(medium="acetate", nodes=40)
    assert options.run.name == "seed-0"


def test_a_checkpoint_offers_what_its_run_offers(run_of):
    checkpoint = run_of("working_memory") / "checkpoints" / "best.safetensors"
    assert parsed([str(checkpoint), "--task", "identity"])[1] == TaskChoice(task="identity")


def test_a_choice_of_another_system_is_refused(run_of):
    with pytest.raises(UsageError, match="--task is for runs of working_memory; this one offers --medium"):
        parsed([str(run_of("metabolism")), "--task", "identity"])


def test_without_a_run_every_systems_choices_are_understood():
    assert kinds_for(["nowhere"]) == (TaskChoice, NetworkChoice, ClipChoice, GridChoice)
    assert parsed(["nowhere", "--task", "identity"])[0].run.name == "nowhere"


def test_a_configuration_that_holds_no_settings_is_named(run_of):
    folder = run_of("metabolism")
    (folder / "config.yaml").write_text("- a\n- list\n")
    with pytest.raises(ConfigError, match="does not hold the settings"):
        kinds_for([str(folder)])


def test_a_choice_names_a_page_and_a_command():
    choice = NetworkChoice(medium="acetate", subsystem="Citric Acid Cycle", nodes=40)
    assert choice.suffix == "-acetate-Citric-Acid-Cycle"
    assert choice.flags == ["--medium", "acetate", "--subsystem", "Citric Acid Cycle", "--nodes", "40"]
    assert NetworkChoice().suffix == ""
    assert NetworkChoice().flags == []


@pytest.mark.parametrize("values", [{"nodes": 301}, {"nodes": 1}])
def test_a_network_too_large_to_read_is_refused(values):
    with pytest.raises(UsageError, match="expected 2 to 300"):
        NetworkChoice(**values)


def test_what_a_system_does_not_offer_is_named_with_what_it_does():
    with pytest.raises(UsageError, match="expected one of: samples, task"):
        choice_of("working_memory", {"subsystem": "Glycolysis"})
    assert choice_of("a system without choices", {}).chosen == {}


def test_a_cell_is_a_row_and_a_column():
    assert GridChoice(cell="3,14").chosen == {"cell": "3,14"}
    with pytest.raises(UsageError, match="--cell 3;4: expected row,column from 0"):
        GridChoice(cell="3;4")
