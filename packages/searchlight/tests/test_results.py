from analysis import Measure
from searchlight import results
from searchlight.jobs import train_all

UNANSWERED = Measure("length")


def test_a_measure_without_any_value_has_no_column_and_is_named(line, tmp_path, capsys, monkeypatch):
    plain = line()
    runs = train_all([(plain, 0)], tmp_path, jobs_at_once=1)
    figures = results.measured

    def measured(system, runs, measure):
        answered = (accuracy,) = results.measures_of(system, None)
        found = figures(system, runs, accuracy)
        return found if measure in answered else found.clear()

    monkeypatch.setattr(results, "measured", measured)
    capsys.readouterr()
    results.show_results(plain, runs, (*results.measures_of(plain.system, None), UNANSWERED))
    said = capsys.readouterr().out
    assert "accuracy (chance 0.5)" in said
    assert said.count("length") == 1
    assert "does not answer what length measure" in said
