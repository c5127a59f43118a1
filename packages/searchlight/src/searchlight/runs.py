"""From a configuration and a seed to a complete run folder."""

import hashlib
import importlib.metadata
import json
import platform
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import nn

from analysis.store import Run, find_runs
from searchlight.caching import cache_folder
from searchlight.checkpoint import Checkpoint, load_checkpoint, load_model, save_checkpoint
from searchlight.configuration import Resolved, differences, of_run, to_yaml
from searchlight.errors import CheckpointError, Interrupted, UsageError
from searchlight.experiments import experiment_class
from searchlight.experiments.arms import Arm, Fitted
from searchlight.experiments.base import Experiment
from searchlight.processes import leads, wait_for_everyone, world_size
from searchlight.training import Recorder

PACKAGES = ("torch", "numpy", "scipy", "scikit-learn", "polars", "accelerate", "searchlight")
FADED, BURST = 1e-6, 1e3
"""Mean gradient norms of an epoch below and above which the log says so."""
NAMED = 6
"""Runs that a message names at most."""
NO_FIGURES = ("epoch", "step", "train_loss", "gradient_norm", "seconds", "cpu_seconds", "peak_bytes")
"""What a record of an epoch holds besides what it was validated at."""


class RunRecorder(Recorder):
    """Writes what training tells into a run folder: metrics.jsonl, train.log and checkpoints."""

    def __init__(self, run: Run, snapshots: int = 0):
        super().__init__()
        self.run, self.snapshots = run, snapshots

    def step(self, record: dict[str, Any]) -> None:
        """One line of metrics.jsonl."""
        self.run.append_metrics({"kind": "step", **record})

    def epoch(self, record: dict[str, Any]) -> None:
        """One line of metrics.jsonl, and two of train.log."""
        super().epoch(record)
        self.run.append_metrics({"kind": "epoch", **record})
        figures = "  ".join(f"{name} {value:.4f}" for name, value in record.items() if name not in NO_FIGURES)
        self.log(
            f"TRAIN epoch {record['epoch']} step {record['step']} loss {record['train_loss']:.5f} "
            f"gradient norm {record['gradient_norm']:.4f} seconds {record['seconds']:.1f}"
        )
        self.log(f"VAL epoch {record['epoch']} step {record['step']}  {figures}")
        if record["gradient_norm"] < FADED:
            self.log(
                f"WARNING vanishing gradients: mean norm {record['gradient_norm']:.1e} in epoch {record['epoch']}"
            )
        if record["gradient_norm"] > BURST:
            self.log(
                f"WARNING exploding gradients: mean norm {record['gradient_norm']:.1e} in epoch {record['epoch']}"
            )

    def fitted(self, record: dict[str, Any]) -> None:
        """The one line of metrics.jsonl of a baseline, and two of train.log."""
        super().fitted(record)
        self.run.append_metrics({"kind": "epoch", **record})
        figures = "  ".join(f"{name} {value:.4f}" for name, value in record.items() if name not in NO_FIGURES)
        self.log(f"FIT seconds {record['seconds']:.1f}")
        self.log(f"VAL  {figures}")

    def save(self, last: Callable[[], Checkpoint], best: bool) -> None:
        """checkpoints/last.safetensors; with the weights alone best.safetensors and some epoch-<k>.safetensors."""
        checkpoint = last()
        checkpoint.facts["run"] = identity(self.run)
        epoch, index = checkpoint.facts["epoch"], checkpoint.facts["index"]
        if self.snapshots and epoch and index == 0 and epoch % self.snapshots == 0:
            save_checkpoint(self.run.checkpoint(f"epoch-{epoch:03}.safetensors"), weights_of(checkpoint))
        if best:
            save_checkpoint(self.run.checkpoint("best.safetensors"), weights_of(checkpoint))
        save_checkpoint(self.run.checkpoint("last.safetensors"), checkpoint)

    def log(self, line: str) -> None:
        """Add a line to train.log."""
        with self.run.log.open("a") as file:
            file.write(line + "\n")


def weights_of(checkpoint: Checkpoint) -> Checkpoint:
    """The model of a checkpoint without optimiser and random state, with the average of its weights if one is kept."""
    weights = checkpoint.group("model") | checkpoint.group("average")
    tensors = {f"model/{name}": tensor for name, tensor in weights.items()}
    return Checkpoint(tensors, {name: checkpoint.facts[name] for name in ("epoch", "step", "run")})


