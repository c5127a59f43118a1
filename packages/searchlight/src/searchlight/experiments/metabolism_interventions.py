"""What a metabolic model does when something is taken away or changed, and what its attention is held against."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from graph_attention.model.transformer import MetabolicTransformer
from searchlight.errors import UsageError
from searchlight.experiments import (
    metabolism_comparison,
    metabolism_contrasts,
    metabolism_deletion,
    metabolism_explanation,
    metabolism_growth,
    metabolism_scaling,
)
from searchlight.experiments.base import Evaluation

if TYPE_CHECKING:
    from searchlight.experiments.metabolism import Metabolism

CONTROLS = ("untrained",)
"""What attention is held against: the same model before any step of training."""
CONDITIONS = ("conditions", "untrained_conditions")
"""The named conditions, as they are looked at."""
PROBES: dict[str, Callable[["Metabolism", MetabolicTransformer], Evaluation]] = {
    "explanation": metabolism_explanation.explanation,
    "pathways": metabolism_explanation.pathways,
    "deletion": metabolism_deletion.evaluate,
    "contrasts": metabolism_contrasts.evaluate,
    "comparison": metabolism_comparison.evaluate,
    "scaling": metabolism_scaling.evaluate,
}
"""What tells whether attention matters, what it follows, and what it costs."""
GROWTH = "named_growth"


def possible(experiment: "Metabolism") -> tuple[str, ...]:
    """The interventions that this configuration allows: a baseline has no attention, no layers none along edges."""
    if experiment.is_baseline:
        return (GROWTH,)
    probes = PROBES if experiment.config.model.attends_along_edges else ()
    return (*CONTROLS, *CONDITIONS, *probes, GROWTH)


def intervene(experiment: "Metabolism", model: MetabolicTransformer, what: str) -> list[Evaluation]:
    """Evaluations under an intervention.

    Raises:
        UsageError: this configuration does not allow it.
    """
    if what in PROBES and not (experiment.is_baseline or experiment.config.model.attends_along_edges):
        raise UsageError(f"{what} is of attention along edges; model.layers 0 has none. Give it layers.")
    experiment.check_offered(what)
    if what == GROWTH:
        return [metabolism_growth.evaluate(experiment, model)]
    if what in PROBES:
        return [PROBES[what](experiment, model.eval())]
    other = metabolism_explanation.untrained(experiment) if what.startswith("untrained") else model
    if what in CONDITIONS:
        from searchlight.experiments import metabolism_conditions  # what is looked at is nobody else's

        return [metabolism_conditions.condition_maps(experiment, other.eval())]
    return [experiment.evaluate_split(other, s) for s in experiment.splits if s.startswith("test/")]
