"""What training recorded, what attention was stored, what a layer costs and how fast named conditions grow."""

import json

import numpy as np
import polars as pl
import pytest
from scipy import stats

from analysis import Run
from graph_attention.assays.attention import Attention, changes, effective
from graph_attention.assays.learning import Learning
from graph_attention.assays.named_growth import NamedGrowth
from graph_attention.assays.scaling import Scaling

MEDIA, NODES = 10, 40
RNG = np.random.default_rng(0)


def rows(**columns):
    count = len(next(iter(columns.values())))
    plain = {
        "split": "test/nutrient",
        "group": "one",
        "step": 0,
        "target": 0.0,
        "prediction": 0.0,
        "score": 0.0,
    }
    plain |= {"item": [str(number) for number in range(count)]}
    return pl.DataFrame(
        {**{k: v if isinstance(v, list) else [v] * count for k, v in plain.items()}, **columns}
    )


@pytest.fixture
def recorded(tmp_path):
    """A run with a training record."""

    def made(curve=(0.5, 0.92, 0.95), parameters=120):
        run = Run(tmp_path / f"arm-{len(list(tmp_path.iterdir()))}" / "seed-0")
        run.begin("system: metabolism", {"data_hash": "planted", "parameters": parameters})
        lines = ""
        for epoch, reached in enumerate(curve, 1):
            record = {"kind": "epoch", "epoch": epoch, "step": 10 * epoch, "train_loss": 1 / epoch}
            record |= {"growth_q2": reached, "cpu_seconds": 2.0 * epoch, "peak_bytes": 100 + epoch}
            lines += json.dumps(record) + "\n"
        (run.path / "metrics.jsonl").write_text(lines)
        return run

    return made


def test_learning_finds_when_the_criterion_is_reached(recorded):
    found = Learning().measure(recorded(), {})
    assert found.estimate("steps_to_90").value == 20
    assert found.estimate("final_validation").value == 0.95
    assert [each.name for each in Learning().draw({"arm": [found]})] == ["learning"]


def test_an_evaluation_that_was_not_trained_is_not_asked(tmp_path):
    assert Learning().missing(Run(tmp_path / "seed-0")) == "its training is not recorded here"


@pytest.fixture
def attending(tmp_path):
    def made(inflow, entropy=None):
        run = Run(tmp_path / "arm" / f"seed-{len(list(tmp_path.glob('arm/*')))}")
        run.begin("system: metabolism", {"data_hash": "planted"})
        entropy = np.full_like(inflow, 0.5) if entropy is None else entropy
        run.write_evaluation(
            rows(group=[str(n // 2) for n in range(MEDIA)]),
            {},
            {"layer1/inflow": inflow.astype(np.float16), "layer1/entropy": entropy.astype(np.float16)},
        )
        return run

    return made


def test_attention_that_hears_of_the_medium_is_told_from_one_that_does_not(attending):
    same = Attention().measure(attending(np.tile(RNG.random(NODES), (MEDIA, 1))), {})
    other = Attention().measure(attending(RNG.random((MEDIA, NODES))), {})
    cell = {"split": "test/nutrient", "layer": "layer1"}
    assert same.estimate("inflow_change", **cell).value == pytest.approx(0, abs=1e-6)
    assert other.estimate("inflow_change", **cell).value == pytest.approx(1, abs=0.3)
    assert same.estimate("attention_entropy", **cell).value == pytest.approx(0.5)
    assert [each.name for each in Attention().draw({"arm": [same]})] == ["attention-by-layer"]


def test_effective_nodes_are_all_where_all_receive_alike_and_one_where_one_does():
    one = np.zeros((1, NODES))
    one[0, 3] = 7.0
    np.testing.assert_allclose(effective(np.vstack([np.ones((1, NODES)), one])), [1, 1 / NODES])


def test_changes_are_one_less_scipys_correlation():
    inflow = RNG.random((2, NODES))
    np.testing.assert_allclose(changes(inflow), 1 - stats.spearmanr(*inflow).statistic)


def scaled(exponent):
    copies = [1, 2, 4, 8] * 3
    noise = 1 + 0.2 * RNG.random(len(copies))
    noise[:4] = 1.0
    seconds = [1e-3 * size**exponent * extra for size, extra in zip(copies, noise, strict=True)]
    columns = {"copies": copies, "edges": [900 * each for each in copies], "seconds": seconds}
    return rows(bytes=[64 * 900 * each for each in copies], **columns)


@pytest.mark.parametrize("exponent", [1.0, 2.0])
def test_the_exponent_is_that_of_the_fastest_runs(stored, exponent):
    run = stored(scaled(exponent))
    found = Scaling().measure(run, {"scaling": run})
    assert found.estimate("time_exponent").value == pytest.approx(exponent)
    assert found.estimate("memory_exponent").value == pytest.approx(1.0)
    assert found.notes == ("scaling: ×1: 900 edges, ×2: 1,800 edges, ×4: 3,600 edges, ×8: 7,200 edges",)
    assert [each.name for each in Scaling().draw({"arm": [found]})] == ["scaling"]


def test_named_growth_tells_uptake_beside_growth_and_what_is_not_exchanged(stored):
    table = rows(
        condition=["glucose", "acetate"], uptake=["per mole"] * 2, amount=[10.0, 10.0], target=[0.87, 0.17]
    )
    run = stored(table)
    found = NamedGrowth().measure(run, {"named_growth": run})
    assert found.estimate("fba_growth", condition="acetate", uptake="per mole").value == 0.17
    assert "glucose 10 mmol/gDW/h (per mole): 0.870/h" in found.notes[0]
    assert found.notes[1] == "the network does not exchange: lactose"
    assert [each.name for each in NamedGrowth().draw({"arm": [found]})] == ["growth-per-mole"]
