import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, linprog, minimize

from graph_attention import MetabolicError
from graph_attention.model.projection import MassBalanceProjection, beyond
from graph_attention.testing import metabolic_graphs

TOLERANCE = 2e-2
"""How far beyond its bounds a flux may be after 300 steps, in units of the largest flux given; 1500 networks: 0.007."""


def bounds_of(graph, batch=1):
    lower, upper = (torch.tensor(each).float() for each in (graph.lower, graph.upper))
    return lower.expand(batch, -1), upper.expand(batch, -1)


def imbalance(graph, flux):
    flux = flux.detach().double().numpy().T
    turned = (abs(graph.stoichiometry) @ np.abs(flux)).sum(0)
    return np.abs(graph.stoichiometry @ flux).sum(0) / np.maximum(turned, 1e-9)


def quadratic_programme(graph, wanted, lower, upper, typical):
    """The same minimum by SciPy's SLSQP, from which nothing here is taken."""
    matrix = graph.stoichiometry.toarray()
    found = minimize(
        lambda v: 0.5 * np.square(v - wanted) @ (1 / typical),
        np.clip(wanted, lower, upper),
        jac=lambda v: (v - wanted) / typical,
        bounds=list(zip(lower, upper, strict=True)),
        constraints=[LinearConstraint(matrix, 0, 0)],
        method="SLSQP",
        options={"maxiter": 500, "ftol": 1e-12},
    )
    assert found.success
    return found.x


@pytest.mark.parametrize("seed", range(5))
def test_it_is_the_nearest_flux_that_keeps_balance_and_bounds(toy, seed):
    rng = np.random.default_rng(seed)
    typical = rng.uniform(0.5, 4, 10)
    wanted = rng.normal(0, 6, 10)
    project = MassBalanceProjection(toy, 500, typical)
    found = project(torch.tensor(wanted).float()[None], *bounds_of(toy))[0]
    expected = quadratic_programme(toy, wanted, toy.lower, toy.upper, typical)
    assert found.numpy() == pytest.approx(expected, abs=5e-3)


def test_on_e_coli_core_no_allowed_flux_is_nearer(e_coli_core):
    """v is nearest to v⁰ where (v − v⁰) · (w − v) ≥ 0 for all allowed w, of which HiGHS finds the least."""
    wanted = np.random.default_rng(0).normal(0, 3, 95)
    limits = (torch.tensor(each).float()[None] for each in (e_coli_core.lower, e_coli_core.upper))
    found = MassBalanceProjection(e_coli_core, 1000)(torch.tensor(wanted).float()[None], *limits)[0]
    away = found.double().numpy() - wanted
    bounds = np.column_stack([e_coli_core.lower, e_coli_core.upper])
    least = linprog(away, A_eq=e_coli_core.stoichiometry, b_eq=np.zeros(72), bounds=bounds, method="highs")
    assert least.fun - away @ found.double().numpy() > -2e-3 * (away @ away)


@given(metabolic_graphs(), st.integers(0, 100))
def test_no_metabolite_is_left_over_and_no_bound_is_broken(graph, seed):
    given_flux = (
        torch.randn(3, graph.stoichiometry.shape[1], generator=torch.Generator().manual_seed(seed)) * 10
    )
    lower, upper = (each.clone() for each in bounds_of(graph, 3))
    lower.clamp_(max=0)  # nothing at all is a flux that keeps both
    upper.clamp_(min=0)
    flux = MassBalanceProjection(graph, 300)(given_flux, lower, upper)
    assert (imbalance(graph, flux) < 1e-6).all() or flux.abs().max() < 1e-6
    assert beyond(flux, lower, upper).max() <= TOLERANCE * given_flux.abs().max()


def test_a_flux_that_keeps_both_stays_what_it_is(toy):
    sugar = torch.tensor([[-2.0, 0, 1, 2, 0, 1, 1, 3, 3, 0]])
    once = MassBalanceProjection(toy, 50)(sugar, *bounds_of(toy))
    assert once.numpy() == pytest.approx(sugar.numpy(), abs=1e-5)


def test_projecting_twice_is_projecting_once(toy):
    project = MassBalanceProjection(toy, 500)
    once = project(torch.randn(4, 10, generator=torch.Generator().manual_seed(1)) * 5, *bounds_of(toy, 4))
    assert project(once, *bounds_of(toy, 4)).numpy() == pytest.approx(once.numpy(), abs=1e-2)


def test_the_gradient_is_that_of_finite_differences(toy):
    project = MassBalanceProjection(toy, 30).double()
    project.balance.projector = project.balance.projector.double()
    lower, upper = (each.double() for each in bounds_of(toy))
    wanted = torch.tensor(
        [[-3.0, 0.2, 1, 2, 0.1, 1, 1.5, 3, 2, 0.3]], dtype=torch.float64, requires_grad=True
    )
    assert torch.autograd.gradcheck(lambda v: project(v, lower, upper), wanted, atol=1e-4)


def test_typical_fluxes_are_kept_with_the_weights(toy):
    typical = np.linspace(0.5, 5, 10)
    stored = MassBalanceProjection(toy, 20, typical).state_dict()
    other = MassBalanceProjection(toy, 20)
    other.load_state_dict(stored)
    wanted = torch.ones(1, 10)
    expected = MassBalanceProjection(toy, 20, typical)(wanted, *bounds_of(toy))
    assert torch.equal(other(wanted, *bounds_of(toy)), expected)


def test_wrong_fluxes_are_refused(toy):
    with pytest.raises(MetabolicError, match="10 reactions"):
        MassBalanceProjection(toy)(*[torch.ones(1, 9)] * 3)
    with pytest.raises(MetabolicError, match="at least one step"):
        MassBalanceProjection(toy, 0)
    with pytest.raises(MetabolicError, match="typical flux"):
        MassBalanceProjection(toy, 10, np.full(10, np.nan))
