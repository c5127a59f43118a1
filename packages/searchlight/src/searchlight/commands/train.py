"""`searchlight train`: from a configuration to complete runs."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from searchlight.configuration import Resolved, to_yaml
from searchlight.options import Config, Number, Place, Text, parse_seeds, parse_with_config

if TYPE_CHECKING:
    from analysis import Run


@dataclass(frozen=True)
class Train:
    """Train a configuration, once per seed. Its settings are flags: searchlight train CONFIG --help lists them.

    Example: searchlight train working_memory/gated_mtmf --seeds 0..4 --model.hidden-size 64
    """

    config: Config
    """A preset (searchlight configs lists them), a YAML file, or the folder of a run to repeat or resume."""
    seeds: Text = None
    """Which seeds: 0..4, 3 or 0,2,5. One run each; 0, or the run's own, when not given."""
    runs: Place = None
    """Folder of all runs; that of the run where CONFIG is one, else runs."""
    resume: bool = False
    """Go on with incomplete runs, in the same folders."""
    dry_run: bool = False
    """Show the settings, the model, one timed step and an estimate; train nothing."""
    jobs: Number = None
    """Runs trained at the same time, one thread each; as many as there are cores when not given."""


def main(args: Sequence[str]) -> None:
    """Train, then print what was reached and what to do next."""
    options, resolved = parse_with_config(Train, "train", args)
    root = options.runs or runs_root(options.config)
    seeds = parse_seeds(str(resolved.seed or 0) if options.seeds is None else options.seeds)
    from searchlight import console

    console.remark_all(resolved.notes)
    if options.dry_run:
        rehearse(resolved, seeds)
        return
    from searchlight.diagnosing import diagnoses_of, show_diagnoses
    from searchlight.jobs import train_all
    from searchlight.results import show_results

    runs = train_all(
        [(resolved, seed) for seed in seeds], root, resume=options.resume, jobs_at_once=options.jobs
    )
    show_results(resolved, runs)
    show_kept(resolved, runs)
    show_diagnoses(diagnoses_of(resolved.system, runs))
    folder = root / resolved.name
    console.say(f"\nnext:\n  searchlight inspect {runs[0].path}\n  searchlight compare {folder} OTHER_RUNS")


def show_kept(resolved: Resolved, runs: Sequence["Run"]) -> None:
    """After which epoch the evaluated weights were kept, and what chose it; nothing where none are."""
    from searchlight import console
    from searchlight.checkpoint import load_checkpoint
    from searchlight.experiments import experiment_class

    files = [run.checkpoint("best.safetensors") for run in runs]
    epochs = [str(load_checkpoint(file).facts["epoch"]) for file in files if file.is_file()]
    if epochs:
        kind = experiment_class(resolved.system)
        told = f"after epoch {', '.join(epochs)} of {kind.epochs(resolved.config)}"
        console.say(f"kept: the weights {told}, best by {kind.chosen_by}")


def runs_root(config: str) -> Path:
    """The folder of all runs in which a run lies, `<root>/<system>/<arm>/seed-<k>`; `runs` for a configuration."""
    folder = Path(config)
    return folder.parent.parent.parent if (folder / "config.yaml").is_file() else Path("runs")


def rehearse(resolved: Resolved, seeds: Sequence[int]) -> None:
    """Print the resolved settings, the model and how long training would take."""
    from searchlight import console
    from searchlight.caching import cache_folder
    from searchlight.experiments import experiment_class

    console.say(to_yaml(resolved.document))
    with console.progress_bars() as report:
        experiment = experiment_class(resolved.system)(
            resolved.config, seeds[0], cache=cache_folder(), report=report
        )
        experiment.prepare_training()
    arm = experiment.arm()
    console.say(experiment.describe(arm.model))
    training, validations = arm.duration(resolved.config.training), experiment.epochs(resolved.config)
    began = time.perf_counter()
    arm.validate(arm.restored(lambda model: None))
    validation = time.perf_counter() - began
    total = training.seconds + validations * validation
    shown = f"{total:.0f} s" if total < 90 else f"{total / 60:.1f} min"
    console.say(
        f"training: {training.seconds:.1f} s, {training.how}; one validation: {validation * 1e3:.0f} ms"
    )
    several = f" for each of {len(seeds)} seeds" if len(seeds) > 1 else ""
    console.say(f"with {validations} validation{'s' * (validations > 1)}: about {shown}{several}")
