"""What a demonstration promises before anything is trained."""

import subprocess
import sys
from pathlib import Path

import pytest

from searchlight.choices import choice_of
from searchlight.configuration import differences, load_config, presets, to_plain
from searchlight.demonstrating import next_commands
from searchlight.demonstration import DEMONSTRATIONS, demonstration_of
from searchlight.experiments.base import Facts


@pytest.mark.parametrize("quick", [True, False])
@pytest.mark.parametrize("system", DEMONSTRATIONS)
def test_every_question_has_a_baseline_and_its_inspected_arm_is_among_the_arms(system, quick):
    found = demonstration_of(system, quick=quick)
    assert all(len(arms) > 1 for arms in found.questions.values())
    assert found.inspected in found.arms
    assert len({arm.name for arm in found.arms}) == len(found.arms)
    assert {arm.system for arm in found.arms} == {system}


@pytest.mark.parametrize("quick", [True, False])
@pytest.mark.parametrize("system", DEMONSTRATIONS)
def test_what_it_sends_a_reader_to_exists(system, quick):
    found = demonstration_of(system, quick=quick)
    assert found.trained_next in presets()
    assert choice_of(system, found.choice).chosen == dict(found.choice)
    assert choice_of(system, found.next_choice).flags


@pytest.mark.parametrize("quick", [True, False])
def test_the_steps_alone_are_among_what_a_reader_of_metabolism_compares_next(quick):
    found = demonstration_of("metabolism", quick=quick)
    said = next(each for each in next_commands(found, Path("runs")) if "searchlight compare" in each)
    named = [Path(word).name for word in said.split("  #")[0].split()[2:]]
    preset = "demo_quick" if quick else "demo"
    kinds = ("gradient_boosting", "ridge", "knn", "attention", "unrolled")
    assert named == [f"{preset}_{kind}" for kind in kinds]


def test_demonstrations_of_two_systems_have_pages_of_their_own():
    names = [
        demonstration_of(system, quick=quick).name for system in DEMONSTRATIONS for quick in (True, False)
    ]
    assert len(set(names)) == len(names)


def test_what_a_demonstration_says_is_said_without_torch():
    code = (
        "import sys; from searchlight.demonstration import demonstration_of; "
        "print(demonstration_of('metabolism', quick=True).said and 'torch' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"


def test_facts_are_sentences_on_a_page():
    facts = Facts("growth", ("condition", "uptake"), (("glucose", "10"), ("acetate", "30")))
    assert facts.lines == ["condition glucose; uptake 10", "condition acetate; uptake 30"]


@pytest.mark.parametrize("name", [name for name in presets() if not name.startswith("working_memory/")])
def test_every_preset_of_the_other_systems_holds(name):
    assert load_config(name).system == name.split("/")[0]


ABLATIONS = ("no_pathway", "no_stoichiometry", "no_node_kinds", "one_head", "unsupervised_split")


OF_TRACKS = (
    *("no_position", "no_time", "no_motion", "untrained_features", "contrastive", "queries"),
    *("layers4", "layers6", "wide", "gru", "majority", "link_length", "gradient_boosting"),
)


@pytest.mark.parametrize("name", OF_TRACKS)
def test_an_ablation_of_persistence_differs_from_its_base_in_one_setting(name):
    base, ablated = (load_config(f"persistence/{each}").config for each in ("tracks", name))
    changed = {
        each for each in differences(to_plain(base), to_plain(ablated)) if not each.startswith("training")
    }
    assert len(changed) == 1


@pytest.mark.parametrize(
    ("name", "beside"), [("clips2000", "clips500"), ("clips10000", "clips2000"), ("augmented", "tracks")]
)
def test_what_is_compared_over_numbers_of_clips_is_shown_as_many(name, beside):
    def shown(config):
        return config.videos.splits.train * (1 + len(config.clips.also)) * config.training.epochs

    assert len({shown(load_config(f"persistence/{each}").config) for each in (name, beside)}) == 1


def test_the_preset_of_coloured_spheres_is_the_older_data_set():
    from object_persistence.videos.coloured import coloured

    assert load_config("persistence/coloured").config.videos == coloured()


@pytest.mark.parametrize("name", ABLATIONS)
def test_an_ablation_differs_from_its_base_in_one_setting(name):
    base, ablated = (load_config(f"metabolism/{each}").config for each in ("projection", name))
    assert len(differences(to_plain(base), to_plain(ablated))) == 1


def test_the_arm_without_messages_differs_from_the_main_one_in_layers_alone():
    base, other = (load_config(f"metabolism/{each}").config for each in ("flux_split", "no_messages"))
    assert set(differences(to_plain(base), to_plain(other))) == {"model.layers"}


@pytest.mark.parametrize(
    ("base", "name", "settings"),
    [
        ("cross_attention", "film", {"model.context", "model.solver_context"}),
        ("cross_attention", "none", {"model.context"}),
        ("cross_attention", "decoupled", {"model.anchors"}),
        ("decoupled", "coupled", {"model.anchor_features"}),
        ("cross_attention", "symbolic", {"model.kind"}),
        ("cross_attention", "copy", {"model.kind"}),
        ("none", "puzzle_embedding", {"model.context", "model.kind", "tasks.fresh"}),
        ("lookup_cross_attention", "lookup_film", {"model.context", "model.solver_context"}),
        ("lookup_cross_attention", "lookup_none", {"model.context"}),
        ("lookup_film", "lookup_film_longer", {"training.epochs"}),
        ("lookup_none", "lookup_none_longer", {"training.epochs"}),
        ("position_cross_attention", "position_film", {"model.context", "model.solver_context"}),
        ("markers_decoupled", "markers_coupled", {"model.anchor_features"}),
        ("markers_decoupled", "markers_none", {"model.anchors"}),
        ("arc1", "arc1_symbolic", {"model.kind", "model.solver_context"}),
    ],
)
def test_arms_on_grids_that_are_compared_differ_in_what_is_named_and_are_trained_alike(base, name, settings):
    one, other = (load_config(f"arc/{each}").config for each in (base, name))
    changed = differences(to_plain(one), to_plain(other))
    if other.model.is_baseline:
        changed = {
            each for each in changed if each.split(".")[0] not in ("training", "pretraining", "voting")
        }
    assert set(changed) == settings


@pytest.mark.parametrize("name", [name for name in presets() if name.startswith("arc/")])
def test_no_preset_trains_a_family_that_it_holds_out(name):
    from arc_context.families.registry import HELD_OUT, LOOKUP, MARKERS, POSITION, TRAINED

    families = load_config(name).config.families
    groups = {LOOKUP: ("swap",), POSITION: (), MARKERS: (), TRAINED: HELD_OUT}
    assert families.held_out == groups[families.names]
