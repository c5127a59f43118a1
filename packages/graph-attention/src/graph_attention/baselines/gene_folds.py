"""Which genes may not cross folds."""

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from jaxtyping import Int


def linked_genes(named: Sequence[Int[np.ndarray, " _"]], reactions: int) -> Int[np.ndarray, " genes"]:
    """A group for each gene: genes that a chain of shared reactions (hence of shared rules) links are in one.

    Subunits and isoenzymes have the same features and the same label, so that folds that part them are answered
    by remembering.
    """
    gene = np.repeat(np.arange(len(named)), [len(each) for each in named])
    reaction = np.concatenate([np.array([], dtype=np.int64), *named])
    shares = sp.csr_array((np.ones(len(gene)), (gene, reaction)), shape=(len(named), reactions))
    return sp.csgraph.connected_components(shares @ shares.T, directed=False)[1].astype(np.int64)
