"""How fast a network learnt growth."""

from dataclasses import dataclass

from analysis import LearningCurve
from analysis.training_record.learning import measures_of
from graph_attention.metrics import GROWTH_Q2


@dataclass(frozen=True)
class Learning(LearningCurve):
    """Optimiser steps until growth Q² on held-out nutrients first is at the criterion, and where it ended."""

    question = "How fast is growth on held-out nutrients learnt?"
    validated = GROWTH_Q2
    called = "validation Q² of growth"
    measures = measures_of(GROWTH_Q2)
