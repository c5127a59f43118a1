"""How fast a network learnt to answer."""

from dataclasses import dataclass

from analysis import LearningCurve
from analysis.training_record.learning import measures_of
from arc_context.metrics import EXACT_MATCH


@dataclass(frozen=True)
class Learning(LearningCurve):
    """Optimiser steps until the share of right answers in validation first is at the criterion, and where it ended."""

    question = "How fast is answering learnt?"
    validated = EXACT_MATCH
    called = "share of right answers in validation"
    measures = measures_of(EXACT_MATCH)
