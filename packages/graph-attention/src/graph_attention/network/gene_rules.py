"""Gene–reaction rules: which reactions are lost with which genes."""

import re
from collections.abc import Set
from dataclasses import dataclass
from functools import cache

from graph_attention.errors import MetabolicError

TOKEN = re.compile(r"\(|\)|[^\s()]+")
OPERATORS = {"and": "and", "&": "and", "&&": "and", "or": "or", "|": "or", "||": "or"}


@dataclass(frozen=True)
class Gene:
    """A rule that needs one gene."""

    id: str

    def works(self, lost: Set[str]) -> bool:
        """Whether the gene is still there."""
        return self.id not in lost

    @property
    def genes(self) -> frozenset[str]:
        """The gene alone."""
        return frozenset({self.id})


@dataclass(frozen=True)
class Complex:
    """A rule that needs all of its parts: the subunits of an enzyme."""

    parts: tuple["GeneRule", ...]

    def works(self, lost: Set[str]) -> bool:
        """Whether every part still works."""
        return all(part.works(lost) for part in self.parts)

    @property
    def genes(self) -> frozenset[str]:
        """Every gene in it."""
        return frozenset().union(*(part.genes for part in self.parts))


@dataclass(frozen=True)
class Isoenzymes:
    """A rule that needs any of its parts."""

    parts: tuple["GeneRule", ...]

    def works(self, lost: Set[str]) -> bool:
        """Whether a part still works."""
        return any(part.works(lost) for part in self.parts)

    @property
    def genes(self) -> frozenset[str]:
        """Every gene in it."""
        return frozenset().union(*(part.genes for part in self.parts))


GeneRule = Gene | Complex | Isoenzymes


@cache
def parse(rule: str) -> GeneRule | None:
    """The tree of a rule such as `b1 and (b2 or b3)`; `and` binds closer than `or`. None where it is empty.

    Raises:
        MetabolicError: parentheses or operators do not fit.
    """
    rest = TOKEN.findall(rule)[::-1]
    if not rest:
        return None
    try:
        found = _alternatives(rest)
    except (IndexError, _MisplacedError):
        found = None
    if found is None or rest:
        raise MetabolicError(
            f"gene rule {rule!r}: expected gene ids joined by and, or and matched parentheses; correct the model"
        )
    return found


class _MisplacedError(ValueError):
    """A token stands where it may not."""


def _alternatives(rest: list[str]) -> GeneRule:
    parts = _joined(rest, "or")
    return parts[0] if len(parts) == 1 else Isoenzymes(tuple(parts))


def _joined(rest: list[str], operator: str) -> list[GeneRule]:
    part = _subunits if operator == "or" else _single
    parts = [part(rest)]
    while rest and OPERATORS.get(rest[-1].lower()) == operator:
        rest.pop()
        parts.append(part(rest))
    return parts


def _subunits(rest: list[str]) -> GeneRule:
    parts = _joined(rest, "and")
    return parts[0] if len(parts) == 1 else Complex(tuple(parts))


def _single(rest: list[str]) -> GeneRule:
    token = rest.pop()
    if token == "(":
        inner = _alternatives(rest)
        if rest.pop() != ")":
            raise _MisplacedError
        return inner
    if token == ")" or token.lower() in OPERATORS:
        raise _MisplacedError
    return Gene(token)
