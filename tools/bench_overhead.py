"""What each attention kind costs beside the pooled baseline: `uv run tools/bench_overhead.py [--quick] [--json]`.

One thread. FLOPs are those of matrix products and convolutions (torch.utils.flop_counter). Memory is the most that a
step has allocated at once beyond weights, optimiser state and batch (torch.profiler; torch.cuda on a GPU). Times are
CPU seconds, medians of paired and alternating repeats, shown as ratios; the baseline's own ratio shows their noise.
Features are random numbers of the shape that the preset's backbone gives, whole maps for kinds that look at places,
pooled for the others, as in training. Backbones have random weights: they cost what trained ones cost. The backbone's
share is what it would take of a step if nothing were cached.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate
from operator import itemgetter
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save
from torch import Tensor, nn
from torch.profiler import ProfilerActivity, profile
from torch.utils.flop_counter import FlopCounterMode

from perception import Backbone, SmallCNN, freeze, resnet50_untrained
from searchlight import console, load_config
from working_memory import WorkingMemoryModel, create_model, masked_loss, needs_map, task_vector, tasks_of

SCENARIOS = ("stsf", "stmf", "mtmf")
BASELINE = "gru"
KINDS = ("gated_gru", "dual_gated_gru", "attention_gru", "multihead_attention_gru")
HEADS = 4
BACKBONE_FRAMES = 8
PHASES = ("training", "inference")
Step = Callable[[], object]


@dataclass(frozen=True)
class Setting:
    """A preset, and its backbone's output and cost for one frame."""

    preset: str
    config: Any
    shape: tuple[int, int, int]
    seconds: float
    flops: int

    @property
    def frames(self) -> int:
        """Frames in a batch."""
        return self.config.training.batch_size * self.config.tasks.frames


@dataclass(frozen=True)
class Arm:
    """A model, and what one optimiser step and one inference step on a batch do."""

    kind: str
    model: WorkingMemoryModel
    steps: dict[str, Step]


@dataclass(frozen=True)
class Cost:
    """What an arm costs in one phase; ratios are to the baseline."""

    preset: str
    phase: str
    kind: str
    parameters: int
    file_bytes: int
    flops: int
    memory: int
    time_ratio: float
    backbone_share_of_time: float
    backbone_share_of_flops: float
    gpu_time_ratio: float | None = None
    gpu_memory: int | None = None


def seconds(step: Step, device: str = "cpu") -> float:
    """CPU seconds of a step; for a GPU, seconds until it is done."""
    if device == "cpu":
        start = time.process_time()
        step()
        return time.process_time() - start
    torch.cuda.synchronize()
    start = time.perf_counter()
    step()
    torch.cuda.synchronize()
    return time.perf_counter() - start


def paired_ratio(step: Step, reference: Step, repeats: int, device: str = "cpu") -> float:
    """Median ratio of a step's time to that of the reference beside it; which goes first alternates."""
    for warm_up in (step, reference):
        warm_up()
    ratios = []
    for repeat in range(repeats):
        order = (step, reference) if repeat % 2 else (reference, step)
        taken = {each: seconds(each, device) for each in order}
        ratios.append(taken[step] / taken[reference])
    return statistics.median(ratios)


def flops_of(step: Step) -> int:
    """Operations of the matrix products and convolutions in a step."""
    with FlopCounterMode(display=False) as counter:
        step()
    return counter.get_total_flops()


def peak_memory(step: Step) -> int:
    """Most bytes of CPU memory that a step has allocated at once."""
    step()
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiled:
        step()
    with tempfile.TemporaryDirectory() as folder:
        trace = Path(folder) / "trace.json"
        profiled.export_chrome_trace(str(trace))
        events = json.loads(trace.read_text())["traceEvents"]
    changes = sorted((event for event in events if event["name"] == "[memory]"), key=itemgetter("ts"))
    return max(accumulate(change["args"]["Bytes"] for change in changes))


def peak_gpu_memory(step: Step) -> int:
    """Most bytes of GPU memory that a step has allocated at once."""
    step()
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    step()
    return torch.cuda.max_memory_allocated() - before


@torch.no_grad()
def setting_of(preset: str, repeats: int) -> Setting:
    """A preset with what its backbone makes of a frame, and at what cost."""
    config = load_config(f"working_memory/{preset}").config
    backbone = backbone_of(config)
    images = torch.rand(BACKBONE_FRAMES, 3, config.stimuli.size, config.stimuli.size)
    _, *shape = backbone(images).shape
    taken = statistics.median(seconds(lambda: backbone(images)) for _ in range(repeats))
    flops = flops_of(lambda: backbone(images))
    return Setting(preset, config, tuple(shape), taken / len(images), flops // len(images))


def backbone_of(config: Any) -> Backbone:
    """The backbone that a configuration names, with random weights."""
    return freeze(
        resnet50_untrained() if config.backbone.kind == "resnet50" else SmallCNN(config.backbone.channels)
    )


def batch_of(setting: Setting, kind: str) -> tuple[Tensor, Tensor, Tensor]:
    """Features, the scenario's task vectors in turn, and targets."""
    sequences, frames = setting.config.training.batch_size, setting.config.tasks.frames
    channels, height, width = setting.shape
    cells = (height, width) if needs_map(kind) else (1, 1)
    vectors = torch.from_numpy(task_vector(tasks_of(setting.config.tasks)))
    features = torch.randn(sequences, frames, channels, *cells)
    return features, vectors[torch.arange(sequences) % len(vectors)], torch.randint(3, (sequences, frames))


def model_of(setting: Setting, kind: str) -> WorkingMemoryModel:
    """A model of the preset's size; multihead attention has four heads."""
    given = setting.config.model
    return create_model(
        kind,
        hidden_size=given.hidden_size,
        channels=setting.shape[0],
        attention_dim=given.attention_dim,
        heads=HEADS if kind.startswith("multihead") else 1,
    )


def arm_of(setting: Setting, kind: str, device: str = "cpu") -> Arm:
    """A model and its steps, on one batch that stays where the model is."""
    torch.manual_seed(0)
    features, task, targets = (each.to(device) for each in batch_of(setting, kind))
    model = model_of(setting, kind).to(device)
    optimizer = torch.optim.AdamW(model.parameters(), fused=True)

    def train() -> None:
        masked_loss(model(features, task), targets).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)

    @torch.no_grad()
    def infer() -> None:
        model(features, task)

    return Arm(kind, model, {"training": train, "inference": infer})


