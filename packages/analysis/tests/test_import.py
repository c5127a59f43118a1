import subprocess
import sys

HEAVY = ("torch", "scipy", "sklearn", "matplotlib", "polars", "statsmodels", "pandas", "jinja2")


def test_importing_the_package_imports_nothing_heavy():
    program = f"import sys, analysis; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_public_name_is_there():
    import analysis

    assert [name for name in analysis.__all__ if not hasattr(analysis, name)] == []
