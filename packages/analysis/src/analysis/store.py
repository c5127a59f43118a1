"""The files of a run: their schema, and how they are read and written."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np
import polars as pl
import yaml

from analysis import files
from analysis.errors import StoreError
from analysis.files import Arrays, write_atomically

SCHEMA = 1
"""Version of the layout below, kept in every environment.json."""

TRIAL_COLUMNS = ("split", "item", "group", "step", "target", "prediction", "score")
"""What trials.parquet always has; an experiment's own cell columns follow."""

NEVER_NULL = ("split", "item", "group", "step", "score")

SAFE = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The loader in C where it was built: ten times as fast, and a comparison reads every config often."""

State = Literal["absent", "incomplete", "complete", "foreign"]
Read = TypeVar("Read")


@dataclass(frozen=True, order=True)
class Run:
    """One folder, `<config name>[+<hash>]/seed-<k>`, and the files in it.

    A run begins with `config.yaml` and `environment.json`, grows `metrics.jsonl` and `checkpoints/`, and
    is complete with its evaluation: `states.safetensors`, `attention.npz` and, the last, `trials.parquet`.
    """

    path: Path

    def __post_init__(self):
        object.__setattr__(self, "path", Path(self.path))

    @property
    def arm(self) -> str:
        """Name of the folder that holds the seeds."""
        return self.path.absolute().parent.name

    @property
    def name(self) -> str:
        """Config name: the arm without the hash of changed settings."""
        return self.arm.partition("+")[0]

    @property
    def seed(self) -> int:
        """The k of `seed-<k>`."""
        prefix, _, number = self.path.absolute().name.partition("-")
        if prefix != "seed" or not number.isdecimal():
            raise StoreError(f"{self.path}: expected a folder named seed-<number>")
        return int(number)

    @property
    def figures(self) -> Path:
        """Folder of the run's pictures."""
        return self.path / "figures"

    @property
    def report(self) -> Path:
        """The run's self-contained page."""
        return self.path / "report.html"

    @property
    def log(self) -> Path:
        """Plain text, one TRAIN and one VAL line per epoch."""
        return self.path / "train.log"

    def checkpoint(self, name: str) -> Path:
        """Where the checkpoint of this name belongs."""
        return self.path / "checkpoints" / name

    @property
    def state(self) -> State:
        """Absent (or empty), an incomplete or a complete run, or foreign: it holds something else."""
        if not self.path.exists() or (self.path.is_dir() and not any(self.path.iterdir())):
            return "absent"
        if not (self.path / "config.yaml").is_file() or not (self.path / "environment.json").is_file():
            return "foreign"
        return "complete" if self.is_complete else "incomplete"

    @property
    def is_complete(self) -> bool:
        """Whether the evaluation was written to its end."""
        return (self.path / "trials.parquet").is_file()

    def begin(self, config_yaml: str, environment: Mapping[str, Any]) -> "Run":
        """Create the folder with its config and environment, both or neither.

        Raises:
            StoreError: the folder already holds a run or something else; nothing in it is touched.
        """
        self._refuse_to_overwrite()
        draft = files.temporary_beside(self.path)
        try:
            draft.mkdir(parents=True)
            (draft / "config.yaml").write_text(config_yaml, encoding="utf-8")
            files.write_json(draft / "environment.json", {**environment, "schema": SCHEMA})
            for part in (draft / "config.yaml", draft / "environment.json", draft):
                files.flush(part)
            if self.path.exists():
                self.path.rmdir()
            draft.rename(self.path)
        except OSError as error:
            reason = error.strerror or error
            raise StoreError(f"could not begin {self.path}: {reason}; nothing was changed") from error
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        return self

    def amend_environment(self, **facts: Any) -> None:
        """Add what is known only later, such as the seconds training took."""
        record = {**self.environment(), **facts, "schema": SCHEMA}
        write_atomically(self.path / "environment.json", lambda file: files.write_json(file, record))

    def append_metrics(self, record: Mapping[str, Any]) -> None:
        """Add one flushed line to metrics.jsonl; a line that was cut off before is taken out first."""
        path = self.path / "metrics.jsonl"
        try:
            files.append_line(path, record)
        except OSError as error:
            raise StoreError(f"could not add to {path}: {error.strerror or error}") from error

    def rewind_metrics(self, keep: Callable[[dict], bool]) -> None:
        """Keep only the records for which `keep` is true: what a resumed run takes back before it goes on."""
        kept = [record for record in self._records() if keep(record)]
        write_atomically(self.path / "metrics.jsonl", lambda file: files.write_lines(file, kept))

    def write_evaluation(
        self, trials: pl.DataFrame, states: Mapping[str, np.ndarray], attention: Mapping[str, np.ndarray]
    ) -> None:
        """Store one row per scored item, and arrays whose first axis is those rows; the run is then complete.

        Raises:
            StoreError: a column is missing or holds nulls, an array has another length, or the run is closed.
        """
        if self.state != "incomplete":
            raise StoreError(
                f"{self.path}: an evaluation belongs into an incomplete run, this one is {self.state}"
            )
        _check_trials(trials, self.path / "trials.parquet")
        for file, arrays in (("states.safetensors", states), ("attention.npz", attention)):
            _check_arrays(arrays, trials.height, self.path / file)
        write_atomically(self.path / "states.safetensors", lambda file: files.write_safetensors(file, states))
        write_atomically(self.path / "attention.npz", lambda file: files.write_npz(file, attention))
        write_atomically(self.path / "trials.parquet", lambda file: files.write_parquet(file, trials))

    def config(self) -> dict:
        """The resolved config, as plain values."""
        config = self._read("config.yaml", _read_yaml)
        if not isinstance(config, dict):
            raise StoreError(f"{self.path / 'config.yaml'}: expected a mapping, got {type(config).__name__}")
        return config

    def environment(self) -> dict:
        """What the run was made with: schema, data hash, budget, parameters, commit, packages."""
        record = self._read("environment.json", files.read_json)
        version = record.get("schema") if isinstance(record, dict) else None
        if not isinstance(version, int):
            raise StoreError(
                f"{self.path / 'environment.json'}: names no schema version, so this is not a run"
            )
        if version > SCHEMA:
            raise StoreError(
                f"{self.path}: has schema {version}, this program reads up to {SCHEMA}; update it"
            )
        return record

    def metrics(self) -> pl.DataFrame:
        """metrics.jsonl as a table; warns where the last line was cut off and is left out."""
        self.environment()
        return (
            pl.from_dicts(records, infer_schema_length=None)
            if (records := self._records())
            else pl.DataFrame()
        )

    def trials(self) -> pl.DataFrame:
        """One row per scored item."""
        self.environment()
        trials = self._read("trials.parquet", files.read_parquet)
        _check_trials(trials, self.path / "trials.parquet")
        return trials

    def states(self) -> Arrays:
        """Hidden states and activations; the first axis is the rows of `trials()`."""
        return self._arrays("states.safetensors", files.read_safetensors)

    def attention(self) -> Arrays:
        """Summaries of attention maps; the first axis is the rows of `trials()`."""
        return self._arrays("attention.npz", files.read_npz)

    def _arrays(self, name: str, reader: Callable[[Path], Arrays]) -> Arrays:
        arrays = self._read(name, reader)
        _check_arrays(arrays, self.trials().height, self.path / name)
        return arrays

    def _read(self, name: str, reader: Callable[[Path], Read]) -> Read:
        path = self.path / name
        if not path.is_file():
            raise StoreError(f"{path} is not there: the run is {self.state}")
        try:
            return reader(path)
        except Exception as error:  # each format has its own family of errors; all mean the same to a reader
            reason = (str(error) or type(error).__name__).splitlines()[0]
            raise StoreError(f"{path} cannot be read, it is truncated or was altered: {reason}") from error

    def _records(self) -> list[dict]:
        return self._read("metrics.jsonl", files.read_lines)

    def _refuse_to_overwrite(self) -> None:
        advice = {
            "foreign": "holds something else, not a run; choose another folder",
            "incomplete": "holds an incomplete run; resume it or choose another folder",
            "complete": "holds a complete run, and nothing is overwritten; choose another folder",
        }
        if (state := self.state) in advice:
            raise StoreError(f"{self.path} {advice[state]}")


