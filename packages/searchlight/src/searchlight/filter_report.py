"""What the filter writes and says: table, picture, page."""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from analysis import Picture, Report, Row, Section, write_atomically, write_report
from analysis.figures.style import figure_bytes
from object_persistence.filtering.lengths import LENGTHS, best_length, filter_accuracy, length_accuracies
from object_persistence.filtering.pictures import save_annotated, strip
from object_persistence.filtering.table import filtered_table
from searchlight import console
from searchlight.experiments.arms import size_in_words
from searchlight.filtering import Filtered
from searchlight.reporting import provenance
from searchlight.results import short

NAMED = 12
"""Tracks that are named where filter and threshold part."""
JOINED = (
    "The video is looked at in windows of {frames} frames and {height} × {width} px that overlap by half; a track has "
    "the mean of the log odds of all its detections in all windows, made a probability on validation clips."
)


def write_filtered(
    filtered: Filtered, places: Mapping[str, Path], form: str | None, command: Sequence[str]
) -> None:
    """Each file whole or not at all; the table last, so that it stands for all of them."""
    table = filtered_table(filtered.video, filtered.probability, filtered.keep)
    figure = strip(filtered.clip.frames, filtered.video, filtered.persistent)
    write_atomically(places["png"], lambda file: file.write_bytes(figure_bytes(figure)))
    if form:
        shown = (form, filtered.clip.frames, filtered.video, filtered.persistent)
        write_atomically(places["annotated"], lambda file: save_annotated(file, *shown))
    picture = Picture.of(
        figure,
        f"Frames of {filtered.source.name}; orange rings are kept, blue dotted ones are not.",
        f"Frames with rings around {len(filtered.video)} detections in all.",
        "Nothing is known of the truth of this video; how often the model is right is told of validation clips.",
    )
    write_report(places["html"], page_of(filtered, picture, command))
    write_atomically(places["csv"], table.write_csv)


def page_of(filtered: Filtered, picture: Picture, command: Sequence[str]) -> Report:
    """Everything on one page."""
    run = filtered.judge.run
    return Report(
        title=f"What lasts in {filtered.source.name}",
        question="Which tracks of this video are of objects that last, and how sure is that?",
        data=[*found_lines(filtered), filtered.clip.note],
        arms={run.arm: f"{run.path}, {size_in_words(run.environment()['parameters'])}"},
        sections=[
            Section(
                "Unlike what the model learned from", notes=filtered.remarks or ["nothing that was measured"]
            ),
            Section("Frames", pictures=[picture]),
            lengths_section(filtered),
            reliability_section(filtered),
        ],
        provenance=provenance([run]),
        commands=[shlex.join(command)],
    )


def found_lines(filtered: Filtered) -> list[str]:
    """How much was found, and how much of it is kept."""
    video, tracks = filtered.video, filtered.tracks
    kept = int(tracks.kept(filtered.keep).sum())
    detections = int(filtered.persistent.sum())
    return [
        f"frames 0 to {video.time - 1} of {video.height} × {video.width} px: {len(video):,} detections in "
        f"{len(tracks):,} tracks",
        f"kept at a probability of {filtered.keep:g}: {kept:,} of {len(tracks):,} tracks with {detections:,} of "
        f"{len(video):,} detections",
    ]


def lengths_section(filtered: Filtered) -> Section:
    """The filter beside every threshold on length, on validation clips and on this video."""
    trials, keep = filtered.judge.reliable.trials, filtered.keep
    known = length_accuracies(trials, keep)
    rows = [Row("accuracy", filter_accuracy(trials, keep), "filter")]
    for each in known:
        rows.append(Row("accuracy", each.accuracy, f"tracks of {each.length} detections or more"))
    gaps = [
        Row("accuracy of the filter less that", each.filter_less_length, f"{each.length} or more")
        for each in known
    ]
    best = best_length(known)
    differing = filtered.tracks.differing(best, keep)
    more = [f"and {len(differing) - NAMED} more"] if len(differing) > NAMED else []
    return Section(
        "Beside thresholds on length",
        "Accuracy per detection on validation clips, made ones whose truth is known, with 95 % intervals over clips; "
        f"of the thresholds, {best} is best there, chosen on these same clips, which favours it. Then: where the two "
        "part on this video.",
        rows,
        gaps,
        notes=[*beside_lines(filtered), *differing[:NAMED], *more],
    )


def beside_lines(filtered: Filtered) -> list[str]:
    """On this video: tracks that every threshold keeps or drops, against the filter."""
    told = []
    for length in LENGTHS:
        each = filtered.tracks.beside(length, filtered.keep)
        told.append(
            f"{length} detections or more: {each.both} tracks kept by both, {each.filter_only} by the filter alone, "
            f"{each.length_only} by their length alone, {each.neither} by neither"
        )
    return told


def reliability_section(filtered: Filtered) -> Section:
    """How often something lasts that is given a probability."""
    rows = [
        Row(
            "share that lasts",
            each.share,
            f"probability {each.low:.1f} to {each.high:.1f}",
            against=f"{each.probability:.3f}",
        )
        for each in filtered.judge.reliable.bins
    ]
    windows = filtered.judge.windows
    joined = JOINED.format(frames=windows.frames, height=windows.height, width=windows.width)
    question = (
        f"{joined} Of detections in validation clips that were given a probability, the share that lasts, with 95 % "
        "intervals over clips, beside the mean probability; each half of the clips was scaled by the other half."
    )
    return Section("Calibration", question, rows)


def show_filtered(filtered: Filtered, places: Mapping[str, Path]) -> None:
    """The same in a few lines."""
    trials, keep, tracks = filtered.judge.reliable.trials, filtered.keep, filtered.tracks
    console.say(filtered.clip.note)
    for line in found_lines(filtered):
        console.say(line)
    known, ours = length_accuracies(trials, keep), filter_accuracy(trials, keep)
    best = best_length(known)
    each, beside = next(one for one in known if one.length == best), tracks.beside(best, keep)
    console.say(
        f"against keeping tracks of {best} detections or more: {beside.both} kept by both, {beside.filter_only} by the "
        f"filter alone, {beside.length_only} by their length alone"
    )
    console.say(
        f"accuracy on validation clips: filter {short(ours)}, length {short(each.accuracy)}, the commoner answer "
        f"{ours.chance:.3f}, difference {short(each.filter_less_length, signed=True)}"
    )
    for line in filtered.remarks:
        console.say(f"unlike what the model learned from: {line}")
    console.say("\n".join(["", *(f"{name}: {place}" for name, place in named(places).items())]))


def named(places: Mapping[str, Path]) -> dict[str, Path]:
    """Files in words."""
    words = {"csv": "table", "png": "picture", "html": "report", "annotated": "annotated video"}
    return {words[kind]: place for kind, place in places.items()}
