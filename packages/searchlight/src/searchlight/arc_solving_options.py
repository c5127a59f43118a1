"""What `arc solve` and `arc submit` have in common: who answers, and how. Imports no torch."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import tyro

from searchlight.options import Place

if TYPE_CHECKING:
    from searchlight.arc_solvers import Plan

VIEWS = 16
"""That vote, where no other number is asked for."""
Seconds = Annotated[float | None, tyro.conf.arg(metavar="FLOAT", help_behavior_hint="")]


@dataclass(frozen=True, kw_only=True)
class SolvingOptions:
    """Flags that say who answers tasks."""

    run: Place = None
    """A run of arc, or one of its checkpoints; the demo's model, trained once, when not given."""
    solver: str = "model"
    """model; union: one attempt of rules, one of the model; task_cnn: a network that is trained on the task alone;
    or a baseline: copy, geometry, colour_map, patch_lookup, symbolic."""
    test_time_steps: int = 0
    """Gradient steps on a task's own train pairs before it is answered."""
    test_time_seconds: Seconds = None
    """CPU time after which no further step is begun."""
    views: int = VIEWS
    """Turned, mirrored and recoloured views that vote."""
    leaks: bool = False
    """Answer even tasks that the run was trained on, and all of joined sources that share some."""

    def plan(self) -> "Plan":
        """The same as a plan, checked.

        Raises:
            UsageError: what cannot be meant.
        """
        from searchlight.arc_solvers import Plan
        from searchlight.arc_solving import TaskTraining

        training = TaskTraining(steps=self.test_time_steps, seconds=self.test_time_seconds)
        plan = Plan(self.solver, self.run, training, self.views)
        plan.check()
        return plan
