"""Every family by its name, and the groups that experiments are made of."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from analysis import unknown
from arc_context.errors import RequestError

from .base import Family
from .borders import Border, Hollow, Outline
from .counting import Commonest, Count
from .filling import FillBackground, FillEnclosed
from .geometry import Mirror, MirrorRecolour, Rotate, Scale, Tile, Translate
from .gravity import Gravity, GravityRecolour
from .halves import Halves
from .lines import Connect
from .lookup import ColourMap, KeepColours, Swap
from .markers import CopyToMarker, CrossAtMarker, FillFromMarker, LineFromMarker
from .objects import Crop, CropSelected, Denoise, SelectObject
from .position import Reveal, RevealMirrored
from .sorting import SortBars
from .symmetry import CompleteSymmetry

KINDS = (
    *(ColourMap, KeepColours, Swap),
    *(Reveal, RevealMirrored),
    *(Rotate, Mirror, MirrorRecolour, Translate, Tile, Scale),
    *(Gravity, GravityRecolour),
    *(FillBackground, FillEnclosed),
    *(Border, Outline, Hollow),
    *(Count, Commonest),
    *(CopyToMarker, LineFromMarker, CrossAtMarker, FillFromMarker),
    CompleteSymmetry,
    Connect,
    *(Crop, SelectObject, CropSelected, Denoise),
    SortBars,
    Halves,
)
FAMILIES: Mapping[str, Family] = MappingProxyType({kind.name: kind() for kind in KINDS})

LOOKUP = ("colour_map", "keep_colours")
"""A test cell looks its colour up."""
POSITION = ("reveal", "reveal_mirrored")
"""A test cell looks its place up."""
MARKERS = ("copy_to_marker", "line_from_marker", "cross_at_marker", "fill_from_marker")
"""The answer hangs on one marked cell."""
HELD_OUT = ("swap", "mirror_recolour", "gravity_recolour", "outline", "crop_selected")
"""Never trained on; each recombines what trained families do, or does it to something else."""
TRAINED = (
    *LOOKUP,
    "reveal",
    *("mirror", "translate", "scale"),
    "gravity",
    *("fill_background", "fill_enclosed"),
    *("border", "hollow", "denoise"),
    *("line_from_marker", "cross_at_marker"),
    *("complete_symmetry", "connect", "crop", "select_object"),
)
"""What the rung of many families is trained on."""


def family(name: str) -> Family:
    """The family of this name.

    Raises:
        RequestError: there is none.
    """
    if name not in FAMILIES:
        raise RequestError(unknown("family", name, FAMILIES))
    return FAMILIES[name]


def families(names: Iterable[str]) -> tuple[Family, ...]:
    """The families of these names, in their order.

    Raises:
        RequestError: there is none of some name.
    """
    return tuple(family(name) for name in names)
