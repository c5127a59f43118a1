import numpy as np
import pytest
import scipy.linalg
from hypothesis import given
from scipy.sparse import csr_array

from graph_attention.model.coupling import CoupledReactions
from graph_attention.testing import metabolic_graphs


def expansion(coupled):
    """[reactions, groups]: the fluxes of a group's reactions for a flux of 1 of the group."""
    found = np.zeros((len(coupled.group), coupled.stoichiometry.shape[1]))
    passing = coupled.group >= 0
    found[np.flatnonzero(passing), coupled.group[passing]] = coupled.ratio[passing]
    return found


def same_space(one, other):
    """Whether two matrices have columns that span the same space."""
    both = np.hstack([one, other])
    ranks = {np.linalg.matrix_rank(each, tol=1e-8) if each.size else 0 for each in (one, other, both)}
    return len(ranks) == 1


@given(metabolic_graphs())
def test_no_steady_state_is_lost_and_none_is_added(graph):
    coupled = CoupledReactions.of(graph.stoichiometry)
    whole = scipy.linalg.null_space(graph.stoichiometry.toarray())
    left = coupled.stoichiometry.toarray()
    inner = scipy.linalg.null_space(left) if len(left) else np.eye(left.shape[1])
    assert same_space(whole, expansion(coupled) @ inner)


def test_a_chain_is_one_group_with_the_ratios_of_its_coefficients():
    chain = csr_array(np.array([[1.0, -2.0, 0.0], [0.0, 3.0, -1.0]]))
    coupled = CoupledReactions.of(chain)
    assert set(coupled.group) == {0}
    assert coupled.ratio / coupled.ratio[0] == pytest.approx([1, 0.5, 1.5])
    assert coupled.stoichiometry.shape == (0, 1)


def test_what_leads_nowhere_carries_nothing():
    dead_end = csr_array(np.array([[1.0, -1.0, -1.0], [0.0, 0.0, 1.0]]))
    coupled = CoupledReactions.of(dead_end)
    assert coupled.group.tolist() == [0, 0, -1]
    assert coupled.ratio.tolist() == [1, 1, 0]


def test_ijo1366_has_as_many_free_fluxes_in_groups_as_in_reactions(ijo1366):
    coupled = CoupledReactions.of(ijo1366.stoichiometry)
    groups = coupled.stoichiometry.shape[1]
    free = ijo1366.stoichiometry.shape[1] - np.linalg.matrix_rank(ijo1366.stoichiometry.toarray())
    assert groups - np.linalg.matrix_rank(coupled.stoichiometry.toarray()) == free
    assert groups < 0.6 * len(coupled.group)
