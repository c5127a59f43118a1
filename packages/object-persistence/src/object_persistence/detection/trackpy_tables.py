"""Detections to and from the tables of trackpy. pandas is imported when one is asked for."""

from typing import Any

import numpy as np

from object_persistence.detection.detections import Detections
from object_persistence.errors import PersistenceError

OWN = ("sigma", "response", "snr", "confidence")


def to_pandas(detections: Detections) -> Any:
    """Columns frame, y, x, mass, size, signal as trackpy names them, then sigma, response, snr, confidence."""
    try:
        import pandas as pd
    except ImportError as missing:
        raise PersistenceError("to_pandas needs pandas: install object-persistence[pandas]") from missing
    signal, sigma = 2 * detections.response, detections.sigma
    columns = detections.columns
    derived = {"mass": 2 * np.pi * sigma**2 * signal, "size": np.sqrt(2) * sigma, "signal": signal}
    places = {name: columns[name] for name in ("frame", "y", "x")}
    return pd.DataFrame({**places, **derived, **{name: columns[name] for name in OWN}})


def from_pandas(table: Any) -> Detections:
    """Read what is there; sigma comes from `size` and the response from `signal` where they are not given."""
    missing = [name for name in ("frame", "y", "x") if name not in table]
    if missing:
        raise PersistenceError(
            f"detections: expected the columns frame, y and x, got {list(table.columns)}; {', '.join(missing)} missing"
        )
    frame = table["frame"].to_numpy()
    if not (frame == np.floor(frame)).all():
        raise PersistenceError("detections: expected whole numbers in the column frame")
    columns = {name: table[name].to_numpy() for name in OWN if name in table}
    if "size" in table and "sigma" not in columns:
        columns["sigma"] = table["size"].to_numpy() / np.sqrt(2)
    if "signal" in table and "response" not in columns:
        columns["response"] = table["signal"].to_numpy() / 2
    return Detections.of(frame, table["y"].to_numpy(), table["x"].to_numpy(), **columns)
