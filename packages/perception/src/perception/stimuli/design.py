"""A full factorial stimulus set: its design table and its images."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from ..errors import StimulusError
from ..images import ImageSet
from .grammar import GRAMMARS, draw_solid
from .renderer import LIGHT, SAMPLES, View, render_tiles
from .shapes import Number, Solid

QUADRANTS = ((-0.5, 0.5), (0.5, 0.5), (-0.5, -0.5), (0.5, -0.5))
RAYS = 2**17  # in one call of the renderer: enough to hide its overhead, few enough to stay in cache


@dataclass(frozen=True)
class StimulusDesign:
    """Every category × identity × azimuth × elevation × light × location, in this order.

    `identities` counts per category. Locations are centres (x, y), both in [-1, 1], x to the right and y up;
    a solid fills a tile of half the frame's side. Azimuth 0 looks at the front, elevation 90 from above;
    lights are (azimuth, elevation) seen from the viewer. Angles are degrees. The same factors and seed give
    the same pixels in any design.

    Raises:
        StimulusError: for an unknown category, an empty, repeated or infinite level, a location whose tile
            leaves the frame, a negative seed, or an odd or too small size.
    """

    categories: tuple[str, ...] = ("chair", "vehicle", "plane", "lamp")
    identities: int = 8
    azimuths: tuple[Number, ...] = (15.0, 60.0, 105.0, 150.0)
    elevations: tuple[Number, ...] = (25.0,)
    locations: tuple[tuple[Number, Number], ...] = QUADRANTS
    lights: tuple[tuple[Number, Number], ...] = (LIGHT,)
    size: int = 64
    background: Number = 0.0  # dark, so that every solid stands out the same way and shape can be learned
    seed: int = field(default=0, kw_only=True)

    def __post_init__(self):
        for factor in ("categories", "azimuths", "elevations", "locations", "lights"):
            self._check_levels(factor)
        unknown = sorted(set(self.categories) - set(GRAMMARS))
        if unknown:
            raise StimulusError(
                f"no grammar for {', '.join(unknown)}; expected some of: {', '.join(GRAMMARS)}"
            )
        if self.identities < 1 or self.seed < 0:
            raise StimulusError(
                f"{self.identities} identities of seed {self.seed}; expected at least 1, and no negative seed"
            )
        if self.size < 8 or self.size % 2:
            raise StimulusError(f"frames of {self.size} pixels; expected an even number, at least 8")
        if not 0 <= self.background <= 1:
            raise StimulusError(f"background {self.background}; expected a grey level in [0, 1]")
        outside = [location for location in self.locations if max(map(abs, location)) > 0.5]
        if outside:
            raise StimulusError(
                f"at {outside[0]} the tile leaves the frame; expected both coordinates in [-0.5, 0.5]"
            )

    def _check_levels(self, factor: str) -> None:
        levels = getattr(self, factor)
        if not levels or len(set(levels)) < len(levels):
            raise StimulusError(f"{factor} {levels}; expected at least one level, each named once")
        if factor != "categories" and not np.isfinite(levels).all():
            raise StimulusError(f"{factor} {levels}; expected finite numbers")

    @property
    def tile(self) -> int:
        """Side of a rendered solid in pixels."""
        return self.size // 2

    def table(self) -> pl.DataFrame:
        """One row per image: category, identity, codes of viewpoint, location and light, and their values."""
        levels = (self.azimuths, self.elevations, self.lights, self.locations)
        counts = (len(self.categories), self.identities, *map(len, levels))
        category, identity, azimuth, elevation, light, location = np.indices(counts).reshape(len(counts), -1)
        names = [f"{self.categories[c]}-{i:02d}" for c, i in zip(category, identity, strict=True)]
        x, y = np.array(self.locations, dtype=float)[location].T
        columns = {
            "category": np.array(self.categories)[category],
            "identity": names,
            "viewpoint": azimuth * len(self.elevations) + elevation,
            "location": location,
            "light": light,
            "azimuth": np.array(self.azimuths, dtype=float)[azimuth],
            "elevation": np.array(self.elevations, dtype=float)[elevation],
            "x": x,
            "y": y,
        }
        return pl.DataFrame(columns)

    def render(self, progress: Callable[[int, int], None] | None = None) -> ImageSet:
        """Render each solid once per view and light, and paste it at every location.

        `progress` is called with the number of tiles done and their total.
        """
        solids, views = self._tiles()
        frames = _Frames(len(solids), self)
        step = max(1, RAYS // (SAMPLES * self.tile) ** 2)
        for start in range(0, len(solids), step):
            chunk = slice(start, start + step)
            frames.paste(start, solids[chunk], views[chunk])
            if progress is not None:
                progress(min(start + step, len(solids)), len(solids))
        return ImageSet(frames.images, frames.masks, self.table())

    def _tiles(self) -> tuple[list[Solid], list[View]]:
        solids = [draw_solid(name, i, self.seed) for name in self.categories for i in range(self.identities)]
        views = [View(*view) for view in itertools.product(self.azimuths, self.elevations, self.lights)]
        return [solid for solid in solids for _ in views], views * len(solids)


class _Frames:
    """Frames of plain background that receive tiles."""

    def __init__(self, tiles: int, design: StimulusDesign):
        self.design = design
        count, size = tiles * len(design.locations), design.size
        self.images = np.full((count, 3, size, size), round(255 * design.background), dtype=np.uint8)
        self.masks = np.zeros((count, size, size), dtype=bool)

    def paste(self, first: int, solids: list[Solid], views: list[View]) -> None:
        """Render some tiles, of which the first has this number, and lay them at every location."""
        design, places = self.design, len(self.design.locations)
        tiles = render_tiles(solids, views, design.tile)
        pixels = (tiles.over(design.background) * 255).round().byte().numpy()
        filled = (tiles.cover >= 0.5).numpy()
        for place, (x, y) in enumerate(design.locations):
            rows = slice(first * places + place, (first + len(solids)) * places, places)
            top, left = (round((1 + shift) * design.size / 2 - design.tile / 2) for shift in (-y, x))
            window = (..., slice(top, top + design.tile), slice(left, left + design.tile))
            self.images[rows][window] = pixels
            self.masks[rows][window] = filled
