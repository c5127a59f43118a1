"""Escher gets one value, or two to compare, for each id that it may find on a map."""

import csv
import io
import json
from dataclasses import replace

import numpy as np
import pytest

from graph_attention import MetabolicError
from graph_attention.pictures.escher import escher_csv, escher_files, escher_json

IDS = ["PGI", "PFK", "FBA"]


def test_one_data_set_is_an_object_and_two_are_a_list_of_two():
    assert json.loads(escher_json(IDS, np.array([1.0, -2.5, 0.0]))) == {"PGI": 1.0, "PFK": -2.5, "FBA": 0.0}
    both = json.loads(escher_json(IDS, np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0, 6.0])))
    assert both == [{"PGI": 1.0, "PFK": 2.0, "FBA": 3.0}, {"PGI": 4.0, "PFK": 5.0, "FBA": 6.0}]


def test_a_table_has_a_header_a_column_of_ids_and_one_or_two_of_values():
    rows = list(
        csv.reader(io.StringIO(escher_csv(IDS, {"glucose": np.arange(3.0), "acetate": -np.arange(3.0)})))
    )
    assert rows[0] == ["ID", "glucose", "acetate"]
    assert [(name, float(a), float(b)) for name, a, b in rows[1:]] == [
        ("PGI", 0, 0),
        ("PFK", 1, -1),
        ("FBA", 2, -2),
    ]


def test_what_is_not_known_is_left_out_and_zero_has_no_sign():
    values = np.array([np.nan, -0.0, np.inf])
    assert json.loads(escher_json(IDS, values)) == {"PFK": 0.0}
    assert "-" not in escher_json(IDS, values)
    assert escher_csv(IDS, {"a": values}) == "ID,a\nPFK,0.0\n"


def test_three_data_sets_and_missing_values_are_refused():
    with pytest.raises(MetabolicError, match="one or two data sets, got 3"):
        escher_json(IDS, *np.zeros((3, 3)))
    with pytest.raises(MetabolicError, match="one value for each of 3 ids, got 2"):
        escher_csv(IDS, {"a": np.zeros(2)})


def test_every_medium_and_every_two_have_their_files(core_seen):
    seen = replace(core_seen, shadow_price=np.ones((2, 72)))
    found = escher_files(seen)
    stems = {name.rpartition(".")[0] for name in found}
    assert {
        "reaction_data-flux-glucose",
        "reaction_data-flux-glucose-acetate",
        "reaction_data-attention-acetate",
        "metabolite_data-shadow_price-glucose",
    } <= stems
    assert all(f"{stem}{kind}" in found for stem in stems for kind in (".json", ".csv"))
    flux = json.loads(found["reaction_data-flux-glucose-acetate.json"])
    at = seen.graph.reaction_index["PGI"]
    assert [each["PGI"] for each in flux] == pytest.approx(seen.flux[:, at].tolist(), rel=1e-5)
    assert set(flux[0]) == set(seen.graph.reactions["id"])
