"""How far the points of a grid lie from its base setting, on validation data: alone, by setting, and two by two."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from analysis import Comparison, Measure, compare

Settings = Mapping[str, Any]


@dataclass(frozen=True)
class Ablation:
    """Points of a grid, each with one validation figure per seed, and which of them the others are held against."""

    measure: Measure
    settings: Sequence[Settings]
    values: Sequence[pl.DataFrame]
    """Columns seed and value, point by point."""
    base: int = 0
    axes: dict[str, list[Any]] = field(init=False)

    def __post_init__(self):
        axes: dict[str, list[Any]] = {}
        for each in self.settings:
            for name, level in each.items():
                found = axes.setdefault(name, [])
                found += [] if level in found else [level]
        object.__setattr__(self, "axes", {name: levels for name, levels in axes.items() if len(levels) > 1})

    def differences(self) -> Comparison:
        """Every point against the base, paired by seed, corrected over the points (Holm)."""
        labels = [in_words(each) for each in self.settings]
        return self._compare(dict(zip(labels, self.values, strict=True)), labels[self.base])

    @property
    def is_complete(self) -> bool:
        """Whether every combination of levels is there, so that a mean over the other settings is of the same ones."""
        count = 1
        for levels in self.axes.values():
            count *= len(levels)
        return len(self.settings) == count

    def marginal(self, name: str) -> Comparison:
        """Each level of a setting against the base's, the mean over all other settings, corrected over the levels."""
        arms = {
            in_words({name: level}): pl.concat([self.values[index] for index in self._at(name, level)])
            .group_by("seed", maintain_order=True)
            .agg(pl.col("value").mean())
            for level in self.axes[name]
        }
        return self._compare(arms, in_words({name: self.settings[self.base][name]}))

    def two_way(self) -> tuple[str, str] | None:
        """The two settings that vary, if there are exactly two."""
        names = tuple(self.axes)
        return (names[0], names[1]) if len(names) == 2 else None

    def point(self, **levels: Any) -> int | None:
        """Where the point with these levels stands; None where it was not drawn."""
        matching = (i for i, each in enumerate(self.settings) if all(each[k] == v for k, v in levels.items()))
        return next(matching, None)

    def _at(self, name: str, level: Any) -> list[int]:
        return [index for index, each in enumerate(self.settings) if each[name] == level]

    def _compare(self, arms: Mapping[str, pl.DataFrame], baseline: str) -> Comparison:
        table = pl.concat([values.with_columns(arm=pl.lit(arm)) for arm, values in arms.items()])
        found = self.measure
        return compare(
            table.select("arm", "seed", "value"),
            [],
            baseline,
            metric=found.name,
            chance=found.chance,
            higher_is_better=found.higher_is_better,
            bounds=found.bounds,
        )


def base_point(settings: Sequence[Settings], config: Mapping[str, Any]) -> int:
    """The point with the configuration's own values, or the first where the grid does not hold it."""
    own = (
        i for i, each in enumerate(settings) if all(value_of(config, name) == v for name, v in each.items())
    )
    return next(own, 0)


def value_of(config: Mapping[str, Any], name: str) -> Any:
    """A setting by its dotted name, None where there is none."""
    found: Any = config
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def in_words(settings: Settings) -> str:
    """Settings as a row is named."""
    return " ".join(f"{name}={value}" for name, value in settings.items())
