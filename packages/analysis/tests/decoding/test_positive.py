"""Systems whose matrix is positive definite."""

import numpy as np
import pytest

from analysis.decoding.positive import solve_positive


@pytest.mark.parametrize("least", [0.5, -0.5], ids=["positive", "made indefinite by rounding"])
def test_a_system_is_solved_as_by_a_general_solver_and_its_matrix_is_left_as_it_was(least):
    rng = np.random.default_rng(0)
    basis = np.linalg.qr(rng.normal(size=(3, 6, 6)))[0]
    matrices = basis @ (np.array([least, 1.0, 2.0, 3.0, 4.0, 5.0])[:, None] * basis.mT)
    lines, before = rng.normal(size=(3, 2, 6)), matrices.copy()
    found = solve_positive(matrices, lines)
    np.testing.assert_allclose(found, np.linalg.solve(matrices, lines.mT).mT, atol=1e-12)
    np.testing.assert_array_equal(matrices, before)
