import polars as pl
import pytest

from graph_attention.errors import MetabolicError
from graph_attention.truth.conditions import (
    condition,
    condition_growths,
    missing_conditions,
    named_conditions,
)


def test_e_coli_core_has_no_lactose_and_says_so(e_coli_core):
    assert named_conditions(e_coli_core).names == ["glucose", "acetate"]
    assert missing_conditions(e_coli_core) == {
        "lactose": "e_coli_core has no exchange of lactose (EX_lcts_e)"
    }
    with pytest.raises(MetabolicError, match="has no exchange of lactose"):
        condition(e_coli_core, "lactose")


def test_an_unknown_condition_is_an_error(e_coli_core):
    with pytest.raises(
        MetabolicError, match="no condition 'honey'; expected one of glucose, acetate, lactose"
    ):
        condition(e_coli_core, "honey")


def test_equal_carbon_is_six_moles_of_acetate_for_two_of_glucose(e_coli_core):
    glucose, acetate = named_conditions(e_coli_core, per="carbon_mole")
    assert (glucose.uptake["EX_glc__D_e"], acetate.uptake["EX_ac_e"]) == (10.0, 30.0)
    assert not condition(e_coli_core, "glucose", aerobic=False).aerobic


def growth_of(table, name, per, aerobic=True):
    rows = table.filter(pl.col("condition") == name, pl.col("per") == per, pl.col("aerobic") == aerobic)
    return rows["growth"].item()


def test_growths_of_the_core_model_are_those_measured_elsewhere(e_coli_core):
    table = condition_growths(e_coli_core)
    assert len(table) == 12
    assert growth_of(table, "glucose", "mole") == pytest.approx(0.8739, abs=1e-4)
    assert growth_of(table, "acetate", "mole") == pytest.approx(0.173, abs=1e-3)
    assert growth_of(table, "lactose", "mole") is None
    assert table.filter(condition="lactose")["status"].unique().to_list() == [
        "e_coli_core has no exchange of lactose (EX_lcts_e)"
    ]


@pytest.mark.slow
def test_growths_of_ijo1366_at_ten_millimoles_are_those_measured_elsewhere(ijo1366):
    table = condition_growths(ijo1366)
    for name, aerobic, growth in [
        ("glucose", True, 0.982),
        ("glucose", False, 0.242),
        ("acetate", True, 0.247),
        ("lactose", True, 1.967),
        ("lactose", False, 0.490),
    ]:
        assert growth_of(table, name, "mole", aerobic) == pytest.approx(growth, abs=6e-4)
    airless = table.filter(condition="acetate", aerobic=False)
    assert airless["status"].unique().to_list() == ["infeasible"]
    assert growth_of(table, "lactose", "carbon_mole") == pytest.approx(0.977, abs=6e-3)
