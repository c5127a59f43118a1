"""What a working-memory model attends to: pictures over its frames, and figures beside their nulls."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import polars as pl
from matplotlib.figure import Figure

from analysis import Drawing, Estimate, attention_over_frames, cluster_estimate, heat_map
from perception import ImageSet
from searchlight.choices import TaskChoice
from searchlight.errors import UsageError, nearest
from searchlight.experiments.base import Evaluation, Inspection
from working_memory import Answer

SPLIT = "test/novel_view"
"""The split that is drawn: familiar objects in views that were never trained on."""
WORDS = {answer.value: answer.name.lower() for answer in Answer}


def inspect(
    images: ImageSet, trained: Evaluation, controls: Mapping[str, Evaluation], choice: TaskChoice
) -> Inspection:
    """Pictures of some sequences of each task, and how attention lies on the object against uniform and the controls.

    Raises:
        UsageError: there is no such task, or the model has neither an attention map nor gates.
    """
    check_looks(trained)
    tasks, everyone = wanted(trained.trials, choice.task), {"trained": trained, **controls}
    if "look/weights" in trained.attention:
        drawings = [
            drawing
            for name in tasks
            for drawing in draw_task(images, trained, controls, name, choice.samples)
        ]
    else:
        drawings = [
            draw_gates(name, each, tasks) for name, each in everyone.items() if "look/gates" in each.states
        ]
    question = "Where does the model look, for each task, and would it look there for no reason?"
    return Inspection(drawings, figures(everyone, tasks), SPLIT, question)


def check_looks(trained: Evaluation) -> None:
    """Raise UsageError for a model that attends to nothing."""
    if "look/weights" not in trained.attention and "look/gates" not in trained.states:
        raise UsageError(
            "this model attends to nothing: it pools every frame. "
            "Train an attention_ or gated_ kind, see docs/troubleshooting.md#no-attention-maps."
        )


def wanted(trials: pl.DataFrame, task: str | None) -> list[str]:
    """Names of the tasks to draw: all, those about one property, or one."""
    return named(trials.select("task", "feature").unique(maintain_order=True).sort("task").rows(), task)


def named(known: Sequence[tuple[str, str]], task: str | None) -> list[str]:
    """The same among names and properties.

    Raises:
        UsageError: there is no such task.
    """
    chosen = [name for name, feature in known if task in (None, name, feature)]
    if not chosen:
        raise UsageError(
            f"{task} is not a task of this run.{nearest(str(task), {word for each in known for word in each})}"
        )
    return chosen


def draw_task(
    images: ImageSet, trained: Evaluation, controls: Mapping[str, Evaluation], task: str, samples: int
) -> Iterator[Drawing]:
    """The first sequences of a task, one drawing per head."""
    groups = trained.trials.filter(pl.col("split") == SPLIT, pl.col("task") == task)["group"].unique().sort()
    heads = trained.attention["look/weights"].shape[1]
    for group in groups[:samples]:
        for head in range(heads):
            figure = draw_sequence(images, trained, controls, group, head)
            suffix = f"-head{head}" if heads > 1 else ""
            yield Drawing(
                f"attention-{task}-{group}{suffix}",
                figure,
                f"{task}, sequence {group} of {SPLIT}{', head ' + str(head) if heads > 1 else ''}: frames, attention, "
                "and the same of the controls.",
                f"{trained.trials['step'].n_unique()} frames of the {task} task with the model's attention over each.",
                "Uniform attention is 1 everywhere; shuffled task and untrained network show what needs no learning.",
            )


def draw_sequence(
    images: ImageSet, trained: Evaluation, controls: Mapping[str, Evaluation], group: int, head: int
) -> Figure:
    """One sequence: frames, answers, attention, controls, entropy and mass on the object."""
    rows = rows_of(trained, group)
    trials = trained.trials[rows]
    shown = [picture(images, row) for row in trials["image"]]
    maps = trained.attention["look/weights"][rows, head]
    heights = {
        name: each.attention["look/weights"][rows_of(each, group), head]
        for name, each in controls.items()
        if each.attention
    }
    cover = None if images.masks is None else np.stack([mask(images, row) for row in trials["image"]])
    area = trained.attention.get("look/object_area", np.zeros(len(trained.trials)))[rows]
    mass = trained.attention.get("look/object_mass", np.zeros((len(trained.trials), head + 1)))[rows, head]
    return attention_over_frames(
        np.stack(shown),
        maps,
        predictions=[WORDS[answer] for answer in trials["prediction"]],
        targets=[WORDS[answer] for answer in trials["target"]],
        entropy=trained.attention["look/entropy"][rows, head],
        mass=mass,
        area=area,
        masks=cover,
        controls={
            "uniform": np.full_like(maps, 1 / maps[0].size),
            **{k.replace("_", " "): v for k, v in heights.items()},
        },
        title=f"{trials['task'][0]}, sequence {group} of {SPLIT}",
    )


def rows_of(evaluation: Evaluation, group: int) -> np.ndarray:
    """Rows of one sequence of the drawn split, in order of time."""
    trials = evaluation.trials.with_row_index("row").filter(
        pl.col("split") == SPLIT, pl.col("group") == group
    )
    return trials.sort("step")["row"].to_numpy()


def picture(images: ImageSet, row: int | None) -> np.ndarray:
    """A frame as height × width × colour; an empty one where nothing was shown."""
    if row is None:
        return np.zeros((*images.size, 3), np.uint8)
    return images.images[row].transpose(1, 2, 0)


def mask(images: ImageSet, row: int | None) -> np.ndarray:
    """Where the object is."""
    assert images.masks is not None
    return np.zeros_like(images.masks[0]) if row is None else images.masks[row]


def figures(everyone: Mapping[str, Evaluation], tasks: list[str]) -> dict[str, Estimate]:
    """Accuracy, normalised entropy and mass on the object, by task, of the trained model and of every control.

    The chance level of the mass is the object's area, that of the entropy the 1 of a uniform map.
    """
    return {
        f"{task}: {figure}, {name}": estimate
        for task in tasks
        for name, evaluation in everyone.items()
        for figure, estimate in task_figures(evaluation, task)
    }


def task_figures(evaluation: Evaluation, task: str) -> Iterator[tuple[str, Estimate]]:
    """The figures of one task, with intervals over sequences."""
    trials = evaluation.trials.with_row_index("row").filter(pl.col("split") == SPLIT, pl.col("task") == task)
    scored, seen = trials.filter("scored"), trials.filter(pl.col("image").is_not_null())
    right = scored["correct"].cast(pl.Float64).to_numpy()
    yield "accuracy", cluster_estimate(right, scored["group"].to_numpy(), chance=0.5)
    rows, groups, stored = seen["row"].to_numpy(), seen["group"].to_numpy(), evaluation.attention
    if "look/entropy" in stored:
        yield "entropy", cluster_estimate(stored["look/entropy"][rows].mean(1), groups, chance=1.0)
    if "look/object_mass" in stored:
        area = float(stored["look/object_area"][rows].mean())
        mass = stored["look/object_mass"][rows].mean(1)
        yield "mass on the object", cluster_estimate(mass, groups, chance=area)


def draw_gates(name: str, evaluation: Evaluation, tasks: list[str]) -> Drawing:
    """Mean gate of every channel in every task."""
    by_task = evaluation.trials["task"].to_numpy()
    gates = np.stack([evaluation.states["look/gates"][by_task == task].mean(0) for task in tasks])
    order, whose = np.argsort(gates.mean(0)), name.replace("_", " ")
    figure = heat_map(
        gates[:, order],
        rows=tasks,
        label=f"gate, {whose}",
        x="channel, from the most closed to the most open",
    )
    return Drawing(
        "gates" if name == "trained" else f"gates-{name}",
        figure,
        f"Mean gate of every channel, by task: {whose}. Gates weigh channels, not places; there is no attention map.",
        f"Heat map of gates of the model ({whose}) for {', '.join(tasks)}.",
        "A gate of 0.5 everywhere is the untrained start; rows that are alike mean that the task changes nothing.",
    )
