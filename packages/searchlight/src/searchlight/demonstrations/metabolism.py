"""Metabolism: does attention over a network predict growth and fluxes on nutrients that were held out?"""

from searchlight.demonstration import Demonstration, variant


def demonstration(quick: bool) -> Demonstration:
    """Edge attention on the core of E. coli beside baselines, and beside itself without knowing stoichiometry."""
    name = "demo_quick" if quick else "demo"
    preset = f"metabolism/{name}"
    seeds = (0, 1) if quick else (0, 1, 2)
    kinds = {
        "gradient_boosting": "gradient_boosting",
        "ridge": "ridge",
        "knn": "knn",
        "attention": "transformer",
    }
    arms = {arm: variant(preset, arm, {"model.kind": kind}) for arm, kind in kinds.items()}
    blind = variant(preset, "no_stoichiometry", {"model.stoichiometry": False})
    minutes = "under a minute" if quick else "a few minutes"
    return Demonstration(
        name=f"metabolism_{name}",
        command=f"searchlight demo metabolism{' --quick' * quick}",
        said="Growth of E. coli's core network (e_coli_core) on media of one to three carbon sources: label media by\n"
        "flux balance analysis, hold out whole nutrients, train attention over the network's edges and the same\n"
        f"without stoichiometry ({len(seeds)} seeds each), fit baselines; then compare and draw acetate.\n"
        f"This takes {minutes} on two cores, the first time; everything lands in runs/.",
        questions={
            "growth on held-out nutrients": list(arms.values()),
            "what stoichiometry adds": [blind, arms["attention"]],
        },
        seeds=seeds,
        inspected=arms["attention"],
        choice={"medium": "acetate"},
        next_choice={"metabolite": "pyr_c"},
        split="test/nutrient",
        trained_next="metabolism/flux_split",
    )
