"""The page of a filtered video."""

import shlex
from collections.abc import Sequence
from dataclasses import replace

from analysis import Picture, Report, Row, Section
from analysis.report.verdicts import verdict_of
from object_persistence.filtering.lengths import (
    LENGTHS,
    best_length,
    count,
    filter_accuracy,
    length_accuracies,
)
from object_persistence.filtering.pictures import reliability_plot
from searchlight.experiments.arms import size_in_words
from searchlight.filtering import Filtered
from searchlight.reporting import provenance

NAMED = 12
"""Tracks that are named where filter and threshold part."""
BETTER = {"above chance": "better", "below chance": "worse"}
JOINED = (
    "The video is looked at in windows of {frames} frames and {height} × {width} px that overlap by half; a track has "
    "the mean of the log odds of all its detections in all windows, made a probability on validation clips."
)


class Gap(Row):
    """How much more often the filter is right than something else."""

    @property
    def verdict(self) -> str:
        """Whether it is better or worse, or neither can be told."""
        found = verdict_of(replace(self.estimate, chance=0.0))
        return BETTER.get(found, found)


def page_of(filtered: Filtered, picture: Picture, command: Sequence[str]) -> Report:
    """Everything on one page; of an empty video that it is empty."""
    run = filtered.judge.run
    beside = [lengths_section(filtered), reliability_section(filtered)] if len(filtered.video) else []
    return Report(
        title=f"What lasts in {filtered.source.name}",
        question="Which tracks of this video are of objects that last, and how sure is that?",
        headlines=[*found_lines(filtered), *filtered.doubts],
        data=[filtered.clip.note, str(filtered.judge.lasting)],
        arms={run.arm: f"{run.path}, {size_in_words(run.environment()['parameters'])}"},
        sections=[*unlike_sections(filtered), Section("Frames", pictures=[picture]), *beside],
        provenance=provenance([run]),
        commands=[shlex.join(command)],
    )


def found_lines(filtered: Filtered) -> list[str]:
    """How much was found, and how much of it is kept, with a warning where the video is strange to the model."""
    video, tracks = filtered.video, filtered.tracks
    frames = f"{count(video.time, 'frame')} of {video.height} × {video.width} px"
    if not len(video):
        return [f"nothing was found in {frames}: no blob reaches the detector's threshold"]
    kept, detections = int(tracks.kept(filtered.keep).sum()), int(filtered.persistent.sum())
    unlike = len(filtered.unlike)
    warned = f"; to be read with {count(unlike, 'remark')} on what is unlike training" if unlike else ""
    return [
        f"{frames}: {count(len(video), 'detection')} in {count(len(tracks), 'track')}",
        f"kept at a probability of {filtered.keep:g}: {kept:,} of {count(len(tracks), 'track')} with {detections:,} of "
        f"{count(len(video), 'detection')}{warned}",
    ]


def unlike_sections(filtered: Filtered) -> list[Section]:
    """What of the video the model never learned from."""
    notes = filtered.unlike or ["nothing that was measured"]
    return [Section("Unlike what the model learned from", notes=notes)] if len(filtered.video) else []


def lengths_section(filtered: Filtered) -> Section:
    """The filter beside every threshold on length, on validation clips and on this video."""
    trials, keep = filtered.judge.reliable.trials, filtered.keep
    known = length_accuracies(trials, keep)
    rows = [Row("accuracy", filter_accuracy(trials, keep), "filter")]
    for each in known:
        rows.append(Row("accuracy", each.accuracy, f"tracks of {each.length} detections or more"))
    gaps = [
        Gap(
            "accuracy of the filter less that",
            replace(each.filter_less_length, chance=None),
            f"{each.length} or more",
        )
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
            f"{length} detections or more: {count(each.both, 'track')} kept by both, {each.filter_only:,} by the "
            f"filter alone, {each.length_only:,} by their length alone, {each.neither:,} by neither"
        )
    return told


def reliability_section(filtered: Filtered) -> Section:
    """How often something lasts that is given a probability, drawn and in numbers."""
    bins = filtered.judge.reliable.bins
    rows = [
        Row(
            "share that lasts",
            each.share,
            f"probability {each.low:.1f} to {each.high:.1f}, mean {each.probability:.3f}",
        )
        for each in bins
    ]
    windows = filtered.judge.windows
    joined = JOINED.format(frames=windows.frames, height=windows.height, width=windows.width)
    question = (
        f"{joined} Of detections in validation clips that were given a probability, the share that lasts, with 95 % "
        "intervals over clips, by the mean probability; each half of the clips was scaled by the other half."
    )
    drawn = Picture.of(
        reliability_plot(bins),
        "How many detections of validation clips last, by the probability that they were given; 95 % intervals over "
        "clips.",
        "A line of shares by probability beside the diagonal.",
        "The diagonal is perfect calibration; on this video nobody knows.",
    )
    return Section("Calibration", question, rows, pictures=[drawn])
