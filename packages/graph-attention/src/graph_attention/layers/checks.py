"""What layers refuse."""

from torch import Tensor

from graph_attention.errors import MetabolicError


def check_heads(dim: int, heads: int) -> None:
    """Check that heads divide the width.

    Raises:
        MetabolicError: if they do not, or there is none.
    """
    if heads < 1 or dim % heads:
        raise MetabolicError(f"expected a dim that {heads} heads divide; got {dim}")


def check_nodes(nodes: Tensor, count: int, dim: int, what: str) -> None:
    """Check that nodes are those of a network.

    Raises:
        MetabolicError: if they are more, fewer or of another width.
    """
    if nodes.ndim < 2 or tuple(nodes.shape[-2:]) != (count, dim):
        raise MetabolicError(
            f"expected nodes [*batch, {count}, {dim}] for {what}; got {list(nodes.shape)}: give metabolites first,"
            " then reactions"
        )
