"""Metabolism: does attention over a network predict growth and fluxes on nutrients that were held out?"""

from searchlight.demonstration import Demonstration, variant


def demonstration(quick: bool) -> Demonstration:
    """Attention on the core of E. coli beside baselines, its steps untrained and, given time, without these steps."""
    name = "demo_quick" if quick else "demo"
    preset = f"metabolism/{name}"
    seeds = (0, 1) if quick else (0, 1, 2)
    kinds = ("gradient_boosting", "ridge", "knn", "unrolled")
    arms = {kind: variant(preset, kind, {"model.kind": kind}) for kind in kinds}
    attention = variant(preset, "attention", {})
    questions = {
        "against baselines": [arms["gradient_boosting"], arms["ridge"], arms["knn"], attention],
        "what training adds": [arms["unrolled"], attention],
    }
    if not quick:
        # To project is no optimisation, and needs fewer steps.
        steps = dict.fromkeys(("model.draft_steps", "model.projection_steps"), 40)
        changes = {"model.solver": "project", "training.learning_rate": 0.005, **steps}
        alone = variant(preset, "projection", changes)
        questions["without the steps"] = [arms["knn"], alone]
    minutes = "under a minute" if quick else "a few minutes"
    return Demonstration(
        name=f"metabolism_{name}",
        command=f"searchlight demo metabolism{' --quick' * quick}",
        said="Growth of E. coli's core network on media of one or two carbon sources: label media by flux balance\n"
        f"analysis (FBA), hold out whole nutrients, train attention over the network ({len(seeds)} seeds), hold it\n"
        "against baselines and the untrained steps towards fastest growth that it contains; then compare, and draw\n"
        "where it looks on acetate.\n"
        f"This takes {minutes} on two cores, the first time.",
        questions=questions,
        seeds=seeds,
        inspected=attention,
        choice={"medium": "acetate"},
        next_choice={"metabolite": "pyr_c"},
        split="test/nutrient",
        trained_next="metabolism/flux_split",
        pictures=2 if quick else None,
    )
