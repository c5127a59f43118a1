"""What a network does on ARC grids when something is taken away or changed, and what its attention is held against."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from arc_context.truth import any_settled
from searchlight.experiments import arc_deletion, arc_gradients, arc_padding, arc_support
from searchlight.experiments.base import Evaluation

if TYPE_CHECKING:
    from searchlight.experiments.arc import Arc

CONTROLS = ("untrained",)
"""What attention is held against: the same network before any step of training."""
GRADIENTS = "gradients"
PROBES: dict[str, Callable[["Arc", Any], Evaluation]] = {
    "shuffled_support": arc_support.evaluate,
    "deletion": arc_deletion.evaluate,
    GRADIENTS: arc_gradients.evaluate,
    "padding": arc_padding.evaluate,
}
"""What tells whether answers rest on the support and on what is attended of it, and whether padding changes them."""
ALLOWED = {
    "none": ("padding",),
    "film": ("shuffled_support", GRADIENTS, "padding"),
    "cross_attention": tuple(PROBES),
}
"""What can be taken away, by what is known of the support."""


def possible(experiment: "Arc") -> tuple[str, ...]:
    """The interventions that this configuration allows.

    Only a network that is given a support set can be without; gradients are asked where families say what settles a
    test cell.
    """
    config = experiment.config
    if config.model.kind != "rlan":
        return ()
    families = () if config.tasks.source else (*config.families.names, *config.families.held_out)
    told = any_settled(families)
    return (*CONTROLS, *(what for what in ALLOWED[config.model.context] if told or what != GRADIENTS))


def intervene(experiment: "Arc", model: Any, what: str) -> list[Evaluation]:
    """Evaluations under an intervention.

    Raises:
        UsageError: this configuration does not allow it.
    """
    experiment.check_offered(what)
    if what in PROBES:
        return [PROBES[what](experiment, model.eval())]
    untrained = experiment.model().eval()
    return [
        experiment.evaluate_split(untrained, each) for each in experiment.splits if each.startswith("test/")
    ]
