import subprocess
import sys
from pathlib import Path

import graph_attention.truth

SLOW = ("torch", "cobra", "sklearn", "torch_geometric", "pandas", "matplotlib", "hypothesis")


def test_importing_the_ground_truth_imports_no_torch_and_no_cobra():
    names = sorted(path.stem for path in Path(graph_attention.truth.__file__).parent.glob("[a-z]*.py"))
    modules = ", ".join(f"graph_attention.truth.{name}" for name in names)
    program = f"import sys, {modules}; print([name for name in {SLOW} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert len(names) > 10
    assert done.stdout.strip() == "[]"
