"""Persistence: does attention between detections tell what lasts, and does it attend to that?"""

from searchlight.demonstration import Demonstration, variant


def demonstration(quick: bool) -> Demonstration:
    """Attention beside gradient boosting, a rule on length and the commoner answer; given time, supervised as well."""
    name = "demo_quick" if quick else "demo"
    preset = f"persistence/{name}"
    seeds = (0, 1) if quick else (0, 1, 2)
    kinds = ("gradient_boosting", "link_length", "majority")
    baselines = [variant(preset, kind, {"model.kind": kind}) for kind in kinds]
    attention = variant(preset, "attention", {})
    questions = {"against baselines": [*baselines, attention]}
    if not quick:
        supervised = variant(preset, "supervised", {"loss.margin": 1.0, "loss.ratio": 12.0})
        questions["attention told where to go"] = [attention, supervised]
    minutes = "under a minute" if quick else "about three minutes"
    return Demonstration(
        name=f"persistence_{name}",
        command=f"searchlight demo persistence{' --quick' * quick}",
        said="Which blobs of a clip last: make clips in which one picture tells nothing, detect and link the blobs,\n"
        f"train attention between detections ({len(seeds)} seeds), hold it against gradient boosting on linked\n"
        "tracks, their length and the commoner answer; then test it under conditions that it was never shown, and\n"
        "tell how much of the attention goes to what lasts.\n"
        f"This takes {minutes} on two cores, the first time.",
        questions=questions,
        seeds=seeds,
        inspected=attention,
        choice={},
        next_choice={"condition": "gap4"},
        split="test/same",
        trained_next="persistence/tracks",
        pictures=2 if quick else None,
    )