def costs_of(setting: Setting, repeats: int) -> Iterator[Cost]:
    """What every kind costs in a preset, the baseline first."""
    for kind in (BASELINE, *KINDS):
        arm, baseline = arm_of(setting, kind), arm_of(setting, BASELINE)
        for phase in PHASES:
            yield cost_of(setting, arm, baseline, phase, repeats)


def cost_of(setting: Setting, arm: Arm, baseline: Arm, phase: str, repeats: int) -> Cost:
    """What an arm costs in a phase."""
    step, reference = arm.steps[phase], baseline.steps[phase]
    flops = flops_of(step)
    ratio = paired_ratio(step, reference, repeats)
    taken = statistics.median(seconds(step) for _ in range(repeats))
    return Cost(
        setting.preset,
        phase,
        arm.kind,
        parameters=sum(each.numel() for each in arm.model.parameters()),
        file_bytes=len(save(arm.model.state_dict())),
        flops=flops,
        memory=peak_memory(step),
        time_ratio=ratio,
        backbone_share_of_time=share(setting.seconds * setting.frames, taken),
        backbone_share_of_flops=share(setting.flops * setting.frames, flops),
        **(gpu_cost(setting, arm.kind, phase, repeats) if torch.cuda.is_available() else {}),
    )


def share(part: float, rest: float) -> float:
    """A part of the whole."""
    return part / (part + rest)


def gpu_cost(setting: Setting, kind: str, phase: str, repeats: int) -> dict[str, Any]:
    """Time beside the baseline and peak memory on a GPU."""
    step, reference = (arm_of(setting, each, "cuda").steps[phase] for each in (kind, BASELINE))
    ratio = paired_ratio(step, reference, repeats, "cuda")
    return {"gpu_time_ratio": ratio, "gpu_memory": peak_gpu_memory(step)}


def show(costs: Sequence[Cost]) -> None:
    """One table per phase."""
    columns = ["preset, kind", "parameters", "weights", "MFLOPs", "", "memory", "", "CPU time"]
    columns += ["backbone: time", "FLOPs"] + ["GPU memory", "GPU time"] * torch.cuda.is_available()
    for phase in PHASES:
        found = [cost for cost in costs if cost.phase == phase]
        console.show_table(columns, [row(cost, found) for cost in found], title=f"\n{phase}, one batch")


def row(cost: Cost, costs: Sequence[Cost]) -> list[str]:
    """A cost as cells, with ratios to the baseline of its preset."""
    baseline = next(each for each in costs if (each.preset, each.kind) == (cost.preset, BASELINE))
    cells = [
        f"{cost.preset}, {cost.kind}",
        f"{cost.parameters:,}",
        f"{cost.file_bytes / 2**10:,.0f} KiB",
        f"{cost.flops / 1e6:,.0f}",
        f"{cost.flops / baseline.flops:.2f} ×",
        f"{cost.memory / 2**20:,.1f} MiB",
        f"{cost.memory / baseline.memory:.2f} ×",
        f"{cost.time_ratio:.2f} ×",
        f"{cost.backbone_share_of_time:.2%}",
        f"{cost.backbone_share_of_flops:.2%}",
    ]
    if cost.gpu_memory is not None:
        cells += [f"{cost.gpu_memory / 2**20:,.1f} MiB", f"{cost.gpu_time_ratio:.2f} ×"]
    return cells


def main() -> None:
    """Print the tables, or everything as JSON."""
    parser = argparse.ArgumentParser(description="What each attention kind costs beside the pooled baseline.")
    parser.add_argument("--quick", action="store_true", help="fewer repeats, without the ResNet-50 presets")
    parser.add_argument("--json", action="store_true", help="print for a machine")
    options = parser.parse_args()
    os.environ.setdefault("KINETO_LOG_LEVEL", "99")  # its remarks on a missing GPU say nothing here
    torch.set_num_threads(1)
    backbones = ("",) if options.quick else ("", "_resnet50")
    presets = [scenario + backbone for backbone in backbones for scenario in SCENARIOS]
    repeats = 3 if options.quick else 7
    costs = [cost for preset in presets for cost in costs_of(setting_of(preset, repeats), repeats)]
    if options.json:
        console.show_json([asdict(cost) for cost in costs])
        return
    show(costs)


if __name__ == "__main__":
    main()