def find_runs(root: Path | str) -> list[Run]:
    """Every run at or below `root`, complete or not, sorted by folder and seed number."""
    root = Path(root)
    if not root.is_dir():
        raise StoreError(f"{root} is not a folder")
    folders = {file.parent for file in root.rglob("seed-*/environment.json")}
    folders |= {root} if root.absolute().name.startswith("seed-") else set()
    runs = [run for run in map(Run, folders) if run.state in ("incomplete", "complete")]
    return sorted(runs, key=lambda run: (run.path.parent, run.seed))


def _read_yaml(file: Path) -> Any:
    return yaml.load(file.read_text(encoding="utf-8"), SAFE)  # noqa: S506 - either of the safe loaders


def _check_trials(trials: pl.DataFrame, path: Path) -> None:
    missing = [column for column in TRIAL_COLUMNS if column not in trials.columns]
    if missing:
        raise StoreError(
            f"{path}: expected the columns {', '.join(TRIAL_COLUMNS)}; missing {', '.join(missing)}"
        )
    if trials.height == 0:
        raise StoreError(f"{path}: expected at least one scored item, got none")
    empty = [column for column in NEVER_NULL if trials[column].null_count()]
    if empty:
        raise StoreError(f"{path}: {', '.join(empty)} must be known in every row, and some are null")


def _check_arrays(arrays: Mapping[str, np.ndarray], rows: int, path: Path) -> None:
    for name, array in arrays.items():
        length = array.shape[0] if array.ndim else None
        if length != rows:
            raise StoreError(
                f"{path}: {name} must have one entry per trial ({rows}), its shape is {array.shape}"
            )
