"""Behaviour in tables: what is stored of every frame, and what is measured over it."""

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
import polars as pl
from jaxtyping import Float

from working_memory.errors import WorkingMemoryError
from working_memory.lures import Lure
from working_memory.trials import BLANK, Answer, Trials

LURES = tuple(kind.name.lower() for kind in Lure)


def trials_table(
    trials: Trials,
    probabilities: Float[np.ndarray, "sequences frames classes"],
    *,
    split: str,
    table: pl.DataFrame,
) -> pl.DataFrame:
    """One row per frame, blanks and frames without action included; `table` names what was shown.

    `score` is P(match) / (P(match) + P(non-match)), null where both are zero; `group` is the sequence.

    Raises:
        WorkingMemoryError: the probabilities have another shape than the trials, or do not sum to one.
    """
    _check_probabilities(trials, probabilities)
    sequences, steps = trials.targets.shape
    group, step = (index.ravel() for index in np.indices((sequences, steps)))
    prediction = probabilities.argmax(axis=-1).ravel()
    tasks = [trials.tasks[index] for index in trials.task[group]]
    columns = {
        "split": [split] * len(group),
        "item": np.arange(len(group)),
        "group": group,
        "step": step,
        "target": trials.targets.ravel(),
        "prediction": prediction,
        "score": _score(probabilities),
        "scored": trials.scored.ravel(),
        "correct": prediction == trials.targets.ravel(),
        "task": [task.name for task in tasks],
        "feature": [task.feature for task in tasks],
        "n": [task.n for task in tasks],
        "lure": [LURES[kind] for kind in trials.lures.ravel()],
        "view_distance": pl.Series(trials.view_distances.ravel(), nan_to_null=True),
    }
    return pl.DataFrame(columns | _shown(trials, table))


def accuracy(trials: pl.DataFrame, by: Sequence[str] = ()) -> pl.DataFrame:
    """Share of right answers among scored frames; `chance` is that of always giving the commoner answer."""
    match = (pl.col("target") == Answer.MATCH).mean()
    return _measure(
        trials,
        by,
        pl.len().alias("frames"),
        pl.col("correct").mean().alias("accuracy"),
        pl.max_horizontal(match, 1 - match).alias("chance"),
    )


def serial_position(trials: pl.DataFrame, by: Sequence[str] = ()) -> pl.DataFrame:
    """Accuracy by place in the sequence, counted in objects from 0."""
    return accuracy(trials, [*by, "position"])


def detection(trials: pl.DataFrame, by: Sequence[str] = ()) -> pl.DataFrame:
    """How well matches are told from non-matches, and the leaning to say match.

        d′ = z(H) − z(F),   c = −(z(H) + z(F)) / 2,   H = (hits + ½) / (matches + 1), F likewise

    With the log-linear correction of Hautus (1995); the rates in the table are uncorrected.
    """
    match, says = pl.col("target") == Answer.MATCH, pl.col("prediction") == Answer.MATCH
    counted = _measure(
        trials,
        by,
        match.sum().alias("matches"),
        (~match).sum().alias("non_matches"),
        (match & says).sum().alias("hits"),
        (~match & says).sum().alias("false_alarms"),
    )
    hit, false_alarm = _z("hits", "matches"), _z("false_alarms", "non_matches")
    return counted.with_columns(
        _rate("hits", "matches").alias("hit_rate"),
        _rate("false_alarms", "non_matches").alias("false_alarm_rate"),
        (hit - false_alarm).alias("d_prime"),
        (-(hit + false_alarm) / 2).alias("criterion"),
    )


def lure_false_alarms(trials: pl.DataFrame, by: Sequence[str] = ()) -> pl.DataFrame:
    """How often a lure is taken for a match, and a plain non-match; null where none was shown."""
    lure, says = pl.col("lure") != "none", pl.col("prediction") == Answer.MATCH
    return _measure(
        trials.filter(pl.col("target") == Answer.NON_MATCH),
        by,
        lure.sum().alias("lures"),
        says.filter(lure).mean().alias("lure_false_alarms"),
        (~lure).sum().alias("plain"),
        says.filter(~lure).mean().alias("plain_false_alarms"),
    )


