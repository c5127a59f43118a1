"""The rungs of tasks that are read: runs of one preset, what solvers make of the same tasks, and rules beside them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf
from pathlib import Path
from types import MappingProxyType

import polars as pl

from analysis import Estimate, Run
from arc_context.scoring.conventions import Right, Scores, gains_of, scores_of
from arc_context.scoring.from_trials import right_of_trials
from arc_context.scoring.score import copied_outputs
from arc_context.solving.solved import Solved, joined
from arc_context.splits import TEST_TASKS, task_splits
from arc_context.tasks.task import Task
from searchlight.arc_ladder import folder_of, keep, over_seeds
from searchlight.arc_ladder_figures import Climbed, Figure, Target
from searchlight.arc_ladder_quantities import trained_for
from searchlight.arc_leaks import refuse_shown
from searchlight.arc_solvers import Plan, identity
from searchlight.arc_solving import TaskTraining
from searchlight.arc_solving_options import VIEWS
from searchlight.arc_submitting import Failed, Kept, Report, solve_all
from searchlight.claiming import train_missing
from searchlight.configuration import Resolved, load_config, with_settings
from searchlight.stock import Stock

PRESET = "arc/arc1"
CONVENTION = "all_outputs"
TEST_TIME = TaskTraining(steps=100, seconds=8.0)
"""Steps on a task's own pairs: as many as there is time for, which leaves two of ten seconds to the votes."""
ALONE = TaskTraining(seconds=8.0)
"""The same for a network that knows nothing before."""
SOLVED = "tasks solved in two attempts"
COPIED, RULES = "by copying the input", "by fitted rules"
IN_CONTEXT, TRAINED, JOINED = (
    "in context",
    "trained on its pairs",
    "one attempt by rules, one trained on its pairs",
)


@dataclass(frozen=True)
class Reading:
    """Runs of one preset, each with the settings of one part, that are tested on parts of some tasks."""

    name: str
    parts: tuple[Mapping[str, object], ...]
    targets: Mapping[str, Target]
    alone: bool = False
    """Whether a network of each task's own is trained as well."""
    one_seed: bool = False
    """Whether the first seed alone is asked."""

    def seeds(self, asked: Sequence[int]) -> Sequence[int]:
        """Those that are meant."""
        return asked[:1] if self.one_seed else asked

    def resolved(self) -> dict[str, Resolved]:
        """The configuration of each part, by what it is called."""
        whole = load_config(PRESET)
        return {
            f"{whole.name.partition('/')[2]}, {', '.join(f'{name} {value}' for name, value in each.items())}": (
                whole.with_config(with_settings(whole.config, dict(each), self.name))
            )
            for each in self.parts
        }


FLOOR = 3 / 400
READINGS = MappingProxyType(
    {
        each.name: each
        for each in (
            Reading(
                "L5",
                tuple({"tasks.fold": fold} for fold in range(5)),
                {IN_CONTEXT: Target(0.08), TRAINED: Target(0.25), JOINED: Target(0.3)},
                alone=True,
            ),
            Reading("L6", ({"tasks.tested": "arc1:evaluation"},), {IN_CONTEXT: Target(FLOOR)}, one_seed=True),
        )
    }
)
"""By rung."""


def stocks_read(rungs: Sequence[str], seeds: Sequence[int], root: Path) -> dict[str, Stock]:
    """What there is of every run that these rungs need."""
    return {
        called: Stock.of(resolved, READINGS[name].seeds(seeds), root)
        for name in rungs
        if name in READINGS
        for called, resolved in READINGS[name].resolved().items()
    }


