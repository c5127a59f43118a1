"""What the filter writes and says: table, picture, page."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from analysis import Picture, write_atomically, write_report
from analysis.figures.style import figure_bytes
from object_persistence.filtering.lengths import best_length, count, filter_accuracy, length_accuracies
from object_persistence.filtering.pictures import save_annotated, strip
from object_persistence.filtering.table import filtered_table
from searchlight import console
from searchlight.filter_page import found_lines, page_of
from searchlight.filtering import Filtered
from searchlight.results import short


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
        f"Frames with rings around {count(len(filtered.video), 'detection')} in all.",
        "Nothing is known of the truth of this video; how often the model is right is told of validation clips.",
    )
    write_report(places["html"], page_of(filtered, picture, command))
    write_atomically(places["csv"], table.write_csv)


def show_filtered(filtered: Filtered, places: Mapping[str, Path]) -> None:
    """The same in a few lines."""
    console.say(filtered.clip.note)
    for line in (*found_lines(filtered), *filtered.doubts):
        console.say(line)
    if len(filtered.video):
        show_tracks(filtered)
    console.say("\n".join(["", *(f"{name}: {place}" for name, place in named(places).items())]))


def show_tracks(filtered: Filtered) -> None:
    """What lasting means, what the best threshold on length would keep, and what is unlike training."""
    trials, keep, tracks = filtered.judge.reliable.trials, filtered.keep, filtered.tracks
    console.say(str(filtered.judge.lasting))
    known, ours = length_accuracies(trials, keep), filter_accuracy(trials, keep)
    best = best_length(known)
    each, beside = next(one for one in known if one.length == best), tracks.beside(best, keep)
    console.say(
        f"against keeping tracks of {best} detections or more: {beside.both:,} kept by both, {beside.filter_only:,} by "
        f"the filter alone, {beside.length_only:,} by their length alone"
    )
    console.say(
        f"accuracy on validation clips: filter {short(ours)}, length {short(each.accuracy)}, the commoner answer "
        f"{ours.chance:.3f}, difference {short(each.filter_less_length, signed=True)}"
    )
    for line in filtered.unlike:
        console.say(f"unlike what the model learned from: {line}")


def named(places: Mapping[str, Path]) -> dict[str, Path]:
    """Files in words."""
    words = {"csv": "table", "png": "picture", "html": "report", "annotated": "annotated video"}
    return {words[kind]: place for kind, place in places.items()}
