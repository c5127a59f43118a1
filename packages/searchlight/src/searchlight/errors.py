"""What can go wrong, the exit code each ends with, and the wording that errors share."""

import difflib
from collections.abc import Iterable


class SearchlightError(Exception):
    """A failure that one sentence explains; the command line ends with `exit_code`."""

    exit_code = 1


class UsageError(SearchlightError):
    """Asked for something that cannot be meant: an unknown verb, preset, seed range or run."""

    exit_code = 2


class ConfigError(UsageError):
    """A setting that does not exist or cannot hold."""


class TrainingError(SearchlightError):
    """Training cannot go on: a non-finite loss, a batch that the processes cannot share."""


class CheckpointError(SearchlightError):
    """A checkpoint that is truncated, altered, or of another model."""


class Interrupted(SearchlightError):
    """Training was asked to stop; what it had is saved."""

    exit_code = 130


def nearest(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """The line that names what was expected, and the closest of it."""
    known = sorted(known)
    close = difflib.get_close_matches(str(name), known, n=1, cutoff=0.6)
    expected = f"\n  expected one of: {', '.join(known)}" if len(known) <= 18 else ""
    return expected + (f"\n  did you mean {close[0]}?" if close else f"\n  {otherwise}." if otherwise else "")
