"""What `searchlight demo` shows of each system. Imports no torch, so that it can be said at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from searchlight.configuration import Resolved, load_config, with_settings
from searchlight.errors import UsageError, nearest


@dataclass(frozen=True)
class Demonstration:
    """A few questions, each with the arms that answer it, the baseline first."""

    name: str
    said: str
    questions: Mapping[str, Sequence[Resolved]]
    seeds: Sequence[int]
    inspected: Resolved
    choice: Mapping[str, Any]
    """What of the inspected arm is drawn."""
    split: str

    @property
    def arms(self) -> list[Resolved]:
        """Every arm once."""
        return list({arm.name: arm for arms in self.questions.values() for arm in arms}.values())


def demonstration_of(system: str, *, quick: bool) -> Demonstration:
    """The demonstration of a system.

    Raises:
        UsageError: there is no such system.
    """
    known = {"working_memory": working_memory}
    if system not in known:
        raise UsageError(f"{system} has no demo.{nearest(system, known)}")
    return known[system](quick)


def working_memory(quick: bool) -> Demonstration:
    """Pooled baseline, channel gates and spatial attention on all nine tasks, and a control with one feature."""
    name = "demo_quick" if quick else "demo"
    kinds = {"baseline": "gru", "gated": "gated_gru", "attention": "attention_gru"}
    arms = {kind: arm(name, f"mtmf_{kind}", {"model.kind": value}) for kind, value in kinds.items()}
    settings = {kind: {"model.kind": kinds[kind], "tasks.scenario": "stsf"} for kind in ("baseline", "gated")}
    control = [arm(name, f"stsf_{kind}", changed) for kind, changed in settings.items()]
    minutes = "about a minute" if quick else "about four minutes"
    return Demonstration(
        name,
        "N-back on rendered objects: render stimuli, prepare a small backbone, train a pooled baseline, channel\n"
        "gates and spatial attention (3 seeds each, all nine tasks), and a control with one feature where attention\n"
        "should not win; then compare and draw.\n"
        f"This takes {minutes} on two cores, the first time; everything lands in runs/.",
        {"all nine tasks": list(arms.values()), "control, one feature": control},
        (0, 1, 2),
        arms["attention"],
        {"task": "identity-2back" if quick else "identity"},
        "test/novel_view",
    )


def arm(preset: str, name: str, settings: dict) -> Resolved:
    """A variant of a preset under a name of its own."""
    resolved = load_config(f"working_memory/{preset}")
    config = with_settings(resolved.config, settings, preset)
    return replace(resolved, name=f"working_memory/{preset}_{name}", config=config)
