import numpy as np
import polars as pl
import pytest

from analysis import Run
from working_memory.assays.causal import CausalPush

DOSES, RANDOM, COUNT = (-4.0, -2.0, 1.0, 2.0, 3.0, 4.0), 20, 60
ASSAY = CausalPush()


def pushes(moves):
    """Rows as the experiment stores them; `moves` gives the rise of the called answer per dose, by direction."""
    rng, target = np.random.default_rng(0), np.array([1, 2] * (COUNT // 2))
    asked = [("none", 0, 0.0)] + [(name, 0, dose) for name in moves if name != "random" for dose in DOSES]
    asked += [("random", draw, dose) for draw in range(RANDOM) for dose in DOSES]
    parts = []
    for direction, draw, dose in asked:
        called = 0.1 + moves.get(direction, 0.0) * max(dose, 0.0) + rng.normal(0, 0.01, COUNT)
        none = np.full(COUNT, 0.02)
        match, non_match = np.where(target == 1, (called, 0.98 - called), (0.98 - called, called))
        item = np.arange(COUNT)
        parts.append(
            pl.DataFrame(
                {
                    **{
                        "split": ["test/novel_view"] * COUNT,
                        "item": item,
                        "group": item // 3,
                        "step": item % 3,
                    },
                    **{"target": target, "prediction": target, "score": match, "correct": target > 0},
                    **{"p_no_action": none, "p_non_match": non_match, "p_match": match},
                    **{"direction": [direction] * COUNT, "draw": [draw] * COUNT, "dose": [dose] * COUNT},
                    **{"size": [abs(dose) * 2] * COUNT, "property": ["category"] * COUNT},
                }
            )
        )
    return pl.concat(parts)


@pytest.fixture
def measured(tmp_path):
    asked = pl.DataFrame(
        {
            **{"split": ["test/novel_view"] * 70, "item": range(70), "group": range(70), "step": [1] * 70},
            **{"target": [1] * 70, "prediction": [1] * 70, "score": [0.5] * 70},
            **{"scored": [True] * 70, "feature": ["category"] * 70, "n": [1] * 65 + [2] * 5},
        }
    )

    def found(moves):
        runs = []
        for name, table in (("seed-0", asked), ("push", pushes(moves))):
            run = Run(tmp_path / f"run-{len(list(tmp_path.iterdir()))}" / name)
            run.begin("system: working_memory", {"data_hash": "planted"})
            run.write_evaluation(table, {}, {})
            runs.append(run)
        return ASSAY.measure(runs[0], {"push": runs[1]})

    return found


def test_a_push_that_moves_the_answer_is_told_from_random_and_irrelevant_ones(measured):
    found = measured({"own": 0.15, "irrelevant": 0.02, "discriminant": 0.0, "random": 0.01})
    cell = {"split": "test/novel_view", "property": "category"}
    own = found.estimate("push_response", direction="own", **cell)
    assert own.value == pytest.approx(0.6, abs=0.01)
    assert own.null.p < 0.05
    assert own.n == 20
    assert found.estimate("push_response", direction="irrelevant", **cell).value == pytest.approx(
        0.08, abs=0.01
    )
    assert found.estimate("push_response", direction="random", **cell).value == pytest.approx(0.04, abs=0.01)
    assert found.estimate("push_response", direction="discriminant", **cell).value == pytest.approx(
        0, abs=0.01
    )
    assert found.estimate("push_over_irrelevant", **cell).low > 0.5
    assert found.estimate("push_slope", direction="own", **cell).value == pytest.approx(0.15, abs=0.01)
    assert found.estimate("push_no_action", direction="own", **cell).value == 0


def test_a_push_no_better_than_random_ones_is_not_found(measured):
    found = measured({"own": 0.01, "irrelevant": 0.01, "random": 0.01})
    cell = {"split": "test/novel_view", "property": "category"}
    assert found.estimate("push_response", direction="own", **cell).null.p > 0.05
    assert found.estimate("push_over_irrelevant", **cell).low < 0.005


def test_a_property_of_one_class_has_no_irrelevant_direction(measured):
    found = measured({"own": 0.1, "random": 0.01})
    cell = {"split": "test/novel_view", "property": "category"}
    assert "one class" in found.estimate("push_over_irrelevant", **cell).how
    assert found.estimate("push_response", direction="own", **cell).value == pytest.approx(0.4, abs=0.01)


def test_comparisons_that_could_not_be_pushed_are_counted(measured):
    assert "5 comparisons" in measured({"own": 0.1, "irrelevant": 0.0, "random": 0.0}).notes[0]


def test_responses_are_drawn_by_dose_and_direction(measured):
    found = measured({"own": 0.15, "irrelevant": 0.02, "random": 0.01})
    np.testing.assert_allclose(found.arrays["category/doses"], sorted((*DOSES, 0.0)))
    np.testing.assert_allclose(
        found.arrays["category/own"][:, 0], [0.1, 0.1, 0.1, 0.25, 0.4, 0.55, 0.7], atol=0.01
    )
    drawn = list(ASSAY.draw({"pushed": [found]}))
    assert [each.name for each in drawn] == ["causal-pushed"]
    assert [axes.get_title("left") for axes in drawn[0].figure.axes if axes.get_visible()] == ["category"]
