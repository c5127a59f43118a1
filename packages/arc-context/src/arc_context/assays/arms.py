"""What an arm is, as its configuration says."""

from analysis import Run
from arc_context.truth import any_settled


def is_network(run: Run) -> bool:
    """Whether it is the network that may be given a support set: no baseline, and none of puzzle embeddings."""
    return run.config().get("model", {}).get("kind", "rlan") == "rlan"


def reads_support(run: Run) -> bool:
    """Whether it is given a support set, pooled or by the cell."""
    return is_network(run) and run.config().get("model", {}).get("context") != "none"


def knows_what_settles(run: Run) -> bool:
    """Whether its tasks are of families that say which support cells settle a test cell."""
    config = run.config()
    if config.get("tasks", {}).get("source"):
        return False
    families = config.get("families", {})
    return any_settled([*families.get("names", ()), *families.get("held_out", ())])
