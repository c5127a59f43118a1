import numpy as np
import pytest
from scipy import sparse

from analysis import AnalysisError
from analysis.figures.pooling import pooled


def by_hand(values: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """Mean of each block, one after the other."""
    return np.array(
        [
            [values[r : r + rows, c : c + columns].mean() for c in range(0, values.shape[1], columns)]
            for r in range(0, values.shape[0], rows)
        ]
    )


@pytest.mark.parametrize("shape", [(7, 5), (6, 10), (25, 3), (3, 26)])
def test_blocks_are_means_also_where_the_last_is_smaller(shape):
    values = np.random.default_rng(0).random(shape)
    small, (rows, columns) = pooled(values, largest=5)
    assert max(small.shape) <= 5
    np.testing.assert_allclose(small, by_hand(values, rows, columns))


def test_a_sparse_matrix_is_pooled_as_the_dense_one():
    values = sparse.random_array((13, 22), density=0.2, rng=np.random.default_rng(1))
    dense, blocks = pooled(values.toarray(), largest=6)
    thin, same = pooled(values, largest=6)
    assert blocks == same
    np.testing.assert_allclose(thin, dense)


def test_a_side_that_fits_is_left_as_it_is():
    small, blocks = pooled(np.arange(24.0).reshape(2, 12), largest=4)
    assert small.shape == (2, 4)
    assert blocks == (1, 3)


def test_what_is_no_number_counts_as_none_and_a_block_of_it_stays_so():
    values = np.array([[1.0, np.nan, np.nan, np.nan]])
    np.testing.assert_array_equal(pooled(values, largest=2)[0], [[1.0, np.nan]])


@pytest.mark.parametrize("shape", [(3,), (0, 3), (2, 2, 2)])
def test_only_a_matrix_is_pooled(shape):
    with pytest.raises(AnalysisError, match="expected a matrix, got the shape"):
        pooled(np.zeros(shape))
