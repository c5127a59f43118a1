"""Gene–reaction rules: which reactions are lost with which genes."""

import re

TOKEN = re.compile(r"\(|\)|[^\s()]+")
AND, OR = frozenset({"and", "&", "&&"}), frozenset({"or", "|", "||"})


def tokens(rule: str) -> list[str]:
    """Parentheses, operators and gene ids of a rule, in order."""
    return TOKEN.findall(rule)


def genes_of(rule: str) -> set[str]:
    """Ids of the genes that a rule names."""
    return {token for token in tokens(rule) if token not in "()" and token.lower() not in AND | OR}
