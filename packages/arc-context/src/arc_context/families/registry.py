"""Every family by its name, and the groups that experiments are made of."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from analysis import unknown
from arc_context.errors import ArcError

from .base import Family
from .lookup import ColourMap, KeepColours, Swap
from .position import Reveal, RevealMirrored

FAMILIES: Mapping[str, Family] = MappingProxyType(
    {family.name: family() for family in (ColourMap, KeepColours, Swap, Reveal, RevealMirrored)}
)

LOOKUP = ("colour_map", "keep_colours")
POSITION = ("reveal", "reveal_mirrored")


def family(name: str) -> Family:
    """The family of this name.

    Raises:
        ArcError: there is none.
    """
    if name not in FAMILIES:
        raise ArcError(unknown("family", name, FAMILIES))
    return FAMILIES[name]


def families(names: Iterable[str]) -> tuple[Family, ...]:
    """The families of these names, in their order.

    Raises:
        ArcError: there is none of some name.
    """
    return tuple(family(name) for name in names)
