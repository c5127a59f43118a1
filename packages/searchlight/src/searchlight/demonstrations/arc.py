"""ARC grids: does a test pixel that can look support pixels up answer what pooled context cannot?"""

from searchlight.demonstration import Demonstration, variant


def demonstration(quick: bool) -> Demonstration:
    """Cross-attention beside pooled context and none, on colours to be looked up; then beside rules that are fitted."""
    name = "demo_quick" if quick else "demo"
    preset = f"arc/{name}"
    seeds = (0, 1) if quick else (0, 1, 2)
    without = variant(preset, "none", {"model.context": "none"})
    pooled = variant(preset, "film", {"model.context": "film", "model.solver_context": True})
    attention = variant(preset, "cross_attention", {})
    baselines = [variant(preset, kind, {"model.kind": kind}) for kind in ("copy", "symbolic")]
    minutes = "under a minute" if quick else "about three minutes"
    return Demonstration(
        name=f"arc_{name}",
        command=f"searchlight demo arc{' --quick' * quick}",
        said="Which colour becomes which is shown by three or four pairs of grids, and is another one in every task:\n"
        f"train networks that look every support cell up, that hear of them pooled (FiLM), and that hear nothing\n"
        f"({len(seeds)} seeds, equal steps); test them on tasks with fresh colours and on a family that training\n"
        "never showed, beside giving the input back and fitted rules; then tell how much of the attention goes to\n"
        "the cells that settle an answer, after training and before.\n"
        f"This takes {minutes} on two cores, the first time.",
        questions={
            "context": [pooled, without, attention],
            "against rules": [*baselines, attention],
        },
        seeds=seeds,
        inspected=attention,
        choice={},
        next_choice={"split": "test/swap"},
        split="test/seen",
        trained_next="arc/cross_attention",
        pictures=2 if quick else None,
    )
