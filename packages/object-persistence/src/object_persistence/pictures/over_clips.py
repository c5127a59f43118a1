"""Figures over all clips of a split: attention beside its null, and how right the answers are."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from analysis import (
    Curve,
    Drawing,
    Estimate,
    Interactive,
    Measure,
    arm_curves,
    interval_plot,
    step_histograms,
)
from analysis.interactive import curve_view, interval_view
from object_persistence.assays.frames_seen import OF_CUTS, FramesSeen
from object_persistence.assays.tables import COUNTED
from object_persistence.metrics import ACCURACY, AUROC, BALANCED_ACCURACY, MAJORITY
from object_persistence.pictures.answers import Answers
from object_persistence.pictures.seen_clip import TRAINED, UNTRAINED, control_first

Everyone = Mapping[str, Answers]
"""By model, the trained one first."""
ByModel = Mapping[str, Mapping[str, Estimate]]
MEASURES = (ACCURACY, BALANCED_ACCURACY, AUROC)
COMMONER = "the commoner answer"
BINS = 40
UNLEARNT = "The untrained model shows what needs no learning."


def ratio_drawing(split: str, found: ByModel) -> Drawing:
    """Persistent over other detections by layer, trained and untrained, each beside its own null."""
    label, found = f"attention of persistent over other detections, {split}", control_first(found)
    return Drawing(
        "received-ratio",
        interval_plot(found, label=label, level="1"),
        "How much more attention a detection of an object that lasts receives than another one, by layer and by all "
        "layers together (rollout); 95 % intervals over clips.",
        f"Interval plot by layer of {', '.join(found)}; the numbers stand in the table above.",
        "The dashed line is 1, attention that knows nothing; grey is where the ratio lies if labels are moved among "
        f"the detections of each clip. {UNLEARNT}",
        Interactive({(): interval_view(found, label=label)}),
    )


def kinds_drawing(split: str, found: Mapping[str, Mapping[str, Mapping[str, Estimate]]]) -> Drawing:
    """By model, layer and kind of object; the last layer on paper."""
    layers = list(next(iter(found.values())))
    last = [layer for layer in layers if layer.startswith("layer")][-1]
    of_layer = {layer: control_first({who: each[layer] for who, each in found.items()}) for layer in layers}
    label = f"attention received, {split}"
    return Drawing(
        "received-by-kind",
        interval_plot(of_layer[last], label=f"{label}, {last}", level="mean of the clip"),
        f"Attention that a detection of each kind of object receives in {last}; 95 % intervals over clips. The "
        "selector shows the other layers.",
        f"Interval plot by kind of {', '.join(found)}.",
        f"1 is what a detection of the clip receives on average. {UNLEARNT}",
        Interactive(
            {(layer,): interval_view(each, label=label) for layer, each in of_layer.items()}, ("layer",)
        ),
    )


def scores_drawing(split: str, everyone: Everyone) -> Drawing:
    """Histograms of the probability, kind by kind."""
    found = {who: each.scores(split) for who, each in everyone.items()}
    trained, control = found[TRAINED], found.get(UNTRAINED)
    edges = np.linspace(0, 1, BINS + 1)
    label = "probability that it lasts"
    return Drawing(
        "scores",
        step_histograms(
            trained,
            label=label,
            y="",
            chance=0.5,
            level="undecided",
            control=control,
            names=(TRAINED, UNTRAINED),
        ),
        f"Probability of persistence that detections of {split} are given, by what they are of. Only the first kind "
        "lasts.",
        "; ".join(f"{kind}: median {np.median(each):.2f}" for kind, each in trained.items()),
        "0.5 decides." + " The outline is the untrained model." * (control is not None),
        Interactive(
            {
                (kind,): curve_view(
                    {who: _density(each[kind], edges) for who, each in found.items()},
                    x=label,
                    y="share of detections",
                )
                for kind in trained
            },
            ("kind",),
        ),
    )


def _density(values: np.ndarray, edges: np.ndarray) -> Curve:
    share = np.histogram(values, edges)[0] / values.size
    return Curve((edges[1:] + edges[:-1]) / 2, share, share, share, values.size)


def performance(everyone: Everyone) -> dict[Measure, dict[str, dict[str, Estimate]]]:
    """By measure, model and test split; beside accuracy what the commoner answer scores."""
    found = {measure: {who: each.figures(measure) for who, each in everyone.items()} for measure in MEASURES}
    found[ACCURACY][COMMONER] = everyone[TRAINED].figures(MAJORITY)
    return found


def performance_drawing(found: Mapping[Measure, ByModel]) -> Drawing:
    """Accuracy on every test split on paper; the other measures in a browser."""
    words = {measure: measure.name.replace("_", " ") for measure in found}
    return Drawing(
        "hold-outs",
        interval_plot(_commoner_first(found[ACCURACY]), label="accuracy"),
        "Accuracy on clips like those of training (same) and under conditions that training never showed; 95 % "
        "intervals over clips.",
        f"Interval plot by split of {', '.join(found[ACCURACY])}.",
        f"{COMMONER.capitalize()} is the accuracy of always saying the same. "
        f"{UNLEARNT * (UNTRAINED in found[ACCURACY])}",
        Interactive(
            {
                (words[measure],): interval_view(_commoner_first(each), label=words[measure])
                for measure, each in found.items()
            },
            ("measure",),
        ),
    )


def _commoner_first(found: Mapping[str, Mapping[str, Estimate]]) -> dict[str, Mapping[str, Estimate]]:
    """What needs neither clips nor training, then what needs no training."""
    return dict(sorted(control_first(found).items(), key=lambda each: each[0] != COMMONER))


def frames_seen_drawing(trials: pl.DataFrame, *, resamples: int = 199) -> Drawing:
    """Accuracy and AUROC when clips end early, from the intervention that cuts them."""
    panels: dict[str, dict[str, dict[int, Estimate]]] = {
        panel: {COMMONER: {}, "this run": {}} for panel in ("accuracy", "AUROC")
    }
    places = {
        OF_CUTS[MAJORITY].name: ("accuracy", COMMONER),
        OF_CUTS[ACCURACY].name: ("accuracy", "this run"),
        OF_CUTS[AUROC].name: ("AUROC", "this run"),
    }
    rows = trials.sort("split", "frames", maintain_order=True)
    for each in FramesSeen(resamples=resamples).figures(rows, OF_CUTS, "frames"):
        if each.cell["clutter"] == COUNTED:
            panel, line = places[each.measure]
            panels[panel][line][int(each.cell["frames"])] = each.estimate
    told = panels["accuracy"]["this run"]
    return Drawing(
        "frames-seen",
        arm_curves(panels, label="", x="frames of the clip"),
        "How right the answers are when clips end early, linked as if there were no more; the truth is what becomes of "
        "the object in the whole clip. 95 % intervals over clips.",
        f"Accuracy after {min(told)} frames {told[min(told)]}; after {max(told)} {told[max(told)]}.",
        f"Accuracy stands beside {COMMONER}; an AUROC of 0.5 is chance.",
    )
