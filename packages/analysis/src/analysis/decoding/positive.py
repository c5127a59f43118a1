"""Systems whose matrix is positive definite, solved with half the work of one that knows no symmetry."""

import numpy as np
from jaxtyping import Float
from scipy.linalg.lapack import dposv  # pyright: ignore[reportAttributeAccessIssue]  # made by f2py


def solve_positive(
    matrices: Float[np.ndarray, "times features features"], lines: Float[np.ndarray, "times lines features"]
) -> Float[np.ndarray, "times lines features"]:
    """A⁻¹ of each line, at every time; a matrix that rounding has made indefinite is solved as a general one."""
    found = np.empty_like(lines)
    factors = matrices.copy()  # LAPACK writes the factor in the matrix's place
    for time, (factor, line) in enumerate(zip(factors, lines, strict=True)):
        _, solved, failed = dposv(factor.T, line.T, overwrite_a=True)
        found[time] = (np.linalg.solve(matrices[time], line.T) if failed else solved).T
    return found
