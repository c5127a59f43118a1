"""Working memory: do channel gates and spatial attention beat a pooled baseline?"""

from searchlight.demonstration import Demonstration, variant


def demonstration(quick: bool) -> Demonstration:
    """Pooled baseline, channel gates and spatial attention on all nine tasks, and a control with one feature."""
    name = "demo_quick" if quick else "demo"
    preset = f"working_memory/{name}"
    kinds = {"baseline": "gru", "gated": "gated_gru", "attention": "attention_gru"}
    arms = {kind: variant(preset, f"mtmf_{kind}", {"model.kind": value}) for kind, value in kinds.items()}
    settings = {kind: {"model.kind": kinds[kind], "tasks.scenario": "stsf"} for kind in ("baseline", "gated")}
    control = [variant(preset, f"stsf_{kind}", changed) for kind, changed in settings.items()]
    minutes = "about a minute" if quick else "about four minutes"
    return Demonstration(
        name=name,
        command="searchlight demo --quick" if quick else "searchlight demo",
        said="N-back on rendered objects: render stimuli, prepare a small backbone, train a pooled baseline, channel\n"
        "gates and spatial attention (3 seeds each, all nine tasks), and a control with one feature where attention\n"
        "should not win; then compare and draw.\n"
        f"This takes {minutes} on two cores, the first time.",
        questions={"all nine tasks": list(arms.values()), "control, one feature": control},
        seeds=(0, 1, 2),
        inspected=arms["attention"],
        choice={"task": "identity-2back" if quick else "identity"},
        next_choice={"task": "identity", "samples": 3},
        split="test/novel_view",
        trained_next="working_memory/gated_mtmf",
    )
