"""`searchlight persistence filter`: what lasts in a video of one's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from searchlight.errors import UsageError
from searchlight.options import Place, Text, parse

Ratio = Annotated[float | None, tyro.conf.arg(metavar="FLOAT", help_behavior_hint="")]
Limits = Annotated[tuple[float, float] | None, tyro.conf.arg(metavar="BLACK WHITE", help_behavior_hint="")]
ANNOTATED = {".gif": "gif", ".tif": "tif", ".tiff": "tif"}


@dataclass(frozen=True)
class Filter:
    """Find the blobs of a video, follow them, and tell of each track how probable it is that its object lasts.

    What lasts is what the run learned to last: training of the demo's model showed transients of 1 to 3 frames, and as
    lasting objects of 4 to 16 frames. Where what passes is there for longer, give every n-th frame.

    Writes a table (one row per detection, trackpy's columns, probability, persistent), a picture and a page beside it.
    Example: searchlight persistence filter movie.tif -o tracks.csv --annotate tracks.gif
    """

    video: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="VIDEO")]
    """A TIFF stack, a folder of images, a .npy or a .pt."""
    out: Annotated[Path, tyro.conf.arg(metavar="PATH", aliases=("-o",))] = Path("tracks.csv")
    """The table; picture (.png) and page (.html) have the same name. Nothing is overwritten."""
    run: Place = None
    """A run of persistence that tells; the demo's model, trained once, when not given."""
    keep: float = 0.5
    """Least probability of a track that is called persistent."""
    annotate: Place = None
    """Write the video with its rings as well: a .gif, or a .tif for long ones."""
    axes: Text = None
    """Which axis of the file is which, such as TCHW; needed where its shape can be read in several ways."""
    limits: Limits = None
    """Values of the file that become 0 and 1; for more than 8 bits by background, noise and blobs when not given."""
    min_sigma: Ratio = None
    """Narrowest blob, in pixels; that of the run when not given."""
    max_sigma: Ratio = None
    """Widest blob, in pixels; that of the run when not given."""
    threshold: Ratio = None
    """Half the brightness that a blob has at least, of 0 to 1; that of the run when not given."""

    @property
    def places(self) -> dict[str, Path]:
        """What is written where."""
        beside = {kind: self.out.with_suffix(f".{kind}") for kind in ("png", "html")}
        return {"csv": self.out, **beside, **({"annotated": self.annotate} if self.annotate else {})}

    @property
    def detection(self) -> dict[str, float]:
        """Settings of the detector that were given."""
        given = {name: getattr(self, name) for name in ("min_sigma", "max_sigma", "threshold")}
        return {name: value for name, value in given.items() if value is not None}


def main(args: Sequence[str]) -> None:
    """Check what was asked for before anything takes time, filter, and say what was kept and how sure that is."""
    options = parse(Filter, "persistence filter", args)
    check(options)
    from searchlight.filter_report import show_filtered, write_filtered
    from searchlight.filtering import filter_video

    filtered = filter_video(
        options.video,
        options.run,
        keep=options.keep,
        axes=options.axes,
        limits=options.limits,
        detection=options.detection,
    )
    form = ANNOTATED[options.annotate.suffix.lower()] if options.annotate else None
    write_filtered(filtered, options.places, form, ["searchlight", "persistence", "filter", *args])
    show_filtered(filtered, options.places)


def check(options: Filter) -> None:
    """Raise UsageError for a place that is taken or of another kind, or a probability that is none."""
    if options.out.suffix.lower() != ".csv":
        raise UsageError(f"--out {options.out}: expected a name that ends in .csv.")
    if options.annotate and options.annotate.suffix.lower() not in ANNOTATED:
        raise UsageError(f"--annotate {options.annotate}: expected a name that ends in .gif or .tif.")
    if not 0 < options.keep < 1:
        raise UsageError(f"--keep {options.keep:g}: expected a probability between 0 and 1.")
    for place in options.places.values():
        if place.exists():
            raise UsageError(
                f"{place} is there already, and nothing is overwritten: choose another -o NAME.csv."
            )
