from .design import QUADRANTS as QUADRANTS
from .design import StimulusDesign as StimulusDesign
from .grammar import GRAMMARS as GRAMMARS
from .grammar import Draw as Draw
from .grammar import draw_solid as draw_solid
from .renderer import Tiles as Tiles
from .renderer import View as View
from .renderer import render_tiles as render_tiles
from .shapes import Part as Part
from .shapes import fit as fit

__all__ = [
    "GRAMMARS",
    "QUADRANTS",
    "Draw",
    "Part",
    "StimulusDesign",
    "Tiles",
    "View",
    "draw_solid",
    "fit",
    "render_tiles",
]
