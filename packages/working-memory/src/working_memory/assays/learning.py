"""How fast a network learnt its tasks."""

from dataclasses import dataclass

from analysis import LearningCurve, Measure
from analysis.training_record.learning import measures_of

VALIDATED = Measure("accuracy", chance=0.5, bounds=(0.0, 1.0))


@dataclass(frozen=True)
class Learning(LearningCurve):
    """Optimiser steps until validation accuracy first is at the criterion, whether it ever was, and where it ended."""

    question = "How fast is the task learnt?"
    validated = VALIDATED
    called = "validation accuracy"
    measures = measures_of(VALIDATED)