def identity(run: Run) -> str:
    """What settings and seed a checkpoint belongs to, as a digest."""
    settings = json.dumps(run.config(), sort_keys=True)
    return hashlib.sha256(f"{settings} seed {run.seed}".encode()).hexdigest()


def check_identity(run: Run, path: Path, checkpoint: Checkpoint) -> None:
    """Raise CheckpointError for a checkpoint of another run."""
    if checkpoint.facts.get("run") != identity(run):
        raise CheckpointError(
            f"{path} was written by another run than {run.path}, with other settings or another seed."
        )


def run_of(resolved: Resolved, seed: int, root: Path) -> Run:
    """Where a run belongs."""
    return Run(root / resolved.name / f"seed-{seed}")


def reusable(run: Run, resolved: Resolved, *, resume: bool) -> bool:
    """Whether the run is already there, complete.

    Raises:
        UsageError: its folder holds something else, a run of other settings, or an incomplete one without `resume`.
    """
    if run.state == "absent":
        return False
    if run.state == "foreign":
        raise UsageError(
            f"{run.path} holds something else than a run; move it away or choose another --runs folder, "
            "see docs/troubleshooting.md#folder-holds-something-else."
        )
    changed = differences(of_run(run.path).document, resolved.document)
    if changed:
        raise UsageError(
            f"{run.path} holds a run with other settings: {', '.join(changed)} differ. Nothing is overwritten; "
            "move it away or choose another --runs folder, see docs/troubleshooting.md#folder-holds-something-else."
        )
    if run.state == "incomplete" and not resume:
        raise UsageError(
            f"{run.path} is incomplete. Go on with it by adding --resume, or move it away, "
            "see docs/troubleshooting.md#incomplete-run."
        )
    return run.state == "complete"


def train_run(resolved: Resolved, seed: int, root: Path, *, resume: bool = False, threads: int = 1) -> Run:
    """Train and evaluate one seed of a configuration into its run folder, or reuse what is complete.

    Raises:
        UsageError: the folder cannot be used. Interrupted: training was asked to stop and is saved.
    """
    torch.set_num_threads(threads)
    run = run_of(resolved, seed, root)
    if reusable(run, resolved, resume=resume):
        return run
    experiment = experiment_class(resolved.system)(resolved.config, seed, cache=cache_folder())
    torch.manual_seed(seed)
    arm = experiment.arm()
    settings = resolved.config.training
    wait_for_everyone()
    if leads() and run.state == "absent":
        facts = {"budget": arm.budget(settings), "parameters": arm.parameters}
        run.begin(
            to_yaml(resolved.document), environment(experiment, **facts, changed=dict(resolved.changed))
        )
    wait_for_everyone()
    before = prepare_resume(run) if resume else None
    recorder = RunRecorder(run, settings.snapshots) if leads() else Recorder()
    if leads() and before is None:
        run.log.write_text(experiment.describe(arm.model) + "\n\n")
    try:
        arm.train(settings, recorder, before)
    except Interrupted as stop:
        raise Interrupted(f"{run.path}: {stop}, saved. Go on with: {resume_command(run)}") from None
    if leads():
        write_evaluation(run, experiment, arm)
    wait_for_everyone()
    return run


def write_evaluation(run: Run, experiment: Experiment, arm: Arm | Fitted) -> None:
    """Evaluate the best weights, or what fitted itself; the run is complete then."""
    evaluation = experiment.evaluate(arm.restored(partial(load_weights, run)))
    run.write_evaluation(evaluation.trials, evaluation.states, evaluation.attention)


def evaluate_run(run: Run) -> Resolved:
    """Evaluate a run whose training has ended, unless that is done; give its configuration.

    Raises:
        UsageError: the run was not trained to its end.
    """
    _, resolved = open_run(run.path)
    if run.is_complete:
        return resolved
    experiment = experiment_of(run, resolved)
    last = run.checkpoint("last.safetensors")
    if not last.is_file() or load_checkpoint(last).facts["epoch"] < experiment.epochs(resolved.config):
        raise UsageError(
            f"{run.path} was not trained to its end; go on with: {resume_command(run)}, "
            "see docs/troubleshooting.md#incomplete-run."
        )
    write_evaluation(run, experiment, experiment.arm())
    return resolved


