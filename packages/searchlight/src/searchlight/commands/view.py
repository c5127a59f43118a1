"""`searchlight view`: the reports of a folder in a browser."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from searchlight.options import parse


@dataclass(frozen=True)
class View:
    """Serve the reports below a folder on this machine only, with an index; Ctrl-C ends it.

    Example: searchlight view runs
    """

    place: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="RUNS")] = Path("runs")
    """The folder whose reports are shown."""
    port: int = 8000
    """Where to listen; 0 takes any free port."""


def main(args: Sequence[str]) -> None:
    """Print the address and serve until interrupted."""
    options = parse(View, "view", args)
    from searchlight.viewing import serve

    serve(options.place, options.port)
