import json
from dataclasses import dataclass

import pytest

from analysis import (
    Assay,
    Claim,
    Differs,
    Estimate,
    Exceeds,
    Finding,
    Findings,
    Hypothesis,
    Measure,
    Measured,
    Settled,
    Under,
)
from searchlight import stock
from searchlight.claiming import claims_of, settled_from, stocks_for, train_missing
from searchlight.claims_page import NONE_TESTED, left_out
from searchlight.cli import main
from searchlight.controls import control_at
from searchlight.errors import Interrupted, UsageError
from searchlight.experiments import experiment_class
from searchlight.jobs import train_all
from searchlight.runs import run_of

SEEDS = range(5)
SCORE = Measured("signs", "accuracy")


@dataclass(frozen=True)
class Signs(Assay):
    """How often the sign is right."""

    name = "signs"
    question = "How often is the sign right?"
    measures = (Measure("accuracy", chance=0.5),)

    def measure(self, run, controls):
        trials = run.trials()
        value = float((trials["prediction"] == trials["target"]).mean())
        return Findings((Finding("accuracy", Estimate(value, value, value, 48, 0.5)),))


CLAIMS = (
    Hypothesis(
        1,
        "Fast learning helps.",
        "Accuracy, fast − slow in pairs; untrained networks lose it.",
        (
            Differs(
                sentence="accuracy rises",
                arms=("fast", "slow"),
                quantity=SCORE,
                intervention=SCORE - Under("untrained", SCORE),
            ),
            Exceeds(
                sentence="accuracy is above chance",
                arms=("fast",),
                quantity=SCORE,
                level=0.5,
                no_intervention="it is of the whole network",
            ),
        ),
    ),
    Hypothesis(
        7,
        "Wings help.",
        "Accuracy, winged − slow in pairs.",
        (
            Differs(
                sentence="accuracy rises",
                arms=("winged", "slow"),
                quantity=SCORE,
                no_intervention="nothing was made",
            ),
        ),
    ),
)


@pytest.fixture
def claimed(line, monkeypatch):
    """The system `line` with claims about three of its arms."""
    arms = {
        "line/slow": line("line/slow", training={"learning_rate": 1e-5}),
        "line/fast": line("line/fast", training={"learning_rate": 0.3}),
        "line/winged": line("line/winged", training={"learning_rate": 0.2}),
    }
    monkeypatch.setattr(stock, "load_config", arms.__getitem__)
    monkeypatch.setattr(experiment_class("line"), "assays", (Signs(),))
    monkeypatch.setattr(experiment_class("line"), "claims", CLAIMS, raising=False)
    return arms


@pytest.fixture
def trained(claimed, tmp_path):
    """Five networks of the fast and slow arms, none of the winged."""
    jobs = [(claimed[f"line/{arm}"], seed) for arm in ("fast", "slow") for seed in SEEDS]
    train_all(jobs, tmp_path, jobs_at_once=1)
    return tmp_path


def asked(root, *words):
    return ["claims", "line", "--runs", str(root), "--jobs", "1", *words]


def test_claims_are_settled_from_saved_runs_and_what_is_missing_is_said(trained, capsys):
    main(asked(trained))
    shown = capsys.readouterr().out
    assert "missing: winged, seeds 0, 1, 2, 3, 4:" in shown
    assert "not testable: needs 5 seeds of winged" in shown
    assert "true: the statistic is greater than its null, and the intervention bears it out" in shown
    assert "1. Accuracy, fast − slow in pairs; untrained networks lose it." in shown
    assert "7. Accuracy, winged − slow in pairs." in [line.strip() for line in shown.splitlines()]
    record = json.loads((trained / "claims" / "line" / "claims.json").read_text())
    assert [part["verdict"] for each in record["claims"] for part in each["parts"]] == [
        "true",
        "true",
        "not testable",
    ]
    assert record["missing"] == {"winged": [0, 1, 2, 3, 4]}
    page = (trained / "claims" / "line" / "report.html").read_text()
    assert "1a. accuracy rises" in page
    assert (trained / "claims" / "line" / "figures" / "claim-01.png").is_file()


def test_a_claim_that_no_network_answers_has_one_row_and_nothing_is_corrected(claimed, tmp_path, capsys):
    main(asked(tmp_path))
    shown = capsys.readouterr().out
    rows = [line for line in shown.splitlines() if "not testable" in line and "predictions" not in line]
    assert [row.split()[0] for row in rows] == ["1", "7"]
    assert NONE_TESTED in shown


