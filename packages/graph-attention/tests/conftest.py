from functools import cache
from pathlib import Path

import numpy as np
import pytest

from graph_attention.network.bundled import BUNDLED
from graph_attention.network.graph import MetabolicGraph


def toy_graph() -> MetabolicGraph:
    """Sugar or acid to biomass, by two routes for the sugar; one reaction runs both ways and one leads nowhere.

    EX_sugar: → sugar_e    EX_acid: → acid_e     TS: sugar_e → sugar_c   TA: acid_e ↔ acid_c
    SPLIT: sugar_c → 2 acid_c   SKIP: sugar_c → acid_c + gas_e   EX_gas: gas_e →
    GROW: acid_c → biomass_c    OUT: biomass_c →                 DEAD: acid_c → waste_c
    """
    metabolites = {
        "id": ["sugar_e", "acid_e", "gas_e", "sugar_c", "acid_c", "biomass_c", "waste_c"],
        "name": ["sugar", "acid", "gas", "sugar", "acid", "biomass", "waste"],
        "formula": ["C2H4O2", "CH2O", "CH2O", "C2H4O2", "CH2O", "CH2O", "CH2O"],
        "charge": [0] * 7,
        "compartment": ["e", "e", "e", "c", "c", "c", "c"],
    }
    equations = {
        "EX_sugar": {"sugar_e": -1},
        "EX_acid": {"acid_e": -1},
        "EX_gas": {"gas_e": -1},
        "TS": {"sugar_e": -1, "sugar_c": 1},
        "TA": {"acid_e": -1, "acid_c": 1},
        "SPLIT": {"sugar_c": -1, "acid_c": 2},
        "SKIP": {"sugar_c": -1, "acid_c": 1, "gas_e": 1},
        "GROW": {"acid_c": -1, "biomass_c": 1},
        "OUT": {"biomass_c": -1},
        "DEAD": {"acid_c": -1, "waste_c": 1},
    }
    stoichiometry = np.zeros((7, 10))
    for column, equation in enumerate(equations.values()):
        for name, coefficient in equation.items():
            stoichiometry[metabolites["id"].index(name), column] = coefficient
    reactions = {
        "id": list(equations),
        "subsystem": ["", "", "", "transport", "transport", "splitting", "splitting", "growth", "growth", ""],
        "lower": [-10.0, 0.0, 0.0, 0.0, -1000.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        "objective": [0.0] * 8 + [1.0, 0.0],
        "gene_rule": ["", "", "", "g1 or g2", "g3", "g1 and (g4 or g5)", "g5", "g6", "", ""],
    }
    return MetabolicGraph.from_arrays("toy", stoichiometry, metabolites, reactions)


@pytest.fixture(scope="session")
def toy():
    return toy_graph()


@pytest.fixture(scope="session")
def e_coli_core():
    return MetabolicGraph.bundled("e_coli_core")


@pytest.fixture(scope="session")
def ijo1366():
    return MetabolicGraph.bundled("iJO1366")


@pytest.fixture(scope="session")
def iys1720():
    return MetabolicGraph.bundled("iYS1720")


@pytest.fixture(scope="session")
def cobra_model():
    """A bundled model as COBRApy itself reads it; use it as a context, which takes changes back."""
    cobra = pytest.importorskip("cobra")

    @cache
    def read(name: str):
        return cobra.io.read_sbml_model(str(Path(cobra.__file__).parent / "data" / BUNDLED[name]))

    return read
