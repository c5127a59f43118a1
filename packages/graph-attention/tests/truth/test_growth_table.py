from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from graph_attention.errors import MetabolicError
from graph_attention.truth.growth_table import GrowthTable
from graph_attention.truth.media import Medium
from graph_attention.truth.medium_set import MediumSet

ROWS = """medium,EX_glc__D_e,ac_e,gln__L,Oxygen,pi_e,growth,replicate
a,1,0,0,1,1,0.50,1
b,0,2,0,1,1,0.20,1
a,1,0,0,1,1,0.54,2
c,0.5,0,1,0,1,0.30,1
a,1,0,0,1,1,0.58,3
"""


@pytest.fixture
def table(e_coli_core, tmp_path):
    def read(text=ROWS, **given):
        (tmp_path / "growth.csv").write_text(text)
        return GrowthTable.read(tmp_path / "growth.csv", e_coli_core, **given)

    return read


@pytest.fixture
def oxygen(e_coli_core):
    row = e_coli_core.metabolites.filter(id="o2_e")["name"].item()
    return ROWS.replace("Oxygen", row)


def test_rows_that_offer_the_same_are_replicates(table, oxygen):
    found = table(oxygen)
    assert found.media.names == ["a", "b", "c"]
    assert found.growth.tolist() == pytest.approx([0.54, 0.2, 0.3])
    assert found.replicates.tolist() == [3, 1, 1]
    assert found.deviation[0] == pytest.approx(np.std([0.5, 0.54, 0.58], ddof=1))
    assert np.isnan(found.deviation[1:]).all()
    assert repr(found) == "GrowthTable(e_coli_core: 3 media, 5 measurements)"
    assert found.summary() == "e_coli_core: 3 media, 5 measurements, 3 with growth"


def test_columns_are_uptakes_and_what_is_in_every_row_is_not_varied(table, oxygen):
    a, b, c = table(oxygen, amount=10.0).media
    assert (a.uptake["EX_glc__D_e"], b.uptake["EX_ac_e"], c.uptake["EX_gln__L_e"]) == (10.0, 20.0, 10.0)
    assert (a.varied, b.varied) == ({"EX_glc__D_e": "C"}, {"EX_ac_e": "C"})
    assert c.varied == {"EX_glc__D_e": "C", "EX_gln__L_e": "C"}
    assert [medium.aerobic for medium in (a, b, c)] == [True, True, False]
    assert a.uptake["EX_pi_e"] == 10.0
    assert a.uptake["EX_nh4_e"] == 1000.0
    assert "EX_glc__D_e" not in b.uptake


def test_media_without_names_are_named_after_what_they_offer(table):
    found = table("glc__D,ac,growth\n1,0,0.5\n1,2,0.6\n0,0,0\n")
    assert found.media.names == ["0000 glc__D", "0001 glc__D + ac", "0002 base"]
    assert found.grows.tolist() == [True, True, False]


def test_a_growth_table_is_split_like_any_media(table):
    names = ["glc__D", "ac", "succ", "fru", "pyr", "akg"]
    lines = [",".join([*names, "growth"])]
    lines += [",".join([*map(str, row), "0.5"]) for row in np.random.default_rng(0).integers(0, 2, (40, 6))]
    found = table("\n".join(lines) + "\n")
    assert isinstance(found.media, MediumSet)
    splits = found.media.split(seed=1)
    away = found.media.held_out(seed=1)
    for row in splits["train"]:
        assert not set(found.media[row].sources()) & {*away.validation, *away.test}
    assert len(splits["test/nutrient"]) > 0
    some = found.take(splits["test/nutrient"])
    assert some.growth.tolist() == found.growth[splits["test/nutrient"]].tolist()
    assert some.flux is None


