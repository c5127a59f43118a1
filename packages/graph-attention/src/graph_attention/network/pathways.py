"""Subsystems that one network borrows from another by reaction id."""

import re
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from graph_attention.network.graph import MetabolicGraph

COPY = re.compile(r"_copy\d+$")
PERIPLASM = "p"
COMMON_NAMES = {
    "tca": "Citric Acid Cycle",
    "tca cycle": "Citric Acid Cycle",
    "krebs cycle": "Citric Acid Cycle",
    "ppp": "Pentose Phosphate Pathway",
    "respiration": "Oxidative Phosphorylation",
}
"""What subsystems of BiGG are often called."""


def borrow_subsystems(graph: "MetabolicGraph", donor: "MetabolicGraph") -> pl.Series:
    """The subsystem of each reaction, from the donor where the network names none.

    A reaction is the donor's if its id is the same, the number of a copy (`_copy1`) aside. In a network without
    periplasm, a step across the membrane (`GLCpts`) is also the donor's across the inner one (`GLCptspp`).
    Reactions that the donor lacks, or puts in several subsystems, stay without.
    """
    known = _by_plain_id(donor)
    suffixes = ("",) if PERIPLASM in graph.compartments else ("", "pp")
    own = zip(graph.reactions["id"], graph.reactions["subsystem"], strict=True)
    found = [
        subsystem
        or next((known[key] for key in (_plain(name) + end for end in suffixes) if key in known), "")
        for name, subsystem in own
    ]
    return pl.Series("subsystem", found, pl.String)


def _plain(name: str) -> str:
    return COPY.sub("", name)


def _by_plain_id(donor: "MetabolicGraph") -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for name, subsystem in zip(donor.reactions["id"], donor.reactions["subsystem"], strict=True):
        if subsystem:
            found.setdefault(_plain(name), set()).add(subsystem)
    return {name: min(subsystems) for name, subsystems in found.items() if len(subsystems) == 1}