def observers(trials: pl.DataFrame, by: Sequence[str] = ()) -> pl.DataFrame:
    """What simple observers score on the scored frames: the least that an accuracy has to be compared with.

    `commoner` always gives the commoner answer; `category`, `image` and `location` answer match where
    that alone equals the object n back; `previous` compares the right feature with the object just before.
    """
    match = pl.col("target") == Answer.MATCH
    says = {name: pl.col(name) == pl.col(f"{name} n back") for name in ("category", "image", "location")}
    says["previous"] = pl.col("asked") == pl.col("asked before")
    return _measure(
        _with_earlier(trials),
        by,
        pl.max_horizontal(match.mean(), (~match).mean()).alias("commoner"),
        *((said == match).mean().alias(name) for name, said in says.items()),
    )


def _with_earlier(trials: pl.DataFrame) -> pl.DataFrame:
    """Every shown object beside the one n back and the one before it; `asked` is the feature that its task is about."""
    features = ("location", "identity", "category")
    asked = pl.coalesce(
        pl.when(pl.col("feature") == name).then(pl.col(name).cast(pl.String)) for name in features
    )
    shown = trials.filter(pl.col("position").is_not_null()).with_columns(asked=asked)
    for suffix, distance in ((" n back", pl.col("n")), (" before", pl.lit(1))):
        earlier = shown.select("split", "group", "position", "category", "image", "location", "asked")
        shown = shown.with_columns(there=pl.col("position") - distance).join(
            earlier,
            left_on=("split", "group", "there"),
            right_on=("split", "group", "position"),
            how="left",
            suffix=suffix,
        )
    return shown


def _check_probabilities(trials: Trials, probabilities: np.ndarray) -> None:
    expected = (*trials.targets.shape, len(Answer))
    if probabilities.shape != expected:
        raise WorkingMemoryError(f"expected probabilities {expected}; got {probabilities.shape}")
    if not np.allclose(probabilities.sum(axis=-1), 1, atol=1e-3):
        raise WorkingMemoryError(
            "expected probabilities that sum to one over the three answers; take the softmax of the logits"
        )


def _score(probabilities: np.ndarray) -> pl.Series:
    match = probabilities[..., Answer.MATCH].astype(np.float64).ravel()
    either = match + probabilities[..., Answer.NON_MATCH].ravel()
    score = np.divide(match, either, out=np.full_like(match, np.nan), where=either > 0)
    return pl.Series(score, nan_to_null=True)


def _shown(trials: Trials, table: pl.DataFrame) -> dict[str, pl.Series]:
    """What stood at each frame, null at blanks."""
    images = trials.images.ravel()
    shown = pl.Series(images != BLANK)
    rows = pl.select(pl.when(shown).then(pl.Series(images))).to_series()
    position = np.cumsum(trials.images != BLANK, axis=1).ravel() - 1
    named = {name: table[name].gather(rows) for name in ("category", "identity", "viewpoint", "location")}
    return {
        "position": pl.select(pl.when(shown).then(pl.Series(position))).to_series(),
        "image": rows,
        **named,
    }


def _measure(trials: pl.DataFrame, by: Sequence[str], *measures: pl.Expr) -> pl.DataFrame:
    if unknown := [name for name in by if name not in trials.columns]:
        raise WorkingMemoryError(
            f"trials have no column {unknown[0]!r}; expected among: {', '.join(trials.columns)}"
        )
    scored = trials.filter(pl.col("scored"))
    if scored.is_empty():
        raise WorkingMemoryError("expected trials with scored frames; got none")
    return scored.group_by(by, maintain_order=True).agg(measures).sort(by) if by else scored.select(measures)


def _z(count: str, total: str) -> pl.Expr:
    corrected = (pl.col(count) + 0.5) / (pl.col(total) + 1)
    return corrected.map_elements(NormalDist().inv_cdf, return_dtype=pl.Float64)


def _rate(count: str, total: str) -> pl.Expr:
    return pl.when(pl.col(total) > 0).then(pl.col(count) / pl.col(total))
