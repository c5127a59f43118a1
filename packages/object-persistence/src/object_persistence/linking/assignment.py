"""The cheapest matching in which nothing must be matched."""

import numpy as np
from jaxtyping import Float, Int
from scipy.optimize import linear_sum_assignment


def assign(
    cost: Float[np.ndarray, "rows columns"], limit: float
) -> tuple[Int[np.ndarray, " pairs"], Int[np.ndarray, " pairs"]]:
    """Rows and columns of the pairs that minimise what is paired and what is left alone.

        min Σ_pairs c_ij + limit · (min(rows, columns) − pairs)

    What costs `limit` or more, inf included, is never paired. A pair that is capped at the limit costs as much as
    leaving its row and its column alone, so that SciPy's complete matching of capped costs has the same optimum and
    is never infeasible (Crouse 2016 for the algorithm).
    """
    if not cost.size:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    rows, columns = linear_sum_assignment(np.minimum(cost, limit))
    kept = cost[rows, columns] < limit
    return rows[kept], columns[kept]
