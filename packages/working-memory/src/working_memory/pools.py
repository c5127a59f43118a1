"""Which images may stand together in a sequence: pools of identities × views × locations."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from jaxtyping import Float, Int

from working_memory.configuration import StimuliConfig
from working_memory.errors import WorkingMemoryError

POOLS = (
    "familiar",
    "novel_view_validation",
    "novel_view_test",
    "novel_identity_validation",
    "novel_identity_test",
)
SPLIT_POOLS = {
    "train": "familiar",
    "validation/familiar": "familiar",
    "validation/novel_view": "novel_view_validation",
    "validation/novel_identity": "novel_identity_validation",
    "test/familiar": "familiar",
    "test/novel_view": "novel_view_test",
    "test/novel_identity": "novel_identity_test",
}


@dataclass(frozen=True)
class Pool:
    """The rows of an image set as a full grid, with the code of each level on its axes."""

    rows: Int[np.ndarray, "identities views locations"]
    identities: Int[np.ndarray, "identities"]
    categories: Int[np.ndarray, "identities"]
    viewpoints: Int[np.ndarray, "views"]
    locations: Int[np.ndarray, "locations"]
    view_distances: Float[np.ndarray, "views views"]
    """Degrees between two directions of view; NaN where the images come without angles."""


def split_pools(table: pl.DataFrame, config: StimuliConfig) -> dict[str, Int[np.ndarray, "rows"]]:
    """Rows of each pool: either the identities are held out, or the views, or neither.

    In each category the identities are taken in the order of the table: training, validation, test.

    Raises:
        WorkingMemoryError: a category has too few identities, or the table too few viewpoints.
    """
    identity = _identity_groups(table, config)
    view = _view_groups(table, config)
    wanted = {
        "familiar": ("train", "train"),
        "novel_view_validation": ("train", "validation"),
        "novel_view_test": ("train", "test"),
        "novel_identity_validation": ("validation", "train"),
        "novel_identity_test": ("test", "train"),
    }
    return {
        name: np.flatnonzero((identity == identities) & (view == views))
        for name, (identities, views) in wanted.items()
    }


def make_pool(table: pl.DataFrame, rows: Int[np.ndarray, "rows"]) -> Pool:
    """Arrange rows of an image table as a grid.

    Raises:
        WorkingMemoryError: an identity lacks a view or a location, has one twice, or only one view is there.
    """
    levels, place = _levels(table, rows)
    identities, viewpoints, locations = levels
    if len(viewpoints) < 2:
        raise WorkingMemoryError(
            f"a pool needs two views, for a match shows its object in another; got viewpoints {viewpoints}"
        )
    grid = np.full([len(level) for level in levels], -1)
    grid[place] = rows
    _check_full(table, grid, levels, len(rows))
    categories = _codes(table["category"])[grid[:, 0, 0]]
    return Pool(grid, identities, categories, viewpoints, locations, _view_distances(table, grid[0, :, 0]))


def make_pools(table: pl.DataFrame, config: StimuliConfig) -> dict[str, Pool]:
    """Every pool of `split_pools`, as a grid."""
    return {name: make_pool(table, rows) for name, rows in split_pools(table, config).items()}


def _codes(column: pl.Series) -> Int[np.ndarray, "rows"]:
    names = column.unique(maintain_order=True)
    return column.replace_strict(names, np.arange(len(names)), return_dtype=pl.Int64).to_numpy()


def _levels(table: pl.DataFrame, rows: np.ndarray) -> tuple[list[np.ndarray], tuple[np.ndarray, ...]]:
    if not len(rows):
        raise WorkingMemoryError("a pool holds no image; check identities and views against the table")
    codes = [_codes(table["identity"]), table["viewpoint"].to_numpy(), table["location"].to_numpy()]
    pairs = [np.unique(code[rows], return_inverse=True) for code in codes]
    return [level for level, _ in pairs], tuple(index for _, index in pairs)


def _check_full(table: pl.DataFrame, grid: np.ndarray, levels: list[np.ndarray], found: int) -> None:
    missing = np.argwhere(grid < 0)
    if len(missing):
        name = table["identity"].unique(maintain_order=True)[int(levels[0][missing[0][0]])]
        view, location = levels[1][missing[0][1]], levels[2][missing[0][2]]
        raise WorkingMemoryError(
            f"every identity is needed in every view and location; "
            f"{name} lacks viewpoint {view}, location {location} ({len(missing)} images are missing)"
        )
    if found > grid.size:
        raise WorkingMemoryError(
            "expected one image per identity, viewpoint and location; "
            f"got {found} images for {grid.size} places"
        )


def _identity_groups(table: pl.DataFrame, config: StimuliConfig) -> np.ndarray:
    train, held_out = config.identities, config.novel_identities
    order = ["train"] * train + ["validation"] * held_out + ["test"] * held_out
    group: dict[str, str] = {}
    for (category,), part in table.group_by(["category"], maintain_order=True):
        names = part["identity"].unique(maintain_order=True).to_list()
        if len(names) < len(order):
            raise WorkingMemoryError(
                f"category {category} has {len(names)} identities; {train} for training and 2 × {held_out} "
                "held out were asked for: lower identities or novel_identities"
            )
        group.update(zip(names, order, strict=False))
    return np.array([group.get(name, "unused") for name in table["identity"]])


def _view_groups(table: pl.DataFrame, config: StimuliConfig) -> np.ndarray:
    if config.manifest is None:
        views = table["azimuth"].to_numpy()
        groups = {
            "train": config.azimuths,
            "validation": config.novel_azimuths_validation,
            "test": config.novel_azimuths_test,
        }
    else:
        views = table["viewpoint"].to_numpy()
        groups = _held_out_viewpoints(np.unique(views), config.novel_viewpoints)
    found = np.full(len(views), "unused", dtype="<U10")
    for name, members in groups.items():
        found[np.isin(views, np.asarray(members, dtype=views.dtype))] = name
    return found


def _held_out_viewpoints(codes: np.ndarray, each: int) -> dict[str, np.ndarray]:
    """Spread the held-out viewpoints over the inner codes, alternating between validation and test."""
    if len(codes) < 2 * each + 2:
        raise WorkingMemoryError(
            f"{len(codes)} viewpoints cannot give 2 × {each} held-out ones and two for training; "
            "lower novel_viewpoints or add views"
        )
    places = np.linspace(0, len(codes) - 1, 2 * each + 2).round().astype(int)[1:-1]
    return {
        "train": np.delete(codes, places),
        "validation": codes[places[::2]],
        "test": codes[places[1::2]],
    }


def _view_distances(table: pl.DataFrame, rows: np.ndarray) -> Float[np.ndarray, "views views"]:
    if not {"azimuth", "elevation"} <= set(table.columns):
        return np.full((len(rows), len(rows)), np.nan)
    azimuth, elevation = (np.radians(table[name].to_numpy()[rows]) for name in ("azimuth", "elevation"))
    direction = np.stack(
        [np.cos(elevation) * np.cos(azimuth), np.cos(elevation) * np.sin(azimuth), np.sin(elevation)], axis=1
    )
    return np.degrees(np.arccos(np.clip(direction @ direction.T, -1, 1)))