def test_findings_and_interventions_are_made_once_and_the_answer_has_the_same_bytes(trained, capsys):
    main(asked(trained, "--only", "1,1"))
    assert control_at(run_of(stock.load_config("line/fast"), 0, trained), "untrained").state == "complete"
    assert control_at(run_of(stock.load_config("line/slow"), 0, trained), "untrained").state == "absent"
    first = (trained / "claims" / "line-1" / "claims.json").read_bytes()
    capsys.readouterr()
    main(asked(trained, "--only", "1"))
    assert (trained / "claims" / "line-1" / "claims.json").read_bytes() == first
    assert "measured now" not in capsys.readouterr().err
    assert "--only 1" in (trained / "claims" / "line-1" / "report.html").read_text()
    assert not (trained / "claims" / "line").exists()


def test_missing_networks_are_trained_when_asked_and_the_claim_is_then_settled(trained, capsys):
    main(asked(trained, "--only", "7", "--train", "--json"))
    record = json.loads(capsys.readouterr().out)
    assert "missing" in record
    assert record["missing"] == {}
    assert record["seeds"]["winged"] == [0, 1, 2, 3, 4]
    assert record["claims"][0]["parts"][0]["verdict"] == "true"


def test_training_that_was_stopped_goes_on_where_it_was(claimed, tmp_path, monkeypatch):
    hypotheses = claims_of("line", (7,))
    stocks = stocks_for(hypotheses, "line", SEEDS, tmp_path)
    train_all([(claimed["line/winged"], 0), (claimed["line/slow"], 0)], tmp_path, jobs_at_once=1)
    interrupted = experiment_class("line").validate

    def stop_at_seed_2(self, model):
        if self.seed == 2:
            raise Interrupted("stopped")
        return interrupted(self, model)

    monkeypatch.setattr(experiment_class("line"), "validate", stop_at_seed_2)
    with pytest.raises(Interrupted):
        train_missing(stocks, SEEDS, jobs_at_once=1)
    before = stocks_for(hypotheses, "line", SEEDS, tmp_path)
    assert before["winged"].missing == (2, 3, 4)
    monkeypatch.setattr(experiment_class("line"), "validate", interrupted)
    after = train_missing(before, SEEDS, jobs_at_once=1)
    assert [each.missing for each in after.values()] == [(), ()]
    assert len(settled_from(hypotheses, "line", after, jobs_at_once=1)) == 1


def test_fewer_than_five_seeds_settle_nothing_and_measure_nothing(trained, capsys):
    main(asked(trained, "--seeds", "0..3", "--only", "1"))
    shown = capsys.readouterr()
    assert "needs 5 seeds of fast (there are 4) and 5 seeds of slow (there are 4)" in shown.out
    assert not (trained / "line" / "fast" / "seed-0" / "findings").exists()


def test_an_assay_that_a_system_lacks_is_named_in_the_verdict(trained, monkeypatch, capsys):
    monkeypatch.setattr(experiment_class("line"), "assays", ())
    main(asked(trained, "--only", "1"))
    assert "not testable: line has no assay signs" in capsys.readouterr().out


def test_cells_that_did_not_count_are_named_once():
    how = "mean; 1 cells left out, not estimable in every network: n 3"
    claim = Claim("It helps.", Estimate(0.5, 0.4, 0.6, 5, 0.0, how), no_intervention="a count")
    settled = [Settled(label, CLAIMS[0], claim) for label in ("1a", "1b")]
    assert left_out(settled) == ["1a, 1b: 1 cells left out, not estimable in every network: n 3"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--only", "9"], "line makes the claims 1, 7"),
        (["--only", "one"], "expected numbers of claims"),
        (["--seeds", "4..0"], "at least one seed"),
    ],
)
def test_wrong_use_is_one_sentence(claimed, tmp_path, capsys, words, said):
    with pytest.raises(SystemExit) as stopped:
        main(asked(tmp_path, *words))
    assert stopped.value.code == 2
    assert said in capsys.readouterr().err


def test_runs_that_are_not_there_are_one_sentence_and_no_folder_is_made(claimed, tmp_path, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(asked(tmp_path / "nope"))
    assert stopped.value.code == 2
    assert "nope is not a folder" in capsys.readouterr().err
    assert not (tmp_path / "nope").exists()


def test_a_system_without_claims_says_so(line):
    with pytest.raises(UsageError, match="line makes no claims"):
        claims_of("line")


def test_a_run_of_other_settings_is_refused(claimed, line, tmp_path):
    train_all([(line("line/slow", noise=0.5), 0)], tmp_path, jobs_at_once=1)
    with pytest.raises(UsageError, match="other settings"):
        stocks_for(claims_of("line", (7,)), "line", SEEDS, tmp_path)
