"""What tokens receive against a feature of theirs."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Num
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.errors import AnalysisError
from analysis.figures.parts import MARKERS, words
from analysis.figures.style import ARMS, PAGE, house_style
from analysis.patterns.attention_features import FeatureCorrelation, feature_correlations


def attention_feature_scatter(
    attention: Num[np.ndarray, " tokens"],
    feature: Num[np.ndarray, " tokens"],
    *,
    names: tuple[str, str] = ("received attention", "feature"),
    kinds: Sequence[str] | None = None,
    permutations: int = 1000,
    seed: int = 0,
) -> Figure:
    """Draw each token's attention against a feature, with both correlations, their intervals and p in words.

    `names` are those of the attention and of the feature; `kinds` has one entry per token.

    Raises:
        AnalysisError: lengths that differ, or numbers that are not finite.
    """
    kinds = ["token"] * len(attention) if kinds is None else list(kinds)
    if len(kinds) != len(attention):
        raise AnalysisError(f"expected one kind per token ({len(attention)}), got {len(kinds)}")
    drawing = {"permutations": permutations, "seed": seed}
    values = np.asarray(attention, dtype=float), {names[1]: np.asarray(feature, dtype=float)}
    found = [feature_correlations(*values, method, **drawing)[0] for method in ("pearson", "spearman")]
    with house_style():
        figure = Figure(figsize=(PAGE, 4.4), layout="constrained")
        axes = figure.add_subplot()
        _points(axes, values[0], values[1][names[1]], kinds)
        axes.set(xlabel=words(names[1]), ylabel=words(names[0]))
        axes.set_title("\n".join(map(in_words, found)), fontsize=9.5)
        if len(set(kinds)) > 1:
            figure.legend(loc="outside lower center", ncols=4)
    return figure


def in_words(found: FeatureCorrelation) -> str:
    """A correlation as it stands above its figure."""
    estimate, sign = found.estimate, {"pearson": "Pearson r", "spearman": "Spearman ρ"}[found.method]
    if np.isnan(estimate.value):
        return f"{sign}: {estimate.how}"
    p = "" if estimate.null is None else f", p = {estimate.null.p:.3g} ({estimate.null.how})"
    return f"{sign} = {estimate.value:.2f} [{estimate.low:.2f}, {estimate.high:.2f}], n = {estimate.n}{p}"


def _points(axes: Axes, attention: np.ndarray, feature: np.ndarray, kinds: Sequence[str]) -> None:
    clear = 0.75 if attention.size <= 300 else 0.25
    for number, kind in enumerate(sorted(set(kinds))):
        chosen = np.array([each == kind for each in kinds])
        axes.scatter(
            feature[chosen],
            attention[chosen],
            s=22,
            alpha=clear,
            linewidths=0,
            label=f"{words(kind)} ({int(chosen.sum())})",
            rasterized=attention.size > 2000,
            color=ARMS[(number + 1) % len(ARMS)],
            marker=MARKERS[number % len(MARKERS)],
        )
