"""What training recorded at the end of every epoch."""

import polars as pl

from analysis.store import Run


def epochs(run: Run) -> pl.DataFrame:
    """One row per epoch, in order; nothing where training is not recorded here."""
    metrics = run.metrics() if (run.path / "metrics.jsonl").is_file() else pl.DataFrame()
    if not {"kind", "step"} <= set(metrics.columns):
        return pl.DataFrame({"step": []}, schema={"step": pl.Int64})
    return metrics.filter(pl.col("kind") == "epoch").sort("step")


def known(recorded: pl.DataFrame, column: str) -> pl.DataFrame:
    """The epochs in which a finite figure was recorded."""
    if column not in recorded.columns:
        return recorded.clear()
    return recorded.filter(pl.col(column).is_finite())
