import pytest

from analysis import Run, StoreError
from analysis.assays.interventions import Intervened


def test_what_a_network_did_under_an_intervention_is_its_own_by_arm_and_seed(tmp_path):
    changed = Intervened.of(Run(tmp_path / "gated_mtmf" / "seed-3"), "uniform")
    assert changed.path == tmp_path / "gated_mtmf" / "seed-3" / "interventions" / "uniform"
    assert (changed.arm, changed.name, changed.seed, changed.state) == (
        "gated_mtmf",
        "gated_mtmf",
        3,
        "absent",
    )
    changed.begin("model: {kind: gated}", {"intervention": "uniform"})
    assert changed.config() == {"model": {"kind": "gated"}}


def test_the_control_of_a_snapshot_is_of_the_same_network(tmp_path):
    snapshot = Intervened.of(Run(tmp_path / "gated" / "seed-3"), "at-epoch-002")
    control = Intervened.of(snapshot, "untrained")
    assert control.whole == snapshot
    assert (control.arm, control.seed) == ("gated", 3)


def test_elsewhere_it_has_no_seed(tmp_path):
    with pytest.raises(StoreError, match="expected a folder named seed-<number>"):
        Intervened(tmp_path / "a" / "b" / "uniform").seed  # noqa: B018
