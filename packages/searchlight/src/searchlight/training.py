"""The one place where gradient steps are taken. It works in memory; a recorder may write what happens."""

import math
import signal
import statistics
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from copy import deepcopy
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState
from torch import Tensor, nn

from searchlight.averaging import WeightAverage
from searchlight.checkpoint import Checkpoint
from searchlight.configuration import TrainingConfig
from searchlight.errors import CheckpointError, Interrupted, TrainingError
from searchlight.memory import Peak

Batch = dict[str, Tensor]
Loss = Callable[[nn.Module, Batch], Tensor]
MIXED = {"float32": "no", "bfloat16": "bf16", "float16": "fp16"}


@dataclass(frozen=True)
class Batches:
    """Training data: `draw(epoch)` gives the epoch's batches, the same ones whenever it is asked.

    A batch is a dict of tensors that share their first axis; `ids` among them names its items.
    """

    per_epoch: int
    draw: Callable[[int], Iterable[Batch]]


@dataclass(frozen=True)
class Progress:
    """How far training has come: `epoch` epochs and `index` batches of the next one."""

    epoch: int = 0
    index: int = 0
    step: int = 0
    loss_sum: float = 0.0
    norm_sum: float = 0.0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    best: float = -math.inf

    def after_batch(self, loss: float, norm: float, seconds: float, cpu_seconds: float) -> "Progress":
        """One batch further, with the time that it took on the wall and in this process."""
        return replace(
            self,
            index=self.index + 1,
            step=self.step + 1,
            seconds=self.seconds + seconds,
            cpu_seconds=self.cpu_seconds + cpu_seconds,
            loss_sum=self.loss_sum + loss,
            norm_sum=self.norm_sum + norm,
        )

    def after_epoch(self, score: float) -> "Progress":
        """At the start of the next epoch."""
        return replace(
            self, epoch=self.epoch + 1, index=0, loss_sum=0.0, norm_sum=0.0, best=max(self.best, score)
        )


class Recorder:
    """Listens to training; this one keeps the records of epochs in memory and saves nothing."""

    def __init__(self) -> None:
        self.epochs: list[dict[str, Any]] = []

    def step(self, record: dict[str, Any]) -> None:
        """One optimiser step was taken."""

    def epoch(self, record: dict[str, Any]) -> None:
        """One epoch ended, and was validated."""
        self.epochs.append(record)

    def fitted(self, record: dict[str, Any]) -> None:
        """A baseline has fitted itself, and was validated."""
        self.epochs.append(record)

    def save(self, last: Callable[[], Checkpoint], best: bool) -> None:
        """Training can be taken up again from here; `best` when no epoch validated better."""


