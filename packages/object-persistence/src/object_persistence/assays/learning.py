"""How fast a network learnt to tell what lasts."""

from dataclasses import dataclass

from analysis import LearningCurve
from analysis.training_record.learning import measures_of
from object_persistence.metrics import ACCURACY


@dataclass(frozen=True)
class Learning(LearningCurve):
    """Optimiser steps until validation accuracy first is at the criterion, and where it ended."""

    question = "How fast is persistence learnt?"
    validated = ACCURACY
    called = "validation accuracy"
    measures = measures_of(ACCURACY)