def climb_read(
    name: str, seeds: Sequence[int], root: Path, report: Report, *, jobs_at_once: int | None = None
) -> Climbed:
    """Train what a rung lacks, solve its tasks by all solvers, put the figures together, and keep them.

    Raises:
        UsageError: a run was trained on a task that it is asked.
    """
    reading = READINGS[name]
    seeds = reading.seeds(seeds)
    stocks = stocks_read([name], seeds, root)
    first = next(iter(stocks))  # it teaches generated families, and the others find what that gave
    train_missing({first: stocks[first]}, seeds, jobs_at_once=jobs_at_once)
    stocks = train_missing(stocks_read([name], seeds, root), seeds, jobs_at_once=jobs_at_once)
    solvers = Solvers(reading, list(stocks.values()), folder_of(root), report, jobs_at_once)
    figures = tuple(solvers.figures())
    return keep(Climbed(name, tuple(seeds), figures, tuple(solvers.notes())), root)


@dataclass
class Solvers:
    """Everything that answers the tasks of a rung, each answer kept in the ladder's folder as soon as it is given."""

    reading: Reading
    stocks: Sequence[Stock]
    folder: Path
    report: Report
    jobs: int | None = None

    @cached_property
    def parts(self) -> tuple[tuple[Task, ...], ...]:
        """The tasks that each run is tested on."""
        found = tuple(tuple(task_splits(each.resolved.config).tasks(TEST_TASKS)) for each in self.stocks)
        for stock, tasks in zip(self.stocks, found, strict=True):
            refuse_shown(stock.runs[0].path, tasks)
        return found

    @cached_property
    def tasks(self) -> tuple[Task, ...]:
        """All of them."""
        return tuple(task for part in self.parts for task in part)

    @cached_property
    def copied(self) -> Right:
        """What giving the input back scores."""
        return copied_outputs(self.tasks)

    @cached_property
    def failed(self) -> list[Failed]:
        """Tasks that were not solved."""
        return []

    @cached_property
    def rules(self) -> dict[str, Solved]:
        """By rules that are fitted to a task's pairs."""
        return self.solved(Plan("symbolic"), self.tasks)

    @cached_property
    def trained(self) -> dict[str, Solved]:
        """By the network of the first seed that was trained without them, after steps on their own pairs."""
        found: dict[str, Solved] = {}
        for stock, tasks in zip(self.stocks, self.parts, strict=True):
            found |= self.solved(Plan("model", stock.runs[0].path.resolve(), TEST_TIME, VIEWS), tasks)
        return found

    @cached_property
    def both(self) -> dict[str, Solved]:
        """By one attempt of each."""
        return {
            name: joined(self.rules[name], each) for name, each in self.trained.items() if name in self.rules
        }

    def solved(self, plan: Plan, tasks: Sequence[Task]) -> dict[str, Solved]:
        """By one plan; of the same plan and tasks nothing is solved twice."""
        mark = identity(plan.document, list(tasks))
        kept = Kept(self.folder / self.reading.name / f"{plan.solver}-{mark}")
        found, failed = solve_all(plan, tasks, kept, self.report, self.jobs)
        self.failed.extend(failed)
        return found

    def right(self, solved: Mapping[str, Solved]) -> Right:
        """Which outputs are right within two attempts; none of a task that failed."""
        return {
            task.name: tuple(map(bool, solved[task.name].right(task)))
            if task.name in solved
            else (False,) * len(task.test)
            for task in self.tasks
        }

    def figures(self) -> Iterator[Figure]:
        """Copies, rules and a network per task first, then ours: as it is, after steps, and beside rules."""
        rules, both = self.right(self.rules), f"{self.arm} and symbolic"
        yield self.scored(COPIED, "copy", scores_of(self.copied), "inductive")
        yield self.scored(RULES, "symbolic", scores_of(rules, self.copied), "inductive")
        if self.reading.alone:
            alone = self.right(self.solved(Plan("task_cnn", training=ALONE), self.tasks))
            yield self.scored(TRAINED, "task_cnn", scores_of(alone, self.copied), "transductive")
        yield self.in_context()
        yield self.training()
        yield self.scored(TRAINED, self.arm, scores_of(self.right(self.trained), self.copied), "transductive")
        yield self.time()
        joint = self.right(self.both)
        yield self.scored(JOINED, both, scores_of(joint, self.copied), "transductive")
        yield self.scored(f"{JOINED}, gain over rules", both, gains_of(joint, rules), "transductive")

    @property
    def arm(self) -> str:
        """The preset without what its parts change."""
        return self.stocks[0].resolved.name.partition("+")[0].partition("/")[2]

    def scored(self, what: str, arm: str, scores: Scores, protocol: str) -> Figure:
        """A score with its interval over tasks."""
        return self.line(what, arm, scores.by_convention()[CONVENTION], f"{scores.tasks} tasks", protocol)

    def line(self, what: str, arm: str, estimate: Estimate, over: str, protocol: str) -> Figure:
        """A line of the table; what is ours has a target."""
        target = self.reading.targets.get(what) if arm.startswith(self.arm) else None
        told = f"{SOLVED}, {what}"
        return Figure(told, arm, estimate, over, target, "", protocol, f"scored {CONVENTION}")

    def in_context(self) -> Figure:
        """What runs have kept: no step on any task; the mean over seeds where there are several."""
        by_seed = [self.of_runs(runs) for runs in zip(*(each.runs for each in self.stocks), strict=True)]
        if len(by_seed) == 1:
            return self.scored(IN_CONTEXT, self.arm, by_seed[0], "inductive")
        values = [each.by_convention()[CONVENTION].value for each in by_seed]
        return self.line(IN_CONTEXT, self.arm, over_seeds(values), f"{len(values)} seeds", "inductive")

    def training(self) -> Figure:
        """What the runs took on the tasks that they are shown, once generated families have been learned."""
        runs = [run for stock in self.stocks for run in stock.runs]
        taken = over_seeds([trained_for(run) for run in runs], bounds=(0.0, inf))
        over, most = f"{len(runs)} training{'s' * (len(runs) > 1)}", Target(120, at_least=False)
        return Figure("CPU seconds of training, after pretraining", self.arm, taken, over, most)

    def of_runs(self, runs: Sequence[Run]) -> Scores:
        """The score of one seed, all parts together."""
        right: dict[str, Sequence] = {}
        for run in runs:
            right |= right_of_trials(run.trials().filter(pl.col("split") == TEST_TASKS))
        return scores_of(right, self.copied)

    def time(self) -> Figure:
        """Of test-time training and its votes."""
        taken = over_seeds([each.seconds for each in self.trained.values()], bounds=(0.0, inf))
        over, most = f"{len(self.trained)} tasks", Target(10, at_least=False)
        return Figure(
            "CPU seconds per task, steps and votes", self.arm, taken, over, most, "", "transductive"
        )

    def notes(self) -> Iterator[str]:
        """What was left out, what failed, and from how many networks what is known."""
        yield from dict.fromkeys(
            said for stock in self.stocks for said in task_splits(stock.resolved.config).left_out
        )
        yield f"test-time training: seed {self.stocks[0].runs[0].seed} alone, up to {TEST_TIME.steps} steps"
        if self.failed:
            yield f"not solved: {', '.join(f'{each.task} ({each.said})' for each in self.failed)}"


def limit_in_words(rungs: Sequence[str], spell: Callable[[float], str]) -> list[str]:
    """How long tasks are solved at most, one after the other, before the votes."""
    said = []
    for name in rungs:
        if name in READINGS:
            parts = [
                task_splits(each.config).tasks(TEST_TASKS) for each in READINGS[name].resolved().values()
            ]
            count = sum(map(len, parts))
            each = (TEST_TIME.seconds or 0.0) + ((ALONE.seconds or 0.0) if READINGS[name].alone else 0.0)
            said.append(
                f"{name}: {count} tasks, on each of which steps are taken for {each:g} CPU seconds at most: "
                f"{spell(count * each)} one after the other, where none is kept yet"
            )
    return said
