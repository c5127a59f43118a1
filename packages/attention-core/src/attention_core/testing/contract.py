"""All clauses, and the assertion that they hold."""

from collections.abc import Callable, Collection

from attention_core.testing import influence, matrix, numerics
from attention_core.testing.case import Case, Layer, draw_case

CLAUSES: dict[str, Callable[[Layer, Case], None]] = {
    clause.__name__.replace("_", " "): clause
    for clause in (*matrix.CLAUSES, *influence.CLAUSES, *numerics.CLAUSES)
}


def assert_attention_contract(
    layer: Layer,
    case: Case | None = None,
    *,
    query_dim: int = 8,
    key_dim: int = 8,
    seed: int = 0,
    except_for: Collection[str] = (),
) -> None:
    """Assert what every attention layer of this house promises.

    The layer is adapted by a callable that takes query tokens `[batch, queries, query_dim]`, key tokens
    `[batch, keys, key_dim]` and a mask `[batch, queries, keys]` (True = may be attended) or None, and returns
    `Attended` with values `[batch, queries, dim]` and a map of batch, heads, queries and keys. It follows the
    dtype of its tokens and drops nothing out; for a module:

        def layer(query, key, mask):
            return module.to(query.dtype)(query, key, mask=None if mask is None else mask[:, None])

    The clauses are in `CLAUSES`, by name, each a function that says what it asks.

    Args:
        layer: the adapted layer.
        case: what it is asked; a small one with a query without keys, and a key that no query may attend,
            where none is given. `cases` draws others with hypothesis.
        query_dim: width of the queries, where no case is given.
        key_dim: width of the keys.
        seed: what the tokens are drawn from.
        except_for: clauses that this layer breaks for a reason, such as positions; they must be broken.

    Raises:
        AssertionError: naming the clause that is broken, or that was to be broken and is kept.
    """
    case = draw_case(query_dim, key_dim, seed) if case is None else case
    unknown = set(except_for) - set(CLAUSES)
    assert not unknown, f"no such clause: {', '.join(sorted(unknown))}"
    for name, clause in CLAUSES.items():
        broken = _broken(clause, layer, case)
        if broken is None and name in except_for:
            raise AssertionError(f"{name}: kept, and was to be broken")
        if broken is not None and name not in except_for:
            raise AssertionError(f"{name}: {broken}") from broken


def broken_clauses(layer: Layer, case: Case | None = None) -> dict[str, str]:
    """The clauses that a layer breaks, and how; arguments as for `assert_attention_contract`."""
    case = draw_case() if case is None else case
    found = {name: _broken(clause, layer, case) for name, clause in CLAUSES.items()}
    return {name: str(broken) for name, broken in found.items() if broken is not None}


def _broken(clause: Callable[[Layer, Case], None], layer: Layer, case: Case) -> Exception | None:
    try:
        clause(layer, case)
    except Exception as error:  # whatever a layer raises breaks the clause
        return error
    return None
