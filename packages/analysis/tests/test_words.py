import json
import subprocess
import sys

import pytest

from analysis import unknown

CALLS = {
    "planted_code('slot')": "kind: expected one of slots, shared rotating, noise, got 'slot'; did you mean slots?",
    "dissimilarities(X, 'cosin')": "metric: expected one of cosine, euclidean, got 'cosin'; did you mean cosine?",
    "dissimilarities(X, 'foo')": "metric: expected one of cosine, euclidean, got 'foo'",
    "representational_similarity(P, P, method='spearmann')": "did you mean spearman?",
    "Directions('lad')": "method: expected one of lda, means, svm, got 'lad'; did you mean lda?",
    "LDA('totl')": "shrinkage: expected one of total, auto, got 'totl'; did you mean total?",
    "LDA(priors='equl')": "priors: expected one of equal, empirical, got 'equl'; did you mean equal?",
    "Logistic(class_weight='balancd')": "class_weight: expected one of balanced, got 'balancd'; did you mean balanced?",
    "Permutation(alternative='greter')": "alternative: expected one of greater, less, two-sided, got 'greter'; "
    "did you mean greater?",
    "null_of(0.0, P, 'x', alternative='lower')": "alternative: expected one of greater, less, two-sided, got 'lower'",
    "mantel(S, S, 'kendall')": "method: expected one of pearson, spearman, got 'kendall'",
    "feature_correlations(P, {'x': P}, 'pearsons')": "did you mean pearson?",
    "feature_correlations(P, [P])": "features: expected features by name ({name: …}), got a list",
    "profile_similarity(X, 'cosne')": "did you mean cosine?",
    "leakage([X], P, P)": "features: expected features by name ({name: …}), got a list",
    "pattern_table([D])": "layers: expected layers of attention by name ({name: …}), got a list",
    "attention_evolution([D, D])": "patterns: expected layers, steps or conditions by name ({name: …}), got a list",
    "AttentionAnalyzer([D])": "layers: expected layers of attention by name ({name: …}), got a list",
    "AttentionAnalyzer({'temporal': D}).head_agreement('temporl')": "did you mean temporal?",
    "AttentionVisualizer([D])": "layers: expected layers of attention by name ({name: …}), got a list",
    "AttentionVisualizer({'temporal': D}).heat_map('temporl')": "did you mean temporal?",
    "AttentionVisualizer({'temporal': D}).distribution('temporal', 'entrpy')": "did you mean entropy?",
}
PROGRAM = """
import json, sys
import numpy as np
from analysis import *
from analysis import AnalysisError, DensePattern, null_of

X, P = np.random.default_rng(0).random((6, 3)), np.arange(6.0)
S, D = np.eye(6), DensePattern(np.full((2, 1, 3, 3), 1 / 3))
said = []
for call in json.loads(sys.argv[1]):
    try:
        said.append(f"returned {eval(call)!r}"[:80])
    except AnalysisError as error:
        said.append(str(error))
    except Exception as error:
        said.append(f"raised {type(error).__name__}: {error}")
print(json.dumps(said))
"""


@pytest.fixture(scope="module")
def said() -> dict[str, str]:
    """What each call says without the type checks of tests, which would refuse the words before."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps(list(CALLS))], capture_output=True, text=True, check=True
    )
    return dict(zip(CALLS, json.loads(done.stdout), strict=True))


@pytest.mark.parametrize("call", CALLS)
def test_a_word_that_is_not_known_is_refused_with_what_is_and_the_nearest(call, said):
    assert not said[call].startswith(("returned", "raised"))
    assert said[call].endswith(CALLS[call])


def test_an_unknown_name_is_answered_with_the_nearest_or_with_all_there_are():
    known = ("transformer", "majority")
    assert (
        unknown("kind of model", "majorty", known)
        == "'majorty' is not a kind of model; did you mean majority?"
    )
    expected = "'xyz' is not a kind of model; expected one of: transformer, majority"
    assert unknown("kind of model", "xyz", known) == expected
