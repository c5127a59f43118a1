"""Figures of what can be read from states; means over the networks of an arm."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from analysis import Drawing, Estimate, Findings, mean_estimate

Found = Mapping[str, Sequence[Findings]]
LEVEL = 0.05
CHANCE = "Chance is 1 / classes. The findings of each network hold its null of shuffled labelings."


def over_networks(networks: Sequence[Findings], measure: str, **cell: Any) -> Estimate:
    """Mean and interval over the networks in which a cell could be estimated; chance is the mean of theirs."""
    figures = [each for network in networks for each in network.of(measure) if dict(each.cell) == cell]
    known = [each.estimate for each in figures if np.isfinite(each.estimate.value)]
    if not known:
        reason = (
            figures[0].estimate.how.removeprefix("not estimable: ") if figures else "no network was asked"
        )
        return Estimate.not_estimable(reason)
    chance = float(np.mean([each.chance for each in known if each.chance is not None]))
    return mean_estimate([each.value for each in known], chance=chance).within(0.0, 1.0)


def matrices(found: Found, name: str, titles: Mapping[str, str], caption: str) -> Iterator[Drawing]:
    """For each arm and chance level, a panel per array; contours surround what is significant in every network."""
    from analysis.figures import time_generalisation  # matplotlib is slow to import

    for arm, networks in found.items():
        for chance, panels in by_chance(networks, titles).items():
            means = {titles[key]: np.mean(_arrays(networks, key), axis=0) for key in panels}
            p_values = {titles[key]: _arrays(networks, f"{key}/p") for key in panels}
            sure = {key: np.all(np.stack(each) <= LEVEL, axis=0) for key, each in p_values.items() if each}
            views = next((each.arrays["item_age/views"] for each in networks if "item_age" in name), None)
            names = [] if views is None else [f"{item + 1} at {time + 1}" for item, time in views]
            yield Drawing(
                f"{name}-{arm}-{round(1 / chance)}-classes",
                time_generalisation(means, chance=chance, significant=sure, names=names),
                f"{arm}: {caption}, mean over {len(networks)} networks.",
                f"Matrices of balanced accuracy for {', '.join(means)}.",
                f"White is chance. Within a contour p ≤ {LEVEL} in every network, corrected for the whole matrix.",
            )


def by_chance(networks: Sequence[Findings], titles: Mapping[str, str]) -> dict[float, list[str]]:
    """The arrays that every network has, by the chance level that they share."""
    chances: dict[float, list[str]] = {}
    for key in titles:
        levels = {float(each.arrays[f"{key}/chance"]) for each in networks if f"{key}/chance" in each.arrays}
        if len(levels) == 1 and all(key in each.arrays for each in networks):
            chances.setdefault(levels.pop(), []).append(key)
    return chances


def ages(
    found: Found, measure: str, properties: Sequence[str], relevances: Sequence[str]
) -> Iterator[Drawing]:
    """Accuracy by age of each arm, a panel per property and a line per relevance."""
    from analysis.figures import age_curves  # matplotlib is slow to import

    for arm, networks in found.items():
        reached = sorted({each.cell["age"] for network in networks for each in network.of(measure)})
        panels = {
            name: {
                relevance: _by_age(networks, measure, name, relevance, reached) for relevance in relevances
            }
            for name in properties
        }
        panels = {name: lines for name, lines in panels.items() if any(lines.values())}
        if panels:
            yield Drawing(
                f"memory-by-age-{arm}",
                age_curves(panels, x="age in objects"),
                f"{arm}: balanced accuracy for the object shown so long ago, mean and 95 % interval over networks.",
                f"Curves of accuracy by age for {', '.join(panels)}, where the task asks for it and where not.",
                CHANCE,
            )


def _by_age(
    networks: Sequence[Findings], measure: str, name: str, relevance: str, reached: Sequence[int]
) -> dict[int, Estimate]:
    """The ages at which something could be estimated."""
    cells = {age: {"property": name, "relevance": relevance, "age": age} for age in reached}
    found = {age: over_networks(networks, measure, **cell) for age, cell in cells.items()}
    return {age: estimate for age, estimate in found.items() if np.isfinite(estimate.value)}


def rows(
    found: Found, name: str, cells: Mapping[str, tuple[str, Mapping[str, Any]]], caption: str
) -> Iterator[Drawing]:
    """One row per measure and cell, by its title, all arms beside each other."""
    from analysis.figures import interval_plot  # matplotlib is slow to import

    by_arm = {
        arm: {title: over_networks(networks, measure, **cell) for title, (measure, cell) in cells.items()}
        for arm, networks in found.items()
    }
    if any(np.isfinite(each.value) for known in by_arm.values() for each in known.values()):
        yield Drawing(
            name,
            interval_plot(by_arm, label="balanced accuracy"),
            f"{caption}, mean and 95 % interval over networks.",
            f"Intervals of {len(cells)} accuracies for {', '.join(found)}.",
            CHANCE,
        )


def _arrays(networks: Sequence[Findings], key: str) -> list[np.ndarray]:
    return [each.arrays[key] for each in networks if key in each.arrays]