@dataclass
class Fit:
    """What `fit` works with: the prepared model and optimiser, and how far it has come."""

    accelerator: Accelerator
    model: nn.Module
    optimizer: torch.optim.Optimizer
    settings: TrainingConfig
    total: int
    peak: Peak
    progress: Progress = field(default_factory=Progress)
    average: WeightAverage | None = None

    @property
    def bare(self) -> nn.Module:
        """The model as it was given."""
        return self.accelerator.unwrap_model(self.model)

    def step(self, batch: Batch, loss: Loss) -> tuple[float, float]:
        """One optimiser step on one batch: its loss and its gradient norm before clipping."""
        parts = self.parts(batch)
        self.set_learning_rate()
        self.optimizer.zero_grad(set_to_none=True)
        mean = torch.zeros((), device=self.accelerator.device)
        for number, part in enumerate(parts):
            with ExitStack() as stack:
                if number + 1 < len(parts):
                    stack.enter_context(self.accelerator.no_sync(self.model))
                with self.accelerator.autocast():
                    value = loss(self.model, part) / len(parts)
                self.accelerator.backward(value)
            mean += value.detach()
        mean = self.accelerator.reduce(mean, "mean")
        norm = self.accelerator.clip_grad_norm_(self.model.parameters(), self.settings.clip_norm)
        found = float(mean), float(norm)  # type: ignore[arg-type]
        if self.is_sound(*found):
            self.optimizer.step()
            if self.average is not None:
                self.average.update(self.bare, self.progress.step)
        return found

    def is_sound(self, loss: float, norm: float) -> bool:
        """Whether a step may be taken; under float16 the scaler itself skips steps whose gradients overflow."""
        return math.isfinite(loss) and (math.isfinite(norm) or self.accelerator.scaler is not None)

    def parts(self, batch: Batch) -> list[Batch]:
        """This process's share of a batch, in the parts it is accumulated from."""
        world, rank, parts = (
            self.accelerator.num_processes,
            self.accelerator.process_index,
            self.settings.accumulate,
        )
        items = len(batch["ids"])
        if items % (world * parts):
            raise TrainingError(
                f"a batch of {items} items cannot be shared by {world} processes in {parts} parts; "
                f"choose a batch size that {world * parts} divides."
            )
        share = items // (world * parts)
        starts = range(rank * parts * share, (rank + 1) * parts * share, share)
        return [{k: v[a : a + share].to(self.accelerator.device) for k, v in batch.items()} for a in starts]

    def set_learning_rate(self) -> None:
        """Give the optimiser the rate of this step."""
        rate = learning_rate(self.progress.step, self.total, self.settings)
        for group in self.optimizer.param_groups:
            group["lr"] = rate

    def checkpoint(self) -> Checkpoint:
        """Everything that training needs to go on as if it had never stopped."""
        tensors = {f"model/{name}": tensor for name, tensor in self.bare.state_dict().items()}
        if self.average is not None:
            tensors |= {f"average/{name}": tensor for name, tensor in self.average.weights.items()}
        for number, state in self.optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer/{number}/{name}": torch.as_tensor(value) for name, value in state.items()}
        tensors["random/cpu"] = torch.get_rng_state()
        if torch.cuda.is_available():
            tensors["random/cuda"] = torch.cuda.get_rng_state()
        facts = {
            **vars(self.progress),
            "best": None if self.progress.best == -math.inf else self.progress.best,
        }
        if self.accelerator.scaler is not None:
            facts["scaler"] = self.accelerator.scaler.state_dict()
        return Checkpoint(tensors, facts)

    def resume(self, checkpoint: Checkpoint) -> None:
        """Go back to where a checkpoint was taken."""
        try:
            self.bare.load_state_dict(checkpoint.group("model"))
        except RuntimeError:
            raise CheckpointError(
                "the checkpoint is of another model; it cannot be resumed with these settings."
            ) from None
        if self.average is not None:
            self.average.load(checkpoint.group("average"))
        state: dict[int, dict[str, Tensor]] = {}
        for name, tensor in checkpoint.group("optimizer").items():
            number, key = name.split("/")
            state.setdefault(int(number), {})[key] = tensor
        self.optimizer.load_state_dict({**self.optimizer.state_dict(), "state": state})
        torch.set_rng_state(checkpoint.tensors["random/cpu"])
        if "random/cuda" in checkpoint.tensors and torch.cuda.is_available():
            torch.cuda.set_rng_state(checkpoint.tensors["random/cuda"])
        if self.accelerator.scaler is not None:
            self.accelerator.scaler.load_state_dict(checkpoint.facts["scaler"])
        facts = {name: checkpoint.facts[name] for name in vars(Progress())}
        self.progress = Progress(**{**facts, "best": -math.inf if facts["best"] is None else facts["best"]})


def fit(
    model: nn.Module,
    loss: Loss,
    batches: Batches,
    settings: TrainingConfig,
    *,
    validate: Callable[[nn.Module], dict[str, float]] | None = None,
    recorder: Recorder | None = None,
    resume: Checkpoint | None = None,
) -> Recorder:
    """Train a model in place with AdamW, clipped gradients and a learning rate schedule.

    `validate` gives figures by name; the first of them, higher is better, chooses the best epoch. With `settings.ema`
    the average of the weights is validated, and is what the model ends with. SIGINT and SIGTERM end training after
    the running step, with everything saved through the recorder.

    Raises:
        TrainingError: the loss or its gradient is not finite (step and batch ids are named), or a batch
            cannot be shared.
        Interrupted: training was asked to stop.
    """
    recorder = recorder or Recorder()
    fitting = start(model, batches.per_epoch, settings)
    if resume is not None:
        fitting.resume(resume)
    with stop_requested() as stopped:
        while fitting.progress.epoch < settings.epochs:
            run_epoch(fitting, loss, batches, recorder, stopped)
            end_epoch(fitting, batches.per_epoch, validate, recorder)
    if fitting.average is not None:
        fitting.average.give(fitting.bare)
    return recorder


def start(model: nn.Module, per_epoch: int, settings: TrainingConfig) -> Fit:
    """Put model and optimiser where they compute."""
    AcceleratorState._reset_state()  # another fit of this process may have asked for another precision
    on_cpu = settings.device == "cpu" or not torch.cuda.is_available()
    accelerator = Accelerator(mixed_precision=MIXED[settings.precision], cpu=on_cpu)
    if settings.precision == "float16" and accelerator.device.type == "cpu":
        raise TrainingError("float16 needs a GPU; use float32 or bfloat16 on this machine.")
    if settings.device == "cuda" and accelerator.device.type != "cuda":
        raise TrainingError(
            "no CUDA device was found; use --training.device auto or cpu, see docs/troubleshooting.md#no-cuda-device."
        )
    trained = [each for each in model.parameters() if each.requires_grad]
    optimizer = torch.optim.AdamW(
        trained, lr=settings.learning_rate, weight_decay=settings.weight_decay, fused=True
    )
    model, optimizer = accelerator.prepare(model, optimizer)
    fitting = Fit(
        accelerator, model, optimizer, settings, settings.epochs * per_epoch, Peak(accelerator.device)
    )
    if settings.ema:
        fitting.average = WeightAverage(fitting.bare, settings.ema)
    return fitting


