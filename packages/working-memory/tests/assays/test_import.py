from analysis.testing import loaded_by

SLOW = {"torch", "matplotlib", "plotly", "sklearn", "pandas", "networkx", "jinja2"}


def test_importing_the_assays_imports_no_figures_and_no_estimators():
    assert not SLOW & loaded_by("working_memory.assays")
