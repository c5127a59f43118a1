"""`searchlight train`: from a configuration to complete runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from searchlight.configuration import Resolved, to_yaml
from searchlight.options import Config, parse_seeds, parse_with_config


@dataclass(frozen=True)
class Train:
    """Train a configuration, once per seed. Its settings are flags: searchlight train CONFIG --help lists them.

    Example: searchlight train working_memory/gated_mtmf --seeds 0..4 --model.hidden-size 64
    """

    config: Config
    """A preset (searchlight configs lists them), a YAML file, or the folder of a run to repeat or resume."""
    seeds: str | None = None
    """Which seeds: 0..4, 3 or 0,2,5. One run each; 0, or the run's own, when not given."""
    runs: Path = Path("runs")
    """Folder of all runs."""
    resume: bool = False
    """Go on with incomplete runs, in the same folders."""
    dry_run: bool = False
    """Show the settings, the model, one timed step and an estimate; train nothing."""
    jobs: int | None = None
    """Runs trained at the same time, one thread each; as many as there are cores when not given."""


def main(args: Sequence[str]) -> None:
    """Train, then print what was reached and what to do next."""
    options, resolved = parse_with_config(Train, "train", args)
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
        [(resolved, seed) for seed in seeds], options.runs, resume=options.resume, jobs_at_once=options.jobs
    )
    show_results(resolved, runs)
    show_diagnoses(diagnoses_of(resolved.system, runs))
    folder = options.runs / resolved.name
    console.say(f"\nnext: searchlight inspect {runs[0].path}")
    console.say(f"      searchlight compare {folder} OTHER_RUNS")


def rehearse(resolved: Resolved, seeds: Sequence[int]) -> None:
    """Print the resolved settings, the model and how long training would take."""
    from searchlight import console
    from searchlight.caching import cache_folder
    from searchlight.experiments import experiment_class
    from searchlight.training import seconds_per_step

    console.say(to_yaml(resolved.document))
    with console.progress_bars() as report:
        experiment = experiment_class(resolved.system)(
            resolved.config, seeds[0], cache=cache_folder(), report=report
        )
        experiment.prepare()
    arm = experiment.arm()
    console.say(experiment.describe(arm.model))
    seconds = seconds_per_step(arm.model, arm.loss, arm.batches, resolved.config.training)
    steps = resolved.config.training.epochs * arm.batches.per_epoch
    console.say(f"one step: {seconds * 1e3:.1f} ms")
    console.say(f"{steps} steps: about {steps * seconds / 60:.1f} min for each of {len(seeds)} seeds")
