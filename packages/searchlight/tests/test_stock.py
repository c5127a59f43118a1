import pytest

from searchlight.experiments import arms
from searchlight.jobs import train_all
from searchlight.stock import Stock, duration_of, show_missing, spell


def test_the_time_of_what_is_missing_is_that_of_saved_runs(line, tmp_path):
    plain = line()
    (run,) = train_all([(plain, 7)], tmp_path, jobs_at_once=1)
    found = duration_of(Stock.of(plain, (0, 1), tmp_path))
    assert found.seconds == pytest.approx(run.metrics()["seconds"].max())
    assert found.how == "as 1 saved run took"


def test_without_a_saved_run_some_steps_are_timed(line, tmp_path, monkeypatch):
    monkeypatch.setattr(arms, "seconds_per_step", lambda *given: 0.5)
    found = duration_of(Stock.of(line(), (0,), tmp_path))
    assert found.seconds == pytest.approx(3 * 3 * 0.5)
    assert found.how == "9 steps as fast as five that were timed"


def test_a_run_that_has_begun_is_missing_in_part(line, tmp_path):
    stopped = line(training={"epochs": 2})
    train_all([(stopped, 0)], tmp_path, jobs_at_once=1)
    (tmp_path / "line" / "plain" / "seed-0" / "trials.parquet").unlink()
    found = Stock.of(stopped, (0, 1), tmp_path)
    assert (found.missing, found.left) == ((0, 1), 1.0)


def test_arms_that_lack_nothing_are_not_named(line, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(arms, "seconds_per_step", lambda *given: 10.0)
    whole, other = line("line/whole"), line("line/other")
    train_all([(whole, 0)], tmp_path, jobs_at_once=1)
    stocks = {each.name: Stock.of(each, (0,), tmp_path) for each in (whole, other, line("line/third"))}
    show_missing(stocks)
    assert capsys.readouterr().out.splitlines() == [
        "missing: line/other, seed 0: 90 s (90 s each, 9 steps as fast as five that were timed)".replace(
            "90 s", "2 min"
        ),
        "missing: line/third, seed 0: 2 min (2 min each, 9 steps as fast as five that were timed)",
        "missing: 3 min in all, one after the other",
    ]


@pytest.mark.parametrize(("seconds", "said"), [(12.3, "12 s"), (600, "10 min"), (7200, "2.0 h")])
def test_a_time_is_told_in_the_unit_that_suits_it(seconds, said):
    assert spell(seconds) == said
