"""Media that are compared, and which of them a model may learn from."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import polars as pl
from jaxtyping import Bool, Float, Int

from graph_attention.errors import MetabolicError
from graph_attention.network.graph import MetabolicGraph
from graph_attention.network.tables import agreeing
from graph_attention.truth.holding_out import HeldOut, hold_out_combinations, hold_out_nutrients
from graph_attention.truth.media import OXYGEN, Medium
from graph_attention.truth.nutrients import COMPOSITION, nutrients

By = Literal["medium", "nutrient", "both"]
Splits = dict[str, Int[np.ndarray, " rows"]]


@dataclass(frozen=True, eq=False)
class MediumSet:
    """Media of one network, each with a name of its own.

    Raises:
        MetabolicError: there is no medium, or two have one name.
    """

    graph: MetabolicGraph
    media: tuple[Medium, ...]

    def __post_init__(self):
        names = self.names
        if not names:
            raise MetabolicError("expected at least one medium; got none")
        if (
            twice := sorted({name for name in names if names.count(name) > 1})
            if len({*names}) < len(names)
            else []
        ):
            raise MetabolicError(
                f"{agreeing(len(twice), 'name of a medium occurs', 'names of media occur')} twice, "
                f"the first is {twice[0]}; rename one"
            )

    def __repr__(self) -> str:
        """Network and sizes."""
        return (
            f"MediumSet({self.graph.name}: {len(self)} media, {len(self.nutrients)} nutrients chosen in them)"
        )

    def __len__(self) -> int:
        """How many media there are."""
        return len(self.media)

    def __iter__(self) -> Iterator[Medium]:
        """The media, in order."""
        return iter(self.media)

    def __getitem__(self, row: int | np.integer) -> Medium:
        """One medium by its row."""
        return self.media[row]

    def __add__(self, other: "MediumSet") -> "MediumSet":
        """These media, then those.

        Raises:
            MetabolicError: they are of different networks.
        """
        if self.graph.fingerprint != other.graph.fingerprint:
            raise MetabolicError(
                f"media of one network cannot join those of another: {self.graph!r} and {other.graph!r}; use `on`"
            )
        return MediumSet(self.graph, self.media + other.media)

    def take(self, rows: Sequence[int] | Int[np.ndarray, " rows"]) -> "MediumSet":
        """Some of the media."""
        return MediumSet(self.graph, tuple(self.media[row] for row in rows))

    def on(self, graph: MetabolicGraph) -> "MediumSet":
        """The same media on a smaller network, without the exchanges that it lacks; splits stay as they are."""
        return MediumSet(graph, tuple(medium.on(graph) for medium in self.media))

    @property
    def names(self) -> list[str]:
        """What the media are called."""
        return [medium.name for medium in self.media]

    @cached_property
    def uptake(self) -> Float[np.ndarray, "media exchanges"]:
        """Largest uptake of each of `graph.exchanges`, mmol/gDW/h.

        Raises:
            MetabolicError: a medium names what is no exchange of the network; see `on`.
        """
        names = self.graph.reactions["id"][self.graph.exchanges].to_list()
        place = {name: index for index, name in enumerate(names)}
        found = np.zeros((len(self), len(names)))
        for row, medium in enumerate(self.media):
            medium.check(self.graph.name, names)
            for exchange, amount in medium.uptake.items():
                found[row, place[exchange]] = amount
        return found

    @cached_property
    def composition(self) -> Float[np.ndarray, "media elements"]:
        """Atoms of C, H, N, O, P, S that the varied sources offer together, mmol/gDW/h; the base is left out."""
        table = nutrients(self.graph)
        counts = dict(zip(table["exchange"], table.select(COMPOSITION).iter_rows(), strict=True))
        found = np.zeros((len(self), len(COMPOSITION)))
        for row, medium in enumerate(self.media):
            for exchange in medium.sources():
                if exchange in medium.uptake:
                    found[row] += medium.uptake[exchange] * np.array(counts[exchange])
        return found

    @cached_property
    def aerobic(self) -> Bool[np.ndarray, " media"]:
        """Whether oxygen is offered."""
        return np.array([medium.aerobic for medium in self.media])

    @cached_property
    def nutrients(self) -> tuple[str, ...]:
        """Every exchange that some medium chose as a source, sorted."""
        return tuple(sorted({exchange for medium in self.media for exchange in medium.sources()}))

    @cached_property
    def chosen(self) -> Bool[np.ndarray, "media nutrients"]:
        """Which of the `nutrients` each medium chose."""
        sources = [set(medium.sources()) for medium in self.media]
        return np.array(
            [[each in chosen for each in self.nutrients] for chosen in sources], dtype=bool
        ).reshape(len(self), -1)

    @cached_property
    def combinations(self) -> tuple[str, ...]:
        """What each medium combines, whatever the amounts: its chosen nutrients, and whether there is oxygen."""
        return tuple(
            " + ".join(sorted(medium.sources())) + ("" if medium.aerobic else ", no oxygen")
            for medium in self.media
        )

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of all media, in order."""
        return hashlib.sha256(json.dumps([_plain(medium) for medium in self.media]).encode()).hexdigest()

    def split(self, by: By = "both", seed: int = 0, held_out: float = 0.15) -> Splits:
        """Rows to train on, and rows that hold out a combination of nutrients, a nutrient, or (both) either.

        A medium of validation/nutrient or test/nutrient holds a nutrient that no medium of any other part but
        those two holds, and test/nutrient one that no other part holds at all. A medium of validation/medium or
        test/medium combines nutrients that training holds, in a combination that training does not hold, at
        any amount. 10 % of the media each go to these, as far as no nutrient leaves training: of few media that may
        be none, which `holding_out.sizes` says.

        Args:
            by: medium, nutrient, or both for all five parts.
            seed: of the choice.
            held_out: the share of the nutrients that only validation/nutrient may show, and as many again that
                only test/nutrient may show.

        Raises:
            MetabolicError: there are too few nutrients to hold any out.
        """
        part = self._parts(by, seed, held_out)
        return {name: np.flatnonzero(part == name) for name in PARTS[by]}

    def groups(self, by: By = "both", seed: int = 0, held_out: float = 0.15) -> list[str]:
        """What may not cross folds: the held-out nutrient of a medium that has one, else its combination."""
        part = self._parts(by, seed, held_out)
        chosen = self.held_out(seed, held_out) if by != "medium" else HeldOut((), ())
        return [
            next((name for name in sorted(medium.sources()) if name in chosen.of(split)), combination)
            for medium, split, combination in zip(self.media, part, self.combinations, strict=True)
        ]

    def held_out(self, seed: int = 0, share: float = 0.15) -> HeldOut:
        """The nutrients that validation/nutrient and test/nutrient hold out."""
        return hold_out_nutrients(self.nutrients, seed, share)

    def _parts(self, by: By, seed: int, held_out: float) -> np.ndarray:
        part = np.full(len(self), "train", dtype=object)
        if by != "medium":
            away = self.held_out(seed, held_out)
            for name in ("validation/nutrient", "test/nutrient"):
                part[self.chosen[:, np.isin(self.nutrients, away.of(name))].any(axis=1)] = name
        if by != "nutrient":
            rows = np.flatnonzero(part == "train")
            part[rows] = hold_out_combinations(np.array(self.combinations)[rows], self.chosen[rows], seed)
        return part

    def table(self) -> pl.DataFrame:
        """One row for each nutrient of each medium: medium, exchange, uptake, varied (its element, or null)."""
        rows = [
            (medium.name, exchange, amount, medium.varied.get(exchange))
            for medium in self.media
            for exchange, amount in medium.uptake.items()
        ]
        return pl.DataFrame(rows, schema=SCHEMA, orient="row")

    @classmethod
    def from_table(cls, graph: MetabolicGraph, table: pl.DataFrame) -> "MediumSet":
        """The media of a table as `table` gives it."""
        media = []
        for (name,), rows in table.group_by("medium", maintain_order=True):
            uptake = dict(zip(rows["exchange"], rows["uptake"], strict=True))
            varied = rows.filter(pl.col("varied").is_not_null())
            media.append(
                Medium(str(name), uptake, dict(zip(varied["exchange"], varied["varied"], strict=True)))
            )
        return cls(graph, tuple(media))


PARTS: dict[str, tuple[str, ...]] = {
    "medium": ("train", "validation/medium", "test/medium"),
    "nutrient": ("train", "validation/nutrient", "test/nutrient"),
    "both": ("train", "validation/medium", "validation/nutrient", "test/medium", "test/nutrient"),
}
SCHEMA = {"medium": pl.String, "exchange": pl.String, "uptake": pl.Float64, "varied": pl.String}


def _plain(medium: Medium) -> list[object]:
    return [medium.name, sorted(medium.uptake.items()), sorted(medium.varied.items()), OXYGEN]
