"""Kinds of patterns, and how clearly they are apart."""

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.errors import AnalysisError
from analysis.figures.parts import MARKERS
from analysis.figures.style import ARMS, FAINT, INK, PAGE, QUIET, SMALL, house_style
from analysis.patterns.clusterers import LARGEST_SAMPLE, NOISE, silhouettes
from analysis.patterns.clustering import Clustering


def cluster_panel(
    patterns: Float[np.ndarray, "patterns dims"], found: Clustering, *, seed: int = 0
) -> Figure:
    """Draw patterns in the plane of their two largest principal components, and the silhouette of each by cluster.

    The mean silhouette stands beside what one normal cloud would have (grey); above are stability, the share
    of noise and the verdict. Of more than 2000 patterns some are drawn.

    Raises:
        AnalysisError: not one label per pattern.
    """
    if len(patterns) != len(found.labels):
        raise AnalysisError(f"expected one label per pattern ({len(patterns)}), got {len(found.labels)}")
    some = _some(len(patterns), seed)
    labels, points = found.labels[some], patterns[some]
    with house_style():
        figure = Figure(figsize=(PAGE, 3.9), layout="constrained")
        left, right = figure.subplots(1, 2, width_ratios=[1.2, 1])
        _plane(left, patterns, points, labels)
        _silhouettes(right, points, labels, found, seed)
        figure.suptitle(_in_words(found, len(some)), fontsize=SMALL, x=0.01, ha="left")
    return figure


def _some(count: int, seed: int) -> np.ndarray:
    if count <= LARGEST_SAMPLE:
        return np.arange(count)
    return np.sort(np.random.default_rng(seed).choice(count, LARGEST_SAMPLE, replace=False))


def _plane(axes: Axes, patterns: np.ndarray, points: np.ndarray, labels: np.ndarray) -> None:
    centre = patterns.mean(0)
    _, sizes, directions = np.linalg.svd(patterns - centre, full_matrices=False)
    shares = sizes**2 / max(float((sizes**2).sum()), np.finfo(float).tiny)
    flat = (points - centre) @ directions[:2].T
    flat = np.pad(flat, ((0, 0), (0, 2 - flat.shape[1])))
    for label in np.unique(labels):
        chosen = labels == label
        colour, shape, name = _look(int(label))
        axes.scatter(
            *flat[chosen].T, s=18, c=colour, marker=shape, linewidths=0.8, label=f"{name} ({chosen.sum()})"
        )
    axes.set_aspect("equal", adjustable="datalim")
    axes.set_xlabel(f"component 1 ({shares[0]:.0%} of variance)")
    axes.set_ylabel(f"component 2 ({shares[1] if shares.size > 1 else 0:.0%})")
    axes.legend(fontsize=SMALL, handletextpad=0.2, borderpad=0.2)


def _silhouettes(axes: Axes, points: np.ndarray, labels: np.ndarray, found: Clustering, seed: int) -> None:
    """Each pattern's silhouette, sorted within its cluster."""
    inside = labels[labels != NOISE]
    each = silhouettes(points, labels, seed)
    axes.set(xlabel="silhouette", yticks=[])
    if not each.size:
        axes.text(0.5, 0.5, found.silhouette.how, transform=axes.transAxes, ha="center", wrap=True)
        return
    start = 0
    for label in np.unique(inside):
        heights = np.sort(each[inside == label])[::-1]
        axes.barh(np.arange(start, start + heights.size), heights, height=1.0, color=_look(int(label))[0])
        start += heights.size + max(2, len(inside) // 50)
    if found.silhouette.null is not None:
        null = found.silhouette.null
        axes.axvspan(null.low, null.high, color=FAINT, zorder=0)
        axes.text(
            null.value, -0.03 * start, "one cloud", color=QUIET, fontsize=SMALL, ha="center", va="bottom"
        )
    axes.axvline(found.silhouette.value, color=INK, linewidth=1.2)
    axes.set_ylim(start, -0.12 * start)


def _look(label: int) -> tuple[str, str, str]:
    if label == NOISE:
        return QUIET, "x", "noise"
    return ARMS[1 + label % (len(ARMS) - 1)], MARKERS[label % len(MARKERS)], f"cluster {label + 1}"


def _in_words(found: Clustering, drawn: int) -> str:
    parts = [f"{found.clusters} clusters: {found.verdict}", f"noise {found.noise.value:.0%}"]
    if np.isfinite(found.silhouette.value):
        p = "" if found.silhouette.null is None else f", p = {found.silhouette.null.p:.3g}"
        parts += [f"silhouette {found.silhouette.value:.2f}{p}", f"stability {found.stability.value:.2f}"]
    if drawn < found.labels.size:
        parts.append(f"{drawn:,} of {found.labels.size:,} patterns drawn")
    return "; ".join(parts)