def run_epoch(
    fitting: Fit, loss: Loss, batches: Batches, recorder: Recorder, stopped: Callable[[], bool]
) -> None:
    """The rest of the running epoch, batch by batch."""
    fitting.model.train()
    began, began_cpu = time.perf_counter(), time.process_time()
    for batch in islice(batches.draw(fitting.progress.epoch), fitting.progress.index, None):
        value, norm = fitting.step(batch, loss)
        if not fitting.is_sound(value, norm):
            raise TrainingError(non_finite(value, norm, fitting.progress, batch))
        now, now_cpu = time.perf_counter(), time.process_time()
        fitting.progress = fitting.progress.after_batch(value, norm, now - began, now_cpu - began_cpu)
        began, began_cpu = now, now_cpu
        recorder.step(
            {
                "epoch": fitting.progress.epoch + 1,
                "step": fitting.progress.step,
                "loss": value,
                "gradient_norm": norm,
                "learning_rate": fitting.optimizer.param_groups[0]["lr"],
            }
        )
        if stopped():
            recorder.save(fitting.checkpoint, best=False)
            raise Interrupted(f"stopped after step {fitting.progress.step} of {fitting.total}")


def end_epoch(
    fitting: Fit, per_epoch: int, validate: Callable[[nn.Module], dict[str, float]] | None, recorder: Recorder
) -> None:
    """Validate, record and save."""
    done, figures = fitting.progress, {}
    if validate is not None:
        fitting.model.eval()
        averaged = nullcontext() if fitting.average is None else fitting.average.given(fitting.bare)
        with torch.no_grad(), averaged:
            figures = validate(fitting.bare)
    score = next(iter(figures.values()), -done.loss_sum)
    fitting.progress = done.after_epoch(score)
    recorder.epoch(
        {
            "epoch": fitting.progress.epoch,
            "step": done.step,
            "train_loss": done.loss_sum / per_epoch,
            "gradient_norm": done.norm_sum / per_epoch,
            "seconds": done.seconds,
            "cpu_seconds": done.cpu_seconds,
            "peak_bytes": fitting.peak.bytes(),
            **figures,
        }
    )
    recorder.save(fitting.checkpoint, best=score > done.best)


def seconds_per_step(
    model: nn.Module, loss: Loss, batches: Batches, settings: TrainingConfig, steps: int = 5
) -> float:
    """Median time of an optimiser step on a copy of the model, after one that warms up."""
    fitting = start(deepcopy(model), batches.per_epoch, settings)
    fitting.model.train()
    times = []
    for batch in islice(batches.draw(0), steps + 1):
        began = time.perf_counter()
        fitting.step(batch, loss)
        times.append(time.perf_counter() - began)
    return statistics.median(times[1:] or times)


def learning_rate(step: int, total: int, settings: TrainingConfig) -> float:
    """The rate of a step: constant, cosine to zero, or one cycle (a tenth of the steps up, cosine down)."""
    if settings.schedule == "constant":
        return settings.learning_rate
    warm = total // 10 if settings.schedule == "one_cycle" else 0
    if step < warm:
        return settings.learning_rate * (step + 1) / warm
    return settings.learning_rate * 0.5 * (1 + math.cos(math.pi * (step - warm) / max(total - warm, 1)))


def non_finite(loss: float, norm: float, progress: Progress, batch: Batch) -> str:
    """The sentence for a loss, or a gradient, that is not a number."""
    what = f"gradient norm is {norm}" if math.isfinite(loss) else f"loss is {loss}"
    ids = batch["ids"].tolist()
    shown = ", ".join(map(str, ids[:8])) + (", …" if len(ids) > 8 else "")
    return (
        f"the {what} at step {progress.step + 1} (epoch {progress.epoch + 1}, batch of ids {shown}); no step "
        f"was taken. Try a lower --training.learning-rate or --training.precision float32, see "
        f"docs/troubleshooting.md#non-finite-loss."
    )


@contextmanager
def stop_requested(also: Callable[[], None] = lambda: None) -> Iterator[Callable[[], bool]]:
    """SIGINT and SIGTERM are remembered, to stop after the running step, and call `also`; a second acts at once."""
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked.is_set
        return
    previous = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def remember(number: int, frame: object) -> None:
        asked.set()
        also()
        signal.signal(number, previous[number])  # type: ignore[arg-type]

    for number in previous:
        signal.signal(number, remember)
    try:
        yield asked.is_set
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
