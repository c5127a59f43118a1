import base64

import numpy as np

from analysis.interactive.coding import coded, plain


def decoded(record, rows):
    codes = np.frombuffer(base64.b64decode(record["bytes"]), np.uint8).reshape(rows, record["columns"])
    return np.where(codes == 255, np.nan, record["low"] + record["step"] * codes)


def test_a_large_matrix_keeps_its_numbers_to_half_a_step_and_its_holes():
    matrix = np.random.default_rng(0).normal(size=(200, 150))
    matrix[3, 4] = np.nan
    record = plain({"z": matrix})["z"]
    half = (np.nanmax(matrix) - np.nanmin(matrix)) / 254 / 2
    found = decoded(record, 200)
    assert np.isnan(found[3, 4])
    assert np.isnan(found).sum() == 1
    assert np.nanmax(np.abs(found - matrix)) <= half * 1.000001


def test_a_flat_and_an_empty_large_matrix_are_read_back():
    assert (decoded(coded(np.full((2, 3), 0.25)), 2) == 0.25).all()
    assert np.isnan(decoded(coded(np.full((2, 3), np.nan)), 2)).all()


def test_small_values_stay_numbers():
    assert plain({"a": np.array([[1.0, np.inf]]), "b": (True, None, "c", np.int64(3))}) == {
        "a": [[1.0, None]],
        "b": [True, None, "c", 3.0],
    }
