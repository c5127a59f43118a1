"""What an arm is, as its configuration says."""

from analysis import Run


def is_network(run: Run) -> bool:
    """Whether it is the network that may be given a support set: no baseline, and none of puzzle embeddings."""
    return run.config().get("model", {}).get("kind", "rlan") == "rlan"


def reads_support(run: Run) -> bool:
    """Whether it is given a support set, pooled or by the cell."""
    return is_network(run) and run.config().get("model", {}).get("context") != "none"
