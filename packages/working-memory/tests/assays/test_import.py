import subprocess
import sys

SLOW = ("torch", "matplotlib", "plotly", "sklearn", "pandas", "networkx", "jinja2")


def test_importing_the_assays_imports_no_figures_and_no_estimators():
    program = f"import sys, working_memory.assays; print([name for name in {SLOW} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