def runs_at(path: Path) -> list[Run]:
    """The run at a place, or all seeds of an arm.

    Raises:
        UsageError: there is no run.
    """
    runs = find_runs(path) if path.is_dir() else []
    if not runs:
        raise UsageError(
            f"{path} holds no runs: expected a folder such as runs/<system>/<configuration>, with seed-0 inside."
        )
    if len({run.path.parent for run in runs}) > 1:
        arms = ", ".join(sorted({str(run.path.parent) for run in runs})[:4])
        raise UsageError(f"{path} holds runs of several arms; name one of: {arms}.")
    return runs


def prepare_resume(run: Run) -> Checkpoint | None:
    """The last checkpoint, with metrics taken back to it; None, with nothing recorded, where there is none."""
    path = run.checkpoint("last.safetensors")
    if not path.is_file():
        if leads() and (run.path / "metrics.jsonl").is_file():
            run.rewind_metrics(lambda record: False)
        return None
    checkpoint = load_checkpoint(path)
    check_identity(run, path, checkpoint)
    if leads():
        run.rewind_metrics(lambda record: record["step"] <= checkpoint.facts["step"])
    return checkpoint


def resume_command(run: Run) -> str:
    """What to type to go on with an interrupted run."""
    return f"searchlight train {run.path} --resume"


def environment(experiment: Experiment, **facts: Any) -> dict[str, Any]:
    """What a run was made with and from."""
    commit, dirty = source_state()
    return {
        "data_hash": experiment.data_hash(),
        "commit": commit,
        "dirty": dirty,
        "packages": {name: importlib.metadata.version(name) for name in PACKAGES},
        "python": platform.python_version(),
        "platform": platform.platform(),
        "threads": torch.get_num_threads(),
        "world_size": world_size(),
        "leakage": experiment.leakage(),
        "command": ["searchlight", *sys.argv[1:]],
        **facts,
    }


def source_state() -> tuple[str | None, bool | None]:
    """The commit of the program's own source and whether it has uncommitted changes; None outside a checkout."""
    here = Path(__file__).parent

    def git(*words: str) -> str:
        return subprocess.run(
            ["git", "-C", str(here), *words], capture_output=True, text=True, check=True
        ).stdout.strip()

    try:
        return git("rev-parse", "HEAD"), bool(git("status", "--porcelain", "--untracked-files=no"))
    except (OSError, subprocess.CalledProcessError):
        return None, None


def open_run(path: Path) -> tuple[Run, Resolved]:
    """A run and its configuration, from its folder or one of its checkpoints.

    Raises:
        UsageError: there is no run at that place.
    """
    folder = path.parent.parent if path.suffix == ".safetensors" else path
    run = Run(folder)
    if not path.exists():
        raise UsageError(f"{path} does not exist; searchlight runs lists what there is.")
    if run.state not in ("complete", "incomplete"):
        held = [str(each.path.relative_to(path)) for each in find_runs(path)] if path.is_dir() else []
        more = f" and {len(held) - NAMED} more" if len(held) > NAMED else ""
        inside = f" It holds {', '.join(held[:NAMED])}{more}: name one of them." if held else ""
        raise UsageError(
            f"{path} is no run: expected a folder such as runs/<system>/<configuration>/seed-0.{inside}"
        )
    return run, of_run(folder)


def trained_model(run: Run, resolved: Resolved, checkpoint: Path | None = None) -> tuple[Experiment, Any]:
    """The experiment of a run and its model with the best weights, or its baseline, fitted again."""
    experiment = experiment_of(run, resolved)
    return experiment, restored(run, experiment, checkpoint)


def experiment_of(run: Run, resolved: Resolved) -> Experiment:
    """The experiment of a run."""
    return experiment_class(resolved.system)(resolved.config, run.seed, cache=cache_folder())


def restored(run: Run, experiment: Experiment, checkpoint: Path | None = None) -> Any:
    """The model of a run with the best weights, unless a checkpoint is named, or its baseline, fitted again."""
    return experiment.arm().restored(partial(load_weights, run, path=checkpoint))


def load_weights(run: Run, model: nn.Module, path: Path | None = None) -> None:
    """Give a model the weights of a checkpoint of its run, the best ones unless another is named.

    Raises:
        CheckpointError: the file is damaged, of another model, or of another run.
    """
    path = path or run.checkpoint("best.safetensors")
    check_identity(run, path, load_model(model, path))
