"""The contract of an attention layer, as one assertion."""

from attention_core.testing.case import Case as Case
from attention_core.testing.case import Layer as Layer
from attention_core.testing.case import as_cross_attention as as_cross_attention
from attention_core.testing.case import cases as cases
from attention_core.testing.case import draw_case as draw_case
from attention_core.testing.contract import CLAUSES as CLAUSES
from attention_core.testing.contract import assert_attention_contract as assert_attention_contract
from attention_core.testing.contract import broken_clauses as broken_clauses
