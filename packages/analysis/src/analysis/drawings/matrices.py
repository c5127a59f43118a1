"""Square matrices that assays found, such as accuracies by training and test time, over the networks of each arm."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.assays.assay import Assay
from analysis.assays.findings import Findings
from analysis.drawings.drawing import Drawing
from analysis.figures.matrices import heat_map
from analysis.interactive import Interactive, View, matrix_view
from analysis.report.wording import plain

SIGNIFICANT = 0.05


@dataclass(frozen=True)
class Mean:
    """A matrix over the networks of an arm, where more than half of them tell it from chance, and its chance level."""

    values: np.ndarray
    significant: np.ndarray | None
    chance: float | None
    names: tuple[str, ...]

    def view(self, label: str) -> View:
        """The matrix for a browser."""
        return matrix_view(
            self.values,
            rows=self.names,
            columns=self.names,
            label=label,
            axes=("trained at", "tested at"),
            centre=self.chance,
            significant=self.significant,
        )


def matrix_drawings(assay: Assay, found: Mapping[str, Sequence[Findings]]) -> Iterator[Drawing]:
    """One drawing for each first word of the arrays' names, such as time_generalisation."""
    for family in dict.fromkeys(name.partition("/")[0] for name in _squares(found)):
        means = {
            (arm, *name.split("/")[1:]): mean
            for name in _squares(found)
            if name.partition("/")[0] == family
            for arm, findings in found.items()
            if (mean := _mean(findings, name)) is not None
        }
        longest = max(map(len, means))
        means = {key: each for key, each in means.items() if len(key) == longest}
        first, mean = next(iter(means.items()))
        yield Drawing(
            f"{assay.name}-{family}",
            heat_map(
                mean.values,
                rows=mean.names,
                columns=mean.names,
                label=plain(assay.measures[0].name),
                x="tested at",
                y="trained at",
                against=None if mean.chance is None else {"chance": mean.chance},
            ),
            f"{plain(family).capitalize()}: rows are where it was trained, columns where it was tested; mean over "
            f"networks. The printed one is {', '.join(first)}.",
            f"Matrix of {plain(family)} for {', '.join(first)}, mean {np.nanmean(mean.values):.3f}.",
            "Colours part at chance, and a contour surrounds what is significant in more than half of the networks, "
            "corrected for the whole matrix."
            if mean.chance is not None
            else "No chance level is known of it.",
            Interactive(
                {key: each.view(plain(assay.measures[0].name)) for key, each in means.items()},
                _columns(found, first),
            ),
        )


def _squares(found: Mapping[str, Sequence[Findings]]) -> list[str]:
    """Names of the arrays that are square matrices of figures."""
    arrays = {
        name: array for findings in found.values() for each in findings for name, array in each.arrays.items()
    }
    return [
        name
        for name, array in arrays.items()
        if array.ndim == 2
        and array.shape[0] == array.shape[1] > 1
        and not name.endswith(("/p", "/views"))
        and np.isfinite(array).any()
    ]


def _mean(findings: Sequence[Findings], name: str) -> Mean | None:
    having = [each for each in findings if name in each.arrays]
    if not having:
        return None
    shape = having[0].arrays[name].shape
    alike = [each for each in having if each.arrays[name].shape == shape]
    values = np.stack([each.arrays[name] for each in alike])
    known = np.isfinite(values)
    mean = np.where(known, values, 0).sum(0) / np.where(known.any(0), known.sum(0), np.nan)
    tested = [each.arrays[f"{name}/p"] for each in alike if f"{name}/p" in each.arrays]
    significant = (np.stack(tested) < SIGNIFICANT).mean(0) > 0.5 if tested else None
    return Mean(mean, significant, _chance(alike, name), _names(alike[0], name, shape[0]))


def _chance(findings: Sequence[Findings], name: str) -> float | None:
    """The chance level of the figures in whose cells the words of the name stand."""
    words = set(name.split("/")[1:])
    levels = [
        figure.estimate.chance
        for each in findings
        for figure in each.figures
        if figure.estimate.chance is not None and words <= set(map(str, figure.cell.values()))
    ]
    return float(np.mean(levels)) if levels else None


def _names(found: Findings, name: str, side: int) -> tuple[str, ...]:
    """Views (shown at s, read at t) where they are stored, and frames where not."""
    views = found.arrays.get(f"{name.partition('/')[0]}/views")
    if views is not None and len(views) == side:
        return tuple(f"shown {shown + 1}, read {read + 1}" for shown, read in views.astype(int))
    return tuple(f"frame {number}" for number in range(1, side + 1))


def _columns(found: Mapping[str, Sequence[Findings]], key: Sequence[str]) -> tuple[str, ...]:
    """What the words of a key are levels of."""
    cells = [figure.cell for findings in found.values() for each in findings for figure in each.figures]
    columns = {str(level): name for cell in cells for name, level in cell.items()}
    return ("arm", *(columns.get(word, "array") for word in key[1:]))
