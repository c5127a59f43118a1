"""Tokens in named groups."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool

from analysis.errors import AnalysisError

Groups = Sequence | np.ndarray | Mapping[str, np.ndarray]
"""One label per token, or the members of each named group, where a token may be in several or in none."""


@dataclass(frozen=True)
class Grouping:
    """Named groups and who is in them."""

    names: tuple[str, ...]
    member: Bool[np.ndarray, "tokens groups"]

    @classmethod
    def of(cls, groups: Groups, tokens: int, what: str) -> "Grouping":
        """Read labels, or the boolean members or indices of each group; groups without members are kept.

        Raises:
            AnalysisError: the groups are not of as many tokens, or there are none.
        """
        named = isinstance(groups, Mapping)
        made = _of_members(groups, tokens, what) if named else _of_labels(np.asarray(groups), tokens, what)
        if not made.names:
            raise AnalysisError(f"{what}: expected at least one group, got none")
        return made

    @property
    def sizes(self) -> np.ndarray:
        """How many tokens each group has."""
        return self.member.sum(0)


def _of_labels(labels: np.ndarray, tokens: int, what: str) -> Grouping:
    if labels.shape != (tokens,):
        raise AnalysisError(f"{what}: expected one label per token ({tokens}), got the shape {labels.shape}")
    names, index = np.unique(labels, return_inverse=True)
    return Grouping(tuple(map(str, names.tolist())), index[:, None] == np.arange(names.size))


def _of_members(groups: Mapping[str, np.ndarray], tokens: int, what: str) -> Grouping:
    member = np.zeros((tokens, len(groups)), dtype=bool)
    for column, (name, members) in enumerate(groups.items()):
        members = np.asarray(members)
        if members.dtype == bool and members.shape != (tokens,):
            raise AnalysisError(
                f"{what}: {name} expected one entry per token ({tokens}), got {members.shape}"
            )
        if members.size and members.dtype != bool and not (0 <= members.min() <= members.max() < tokens):
            raise AnalysisError(f"{what}: {name} names a token outside 0–{tokens - 1}")
        member[members if members.size else np.zeros(0, dtype=int), column] = True
    return Grouping(tuple(groups), member)
