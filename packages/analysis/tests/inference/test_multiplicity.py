import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import AnalysisError, benjamini_hochberg, holm

families = st.lists(st.integers(0, 1000).map(lambda x: x / 1000), min_size=1, max_size=12)
CORRECTIONS = pytest.mark.parametrize(
    ("ours", "method"), [(holm, "holm"), (benjamini_hochberg, "fdr_bh")], ids=["holm", "fdr"]
)


@CORRECTIONS
@given(p_values=families)
def test_corrections_agree_with_statsmodels_and_pingouin(ours, method, p_values):
    from pingouin import multicomp
    from statsmodels.stats.multitest import multipletests

    np.testing.assert_allclose(ours(p_values), multipletests(p_values, method=method)[1])
    np.testing.assert_allclose(ours(p_values), multicomp(p_values, method=method)[1])


def test_holm_agrees_with_the_procedure_written_out():
    # 0.01·4, max(0.02·3, …), max(0.03·2, …), max(0.04·1, …), as in Holm (1979)
    np.testing.assert_allclose(holm([0.03, 0.01, 0.04, 0.02]), [0.06, 0.04, 0.06, 0.06])


def test_benjamini_hochberg_agrees_with_the_procedure_written_out():
    # min over k ≥ rank of p_k · 4 / k
    np.testing.assert_allclose(benjamini_hochberg([0.03, 0.01, 0.5, 0.02]), [0.04, 0.04, 0.5, 0.04])


@CORRECTIONS
def test_what_was_not_tested_is_not_counted(ours, method):
    found = ours([0.03, np.nan, 0.01])
    np.testing.assert_allclose(found[[0, 2]], ours([0.03, 0.01]))
    assert np.isnan(found[1])
    assert np.isnan(ours([np.nan])).all()
    assert ours([]).size == 0


@CORRECTIONS
@pytest.mark.parametrize("wrong", [-0.1, 1.1, np.inf])
def test_what_is_no_probability_is_refused(ours, method, wrong):
    with pytest.raises(AnalysisError, match=f"within \\[0, 1\\], got {wrong}"):
        ours([0.5, wrong])