def test_noise_is_the_variance_that_replicates_leave(table):
    rng = np.random.default_rng(0)
    lines = ["glc__D,ac,growth"]
    truth = rng.normal(3.0, 0.2, 300)
    for row, growth in enumerate(truth):
        lines += [f"{row + 1},1,{growth + rng.normal(0, 0.1)}" for _ in range(4)]
    found = table("\n".join(lines) + "\n")
    residual = ((found.growth - truth) ** 2).mean() / found.growth.var()
    assert found.noise == pytest.approx(residual, rel=0.2)
    assert np.isnan(table("glc__D,growth\n1,0.5\n2,0.6\n").noise)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("glcose,growth\n1,0.5\n", r"column glcose: e_coli_core has no nutrient 'glcose'"),
        (
            "glc__D,growth\n1,0.5\n1,-0.2\n",
            r"row 2, column growth: expected a number of at least 0, got -0.2",
        ),
        ("glc__D,growth\n1,nan\n", r"row 1, column growth: .* got nan"),
        ("glc__D,growth\n1,\n", r"row 1, column growth: .* got nothing"),
        ("glc__D,growth\n-1,0.5\n", r"row 1, column glc__D: .* got -1"),
        ("glc__D,growth\nmuch,0.5\n", r"row 1, column glc__D: .* got much"),
        ("glc__D,growth\ninf,0.5\n", r"row 1, column glc__D: .* got inf"),
        ("glc__D,rate\n1,0.5\n", r"expected a column growth .* got the columns glc__D, rate"),
        ("glc__D,growth\n", r"expected a column growth .* and 0 rows"),
        ("growth\n0.5\n", r"expected a column for each nutrient; got none"),
        ("glc__D,EX_glc__D_e,growth\n1,1,0.5\n", r"two columns are EX_glc__D_e"),
        ("medium,glc__D,growth\na,1,0.5\na,2,0.5\n", r"1 name of a medium occurs twice, the first is a"),
        ("", r"cannot be read as CSV"),
        (
            "glcose,acetat,growth\n1,1,0.5\n",
            r"column glcose: e_coli_core has no nutrient 'glcose', nor 1: acetat; expected",
        ),
        (
            "glc__D,growth\nmuch,-1\n1,0.5\n1,\n",
            r"row 1, column growth: .* got -1; likewise 2: row 1 of glc__D, row 3 of growth$",
        ),
        ("glc__D,glc__D,growth\n1,1,0.5\n", r"two columns are glc__D; leave one out"),
        ("glc__D;growth\n1;0.5\n", r"expected a column growth .* separated by commas"),
        ("glc__D,growth\n1,0.5,7\n", r"cannot be read as CSV: [^\n]+$"),
    ],
)
def test_a_table_that_cannot_be_read_says_where_and_why(table, text, said):
    with pytest.raises(MetabolicError, match=said):
        table(text)


def test_a_base_of_ones_own_is_taken(table):
    found = table("glc__D,growth\n1,0.5\n0,0\n", base=Medium("mine", {"EX_h2o_e": 7.0}))
    assert dict(found.media[0].uptake) == {"EX_h2o_e": 7.0, "EX_glc__D_e": 1.0}


def test_spaces_in_the_head_are_no_part_of_names(table):
    assert table(" glc__D , growth\n1,0.5\n").growth.tolist() == [0.5]


def test_a_folder_is_no_table(e_coli_core, tmp_path):
    (tmp_path / "growth.csv").write_text("glc__D,growth\n1,0.5\n")
    for path in (tmp_path, tmp_path / "*.csv"):
        with pytest.raises(MetabolicError, match="cannot be read as CSV: it is not a file"):
            GrowthTable.read(path, e_coli_core)


def test_a_name_of_two_nutrients_is_no_name(e_coli_core, tmp_path):
    metabolites = e_coli_core.metabolites.with_columns(
        pl.when(pl.col("id").is_in(["ac_e", "glc__D_e"])).then(pl.lit("food")).otherwise("name").alias("name")
    )
    (tmp_path / "growth.csv").write_text("food,growth\n1,0.5\n")
    with pytest.raises(MetabolicError, match="several of that name; give one of EX_ac_e, EX_glc__D_e"):
        GrowthTable.read(tmp_path / "growth.csv", replace(e_coli_core, metabolites=metabolites))
