"""The two tables of a network, one row for each metabolite and one for each reaction, and what they must fulfil."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import numpy as np
import polars as pl
from scipy import sparse

from graph_attention.errors import MetabolicError
from graph_attention.network.gene_rules import parse

UNASSIGNED = "unassigned"
LIKE = 0.7
"""How like a name another must be (difflib's ratio) to be taken for what was meant."""
OPEN = 1000.0
"""What stands for no bound, in mmol/gDW/h, as in the models of BiGG."""
DEFAULTS = {"charge": None, "lower": 0.0, "upper": OPEN, "objective": 0.0}
METABOLITES = {
    "id": pl.String,
    "name": pl.String,
    "formula": pl.String,
    "charge": pl.Int64,
    "compartment": pl.String,
}
REACTIONS = {
    "id": pl.String,
    "name": pl.String,
    "subsystem": pl.String,
    "lower": pl.Float64,
    "upper": pl.Float64,
    "objective": pl.Float64,
    "gene_rule": pl.String,
}


def table_of(schema: Mapping[str, Any], columns: Mapping[str, Sequence[Any]]) -> pl.DataFrame:
    """A table of a schema. A column that is not given is empty text, an unknown charge, 0, or the bounds 0 to 1000."""
    rows = len(columns["id"])
    filled = {
        name: list(columns[name]) if name in columns else [DEFAULTS.get(name, "")] * rows for name in schema
    }
    return pl.DataFrame([pl.Series(name, values, schema[name]) for name, values in filled.items()])


def named(items: Sequence[str], limit: int | None = None, comma: str = ", ") -> str:
    """Names in one line, the rest counted: `a, b and 3 more`."""
    shown = list(items if limit is None else items[:limit])
    rest = len(items) - len(shown)
    return comma.join(shown) + (f" and {rest} more" if rest else "")


def tally(names: Sequence[str], limit: int = 5, comma: str = ", ") -> str:
    """How many there are, and the first of them: `7: a, b, c, d, e and 2 more`, or `none`."""
    return f"{len(names)}: {named(names, limit, comma)}" if names else "none"


def counted(names: Sequence[str], what: str, why: str) -> str:
    """A sentence for `excluded`: `2 reactions blocked: a, b`."""
    return f"{len(names)} {what}{'s' if len(names) != 1 else ''} {why}: {named(names)}"


def agreeing(number: int, one: str, several: str) -> str:
    """A number with the words that fit it: `1 id occurs twice`, `3 ids occur twice`."""
    return f"{number} {one if number == 1 else several}"


def listed(what: str, names: Sequence[str]) -> Sequence[str]:
    """The names; raise MetabolicError for a text, which Python would take for its letters."""
    if isinstance(names, str):
        raise MetabolicError(f"expected a list of {what} ids, got the text {names!r}; give [{names!r}]")
    return names


def unknown(
    what: str, name: str, known: Sequence[str], meant: str | None = None, others: Sequence[str] = ()
) -> MetabolicError:
    """The error of a name that the network does not have, with the nearest that it has to it or to what is meant.

    Args:
        what: of which kind it is.
        name: what is asked for.
        known: what there is.
        meant: what it is likened to; the name itself where none is given.
        others: further names that are not there either; they are counted.
    """
    near = _nearest(meant or name, known)
    hint = f"; did you mean {near}?" if near else ""
    more = f", nor {tally(others)}" if others else ""
    return MetabolicError(f"no {what} {name!r}{more}; expected one of {named(known, 5) or 'none'}{hint}")


def _nearest(name: str, known: Sequence[str]) -> str | None:
    folded = {each.casefold(): each for each in known}
    within = [each for each in known if len(name) >= 4 and name.casefold() in each.casefold()]
    near = [folded[each] for each in get_close_matches(name.casefold(), folded, n=1, cutoff=LIKE)] or within
    return near[0] if near else None


def check_tables(stoichiometry: sparse.csr_array, metabolites: pl.DataFrame, reactions: pl.DataFrame) -> None:
    """Check that matrix and tables describe one network.

    Raises:
        MetabolicError: shapes differ, columns are missing, an id occurs twice, a coefficient is not finite,
            bounds are missing or crossed, or a gene rule cannot be read.
    """
    for what, table, schema in (
        ("metabolites", metabolites, METABOLITES),
        ("reactions", reactions, REACTIONS),
    ):
        if dict(table.schema) != schema:
            raise MetabolicError(f"{what}: expected the columns {schema}, got {dict(table.schema)}")
    expected = (len(metabolites), len(reactions))
    if stoichiometry.shape != expected:
        raise MetabolicError(
            f"stoichiometry: expected {expected} for {expected[0]} metabolites and {expected[1]} reactions, "
            f"got {stoichiometry.shape}"
        )
    _check_ids(metabolites["id"].to_list(), reactions["id"].to_list())
    _check_coefficients(stoichiometry, metabolites, reactions)
    _check_bounds(reactions)
    _check_rules(reactions)


def _check_ids(metabolites: list[str], reactions: list[str]) -> None:
    seen: dict[str, str] = {}
    twice = []
    for what, ids in (("metabolite", metabolites), ("reaction", reactions)):
        for name in ids:
            if name in seen:
                twice.append(f"{name} ({seen[name]} and {what})")
            seen[name] = what
    if twice:
        raise MetabolicError(
            f"{agreeing(len(twice), 'id occurs', 'ids occur')} twice: {named(twice, 5)}; rename one of each pair"
        )


def _check_coefficients(
    stoichiometry: sparse.csr_array, metabolites: pl.DataFrame, reactions: pl.DataFrame
) -> None:
    entries = stoichiometry.tocoo()
    bad = np.flatnonzero(~np.isfinite(entries.data))
    if len(bad):
        row, column = (index[bad[0]] for index in entries.coords)
        raise MetabolicError(
            f"stoichiometry: {agreeing(len(bad), 'coefficient is', 'coefficients are')} not finite; "
            f"the first is {entries.data[bad[0]]} for "
            f"{metabolites['id'][int(row)]} in {reactions['id'][int(column)]}; correct the model"
        )


def _check_bounds(reactions: pl.DataFrame) -> None:
    lower, upper, objective = (reactions[name].to_numpy() for name in ("lower", "upper", "objective"))
    bad = np.flatnonzero(~(lower <= upper) | ~np.isfinite(objective) | (lower == np.inf) | (upper == -np.inf))
    if len(bad):
        first = int(bad[0])
        raise MetabolicError(
            f"{agreeing(len(bad), 'reaction needs', 'reactions need')} lower <= upper and a finite objective; "
            "the first is "
            f"{reactions['id'][first]}, with {lower[first]} to {upper[first]} and objective {objective[first]}"
        )


def _check_rules(reactions: pl.DataFrame) -> None:
    for name, rule in reactions.select("id", "gene_rule").iter_rows():
        try:
            parse(rule)
        except MetabolicError as error:
            raise MetabolicError(f"{name}: {error}") from None
