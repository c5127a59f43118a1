"""Writing a file whole or not at all, and the formats a run is kept in."""

import json
import os
import uuid
import warnings
import zipfile
from collections.abc import Callable, Iterable, Mapping
from io import BufferedRandom, BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from safetensors.numpy import load_file, save

from analysis.errors import StoreError, StoreWarning

Arrays = dict[str, np.ndarray]


def write_atomically(path: Path | str, write: Callable[[Path], object]) -> None:
    """Let `write` fill a file beside `path`, then put it in place whole, or leave everything as it was.

    Raises:
        StoreError: the system refused, for example because the disk is full; an earlier file is intact.
    """
    path = Path(path)
    temporary = temporary_beside(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(temporary)
        flush(temporary)
        temporary.replace(path)
        flush(path.parent)
    except OSError as error:
        raise StoreError(f"could not write {path}: {error.strerror or error}; nothing was changed") from error
    finally:
        if temporary.exists():  # unlink would raise where a folder is a file, and hide the reason
            temporary.unlink()


def temporary_beside(path: Path) -> Path:
    """Return a hidden name in the same folder, so that a rename stays on one file system."""
    return path.with_name(f".{path.name}.{uuid.uuid4().hex[:12]}.tmp")


def flush(path: Path) -> None:
    """Wait until a file or the names in a folder are on the disk."""
    if path.is_dir() and os.name == "nt":
        return  # Windows opens no folders
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_json(path: Path, record: Mapping[str, Any]) -> None:
    """Readable and deterministic: two spaces, keys in the order given; non-finite numbers are refused."""
    text = json.dumps(dict(record), indent=2, default=_plain, allow_nan=False, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def read_json(path: Path) -> Any:
    """Read what `write_json` wrote."""
    return json.loads(path.read_text(encoding="utf-8"))


def append_line(path: Path, record: Mapping[str, Any]) -> None:
    """Add one JSON line and flush it; an earlier line that was cut off is taken out first, with a warning."""
    with path.open("ab+") as file:
        _drop_torn_line(file, path)
        file.write(_line(record))


def write_lines(path: Path, records: Iterable[Mapping[str, Any]]) -> None:
    """Write one JSON line per record; NaN stays NaN, as Python's json reads it."""
    path.write_bytes(b"".join(map(_line, records)))


def read_lines(path: Path) -> list[dict]:
    """Read one record per line; warn of a last line that was cut off, and leave it out."""
    *lines, tail = path.read_bytes().split(b"\n")
    if tail:
        warnings.warn(f"{path}: the last line was cut off and is left out", StoreWarning, stacklevel=2)
    return [_parsed(line, number) for number, line in enumerate(lines, start=1)]


def write_safetensors(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write named arrays.

    Like the two formats below, serialised first: a full disk is then an OSError, not the library's own error.
    """
    path.write_bytes(save({name: np.ascontiguousarray(array) for name, array in arrays.items()}))


def read_safetensors(path: Path) -> Arrays:
    """Read named arrays."""
    return load_file(path)


def write_npz(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write named arrays of plain numbers or text, the same bytes every time; pickled objects are refused."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, array in arrays.items():
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, np.asarray(array), allow_pickle=False)
    path.write_bytes(buffer.getbuffer())


def read_npz(path: Path) -> Arrays:
    """Read named arrays; each is checked against its checksum."""
    with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def write_parquet(path: Path, table: pl.DataFrame) -> None:
    """Write a table."""
    buffer = BytesIO()
    table.write_parquet(buffer)
    path.write_bytes(buffer.getbuffer())


def read_parquet(path: Path) -> pl.DataFrame:
    """Read a table into memory, so that the file may be replaced while the table lives."""
    return pl.read_parquet(path, memory_map=False)


def _line(record: Mapping[str, Any]) -> bytes:
    return (json.dumps(dict(record), default=_plain) + "\n").encode()


def _parsed(line: bytes, number: int) -> dict:
    try:
        record = json.loads(line)
    except ValueError:
        raise StoreError(f"line {number} is not JSON") from None
    if not isinstance(record, dict):
        raise StoreError(f"line {number} is not a record")
    return record


def _drop_torn_line(file: BufferedRandom, path: Path) -> None:
    size = file.seek(0, os.SEEK_END)
    if size == 0:
        return
    file.seek(size - 1)
    if file.read(1) == b"\n":
        return
    file.seek(0)
    file.truncate(file.read().rfind(b"\n") + 1)
    warnings.warn(f"{path}: the last line was cut off and is taken out", StoreWarning, stacklevel=4)


def _plain(value: Any) -> Any:
    """NumPy scalars and arrays, and paths, as JSON has them."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in JSON")
