"""Files that Escher loads onto a map: one value for each reaction or metabolite, by BiGG id.

Escher's Data menu takes them by "Load reaction data" and "Load metabolite data" (King et al. 2015). JSON is one
object, id → value, or a list of two, of which the map then shows the difference; CSV has a header, a column of ids
and one or two columns of values.
"""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from jaxtyping import Float

from graph_attention.errors import MetabolicError
from graph_attention.pictures.attended import AttendedNetwork

DIGITS = 6
MOST = 2
"""Data sets that a map can show at once."""

Values = Float[np.ndarray, " ids"]


def escher_json(ids: Sequence[str], *values: Values) -> str:
    """One data set, or two whose difference the map shows; what is not known is left out.

    Raises:
        MetabolicError: neither one nor two data sets, or not one value for each id.
    """
    _check(ids, values)
    sets = [
        {
            name: rounded
            for name, value in zip(ids, each, strict=True)
            if (rounded := _rounded(value)) is not None
        }
        for each in values
    ]
    return json.dumps(sets[0] if len(sets) == 1 else sets, indent=1, allow_nan=False) + "\n"


def escher_csv(ids: Sequence[str], columns: Mapping[str, Values]) -> str:
    """The same as a table, a named column for each data set; ids with an unknown value are left out.

    Raises:
        MetabolicError: neither one nor two data sets, or not one value for each id.
    """
    _check(ids, list(columns.values()))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["ID", *columns])
    for name, *row in zip(ids, *columns.values(), strict=True):
        rounded = [_rounded(value) for value in row]
        if None not in rounded:
            writer.writerow([name, *rounded])
    return text.getvalue()


def escher_files(seen: AttendedNetwork) -> dict[str, str]:
    """Every medium by itself and every two against each other, by file name.

    Reactions: flux, predicted flux, attention received. Metabolites: shadow price, attention received.
    """
    reactions, metabolites = seen.graph.reactions["id"].to_list(), seen.graph.metabolites["id"].to_list()
    received, split = seen.received(), len(metabolites)
    kinds = {
        "reaction_data-flux": (reactions, seen.flux),
        "reaction_data-attention": (reactions, received[:, split:]),
        "metabolite_data-attention": (metabolites, received[:, :split]),
    }
    if seen.predicted is not None:
        kinds["reaction_data-predicted_flux"] = (reactions, seen.predicted)
    if seen.shadow_price is not None:
        kinds["metabolite_data-shadow_price"] = (metabolites, seen.shadow_price)
    found = {}
    for kind, (ids, values) in kinds.items():
        for chosen in (*combinations(range(len(seen.media)), 1), *combinations(range(len(seen.media)), 2)):
            named = {seen.media[number]: values[number] for number in chosen}
            stem = f"{kind}-{'-'.join(named)}".replace(" ", "_")
            found[f"{stem}.json"] = escher_json(ids, *named.values())
            found[f"{stem}.csv"] = escher_csv(ids, named)
    return found


def _rounded(value: float) -> float | None:
    """Six significant digits; None where it is not known, and 0 without a sign."""
    return float(f"{value:.{DIGITS}g}") + 0.0 if np.isfinite(value) else None


def _check(ids: Sequence[str], values: Sequence[Values]) -> None:
    if not 1 <= len(values) <= MOST:
        raise MetabolicError(f"a map of Escher shows one or two data sets, got {len(values)}")
    if wrong := [len(each) for each in values if len(each) != len(ids)]:
        raise MetabolicError(f"expected one value for each of {len(ids)} ids, got {wrong[0]}")
