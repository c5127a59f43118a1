"""One linear program, solved by SciPy's HiGHS."""

from dataclasses import dataclass

import numpy as np
import scipy
from jaxtyping import Float
from scipy.optimize import linprog
from scipy.sparse import csr_array

from graph_attention.errors import MetabolicError

SOLVER = f"HiGHS in SciPy {scipy.__version__}, growth to 1e-9"
TOLERANCE, FINE = 1e-7, 1e-9
"""By how much a bound or a balance may be missed: HiGHS's own, and for what a second program then has to meet."""
OPTIMAL, INFEASIBLE = "optimal", "infeasible"
STATUS = {0: OPTIMAL, 2: INFEASIBLE}


@dataclass(frozen=True)
class Optimum:
    """A solution of min cᵀx, A x = b, lower ≤ x ≤ upper, and how its value answers a change of b and of a bound."""

    status: str
    value: float
    x: Float[np.ndarray, "columns"]
    row_price: Float[np.ndarray, "rows"]
    """∂ value / ∂ b."""
    bound_price: Float[np.ndarray, "columns"]
    """∂ value / ∂ (the bound that x sits at); 0 between the bounds."""


def minimise(
    cost: Float[np.ndarray, "columns"],
    matrix: csr_array,
    rhs: Float[np.ndarray, "rows"],
    lower: Float[np.ndarray, "columns"],
    upper: Float[np.ndarray, "columns"],
    tolerance: float = TOLERANCE,
) -> Optimum:
    """The solution, or NaN everywhere with the status infeasible.

    Raises:
        MetabolicError: the program is unbounded, or the solver gave up.
    """
    bounds = np.column_stack([lower, upper])
    options = {"primal_feasibility_tolerance": tolerance}
    found = linprog(cost, A_eq=matrix, b_eq=rhs, bounds=bounds, method="highs", options=options)
    if found.status not in STATUS:
        raise MetabolicError(f"the solver found no optimum: {found.message}; check the bounds of the network")
    if found.x is None:
        return Optimum(
            INFEASIBLE, np.nan, *(np.full(count, np.nan) for count in (len(cost), len(rhs), len(cost)))
        )
    bound_price = found.lower.marginals + found.upper.marginals
    return Optimum(STATUS[found.status], float(found.fun), found.x, found.eqlin.marginals, bound_price)
