from pathlib import Path

import graph_attention.truth
from analysis.testing import loaded_by

SLOW = {"torch", "cobra", "sklearn", "torch_geometric", "pandas", "matplotlib", "hypothesis"}


def test_importing_the_ground_truth_imports_no_torch_and_no_cobra():
    names = sorted(path.stem for path in Path(graph_attention.truth.__file__).parent.glob("[a-z]*.py"))
    assert len(names) > 10
    assert not SLOW & loaded_by(*(f"graph_attention.truth.{name}" for name in names))
