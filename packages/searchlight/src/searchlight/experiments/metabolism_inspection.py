"""What a metabolic model attends to: networks, subsystems and conditions, and figures beside their nulls."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from analysis import Estimate, cluster_estimate, null_of
from graph_attention.assays.strata import Strata, ranked
from graph_attention.errors import MetabolicError
from graph_attention.layers.network_edges import network_edges
from graph_attention.layers.split_edges import producer_edges
from graph_attention.network.graph import MetabolicGraph
from graph_attention.pictures.attended import AttendedNetwork
from graph_attention.pictures.escher import escher_files
from graph_attention.pictures.gallery import Gallery
from graph_attention.pictures.splits import SeenSplits, split_drawing
from graph_attention.pictures.telling import document, lines
from searchlight.choices import NetworkChoice
from searchlight.errors import UsageError
from searchlight.experiments.base import Evaluation, Inspection
from searchlight.experiments.metabolism_conditions import looked_at

if TYPE_CHECKING:
    from searchlight.experiments.metabolism import Metabolism

QUESTION = "Where does the model look in the network, on which medium, and would it look there for no reason?"
SPLIT = "test/nutrient"
"""Whose media the intervals are over: sources that were never trained on."""
ESCHER = "escher"
NO_LAYERS = "model.layers is 0: nodes do not attend to each other, flux splits are all that is drawn."
NETWORK = ("medium", "subsystem", "currency")
CHOSEN = {
    "network": NETWORK,
    "network-conditions": NETWORK,
    "split": ("metabolite",),
    "distributions": (),
    "layers": (),
}
"""What a picture depends on of what is chosen; of the others it is the medium."""


def inspect(
    experiment: "Metabolism", trained: Evaluation, controls: Mapping[str, Evaluation], choice: NetworkChoice
) -> Inspection:
    """Pictures of the named conditions, files for Escher, and figures of attention beside their nulls.

    Of a model without layers flux splits are all there is.

    Raises:
        UsageError: the model attends to nothing, or has not what was chosen.
    """
    if "conditions" not in controls:
        raise UsageError(
            "this model attends to nothing: it is a baseline. "
            "Train metabolism/flux_split, see docs/troubleshooting.md#no-attention-maps."
        )
    if not controls["conditions"].attention:
        return inspect_splits(experiment.graph, trained, controls, choice)
    try:
        gallery = gallery_of(experiment.graph, controls, choice)
        # Pictures of another choice stay where they are.
        drawings = [
            replace(each, name=f"{each.name}{suffix(each.name, choice)}") for each in gallery.drawings()
        ]
        told = lines(gallery)
        files = files_of(gallery, told, choice.suffix)
    except MetabolicError as error:
        raise UsageError(str(error)) from None
    return Inspection(drawings, figures(trained, controls, gallery), SPLIT, QUESTION, told, files)


def check(experiment: "Metabolism", choice: NetworkChoice) -> None:
    """Raise UsageError for a condition or subsystem that the network has not; nothing is solved for it."""
    graph, named = experiment.graph, looked_at(experiment).names
    for chosen, what, known in (
        (choice.medium, "none of the media", named),
        (choice.subsystem, f"no subsystem of {graph.name}", graph.subsystems),
    ):
        if chosen not in (None, *known):
            raise UsageError(f"{chosen} is {what}; expected one of: {', '.join(known)}")


def inspect_splits(
    graph: MetabolicGraph, trained: Evaluation, controls: Mapping[str, Evaluation], choice: NetworkChoice
) -> Inspection:
    """The split of one metabolite, and of all on held-out nutrients, beside an untrained model's.

    Raises:
        UsageError: what was chosen is of links between nodes, or there is no such metabolite.
    """
    if others := [name for name in choice.chosen if name != "metabolite"]:
        raise UsageError(f"--{others[0]} is of links between nodes. {NO_LAYERS} Expected --metabolite alone.")
    try:
        drawing = split_drawing(seen_splits(graph, controls["conditions"]), choice.metabolite)
    except MetabolicError as error:
        raise UsageError(str(error)) from None
    named = replace(drawing, name=f"{drawing.name}{suffix(drawing.name, choice)}")
    return Inspection([named], on_nutrients(trained, controls), SPLIT, QUESTION, [NO_LAYERS])


def suffix(drawing: str, choice: NetworkChoice) -> str:
    """The end of a picture's name: what is chosen of that which it shows."""
    return NetworkChoice(**{name: getattr(choice, name) for name in CHOSEN.get(drawing, ("medium",))}).suffix


def gallery_of(graph: MetabolicGraph, controls: Mapping[str, Evaluation], choice: NetworkChoice) -> Gallery:
    """What is to be drawn, from the conditions as the trained and the untrained model see them."""
    seen, untrained = (attended(graph, controls[name]) for name in ("conditions", "untrained_conditions"))
    return Gallery(
        seen,
        untrained,
        seen_splits(graph, controls["conditions"]),
        choice.medium or seen.media[0],
        choice.subsystem,
        choice.metabolite,
        choice.nodes,
        choice.currency,
    )


def attended(graph: MetabolicGraph, found: Evaluation) -> AttendedNetwork:
    """The maps of a few media on their network."""
    edges, trials = network_edges(graph), found.trials
    states = {name: each.astype(float) for name, each in found.states.items()}
    layers = {
        name.partition("/")[0]: each for name, each in found.attention.items() if name.endswith("/weights")
    }
    growth = {
        name: (target, said)
        for name, target, said in trials.select("item", "target", "prediction").iter_rows()
    }
    return AttendedNetwork(
        graph,
        np.stack([edges.key, edges.query]),
        tuple(trials["item"]),
        layers,
        states["flux/target"],
        states["flux/predicted"],
        states["shadow_price/target"],
        growth,
    )


def seen_splits(graph: MetabolicGraph, found: Evaluation) -> SeenSplits:
    """The shares of producers in the same media."""
    edges = producer_edges(graph)
    shares = (found.states[f"split/{name}"].astype(float) for name in ("target", "predicted"))
    return SeenSplits(graph, tuple(found.trials["item"]), edges.reaction, edges.metabolite, *shares)


def files_of(gallery: Gallery, told: list[str], suffix: str) -> dict[str, str]:
    """The document, the lines, and what Escher takes."""
    text = json.dumps(document(gallery), indent=1, sort_keys=True, allow_nan=False)
    files = {f"inspection{suffix}.json": text + "\n", f"inspection{suffix}.txt": "\n".join(told) + "\n"}
    return files | {f"{ESCHER}/{name}": each for name, each in escher_files(gallery.seen).items()}


def figures(trained: Evaluation, controls: Mapping[str, Evaluation], gallery: Gallery) -> dict[str, Estimate]:
    """Splits and entropy on held-out nutrients, trained and untrained; attention against flux in each condition."""
    found = on_nutrients(trained, controls)
    for name, seen in (("trained", gallery.seen), ("untrained", gallery.control)):
        for medium, estimate in follows_flux(seen).items():
            found[f"attention and |flux| on {medium}, {name}"] = estimate
    return found


def on_nutrients(trained: Evaluation, controls: Mapping[str, Evaluation]) -> dict[str, Estimate]:
    """What the evaluation tells of held-out nutrients, and that of the untrained model where it was made."""
    everyone = {"trained": trained} | (
        {"untrained": controls["untrained"]} if "untrained" in controls else {}
    )
    return {
        f"{figure} on {SPLIT}, {name}": estimate
        for name, evaluation in everyone.items()
        for figure, estimate in of_nutrients(evaluation).items()
    }


def of_nutrients(evaluation: Evaluation) -> dict[str, Estimate]:
    """Total variation of splits, where fluxes are known, and entropy by layer, over media with a held-out nutrient."""
    rows = (evaluation.trials["split"] == SPLIT).to_numpy()
    groups, found = evaluation.trials["group"].to_numpy()[rows], {}
    if "split_tv" in evaluation.trials.columns:
        values = evaluation.trials["split_tv"].to_numpy()[rows].astype(float)
        known = np.isfinite(values)
        if known.any():
            found["split, total variation from FBA"] = cluster_estimate(values[known], groups[known])
    for name, each in evaluation.attention.items():
        layer, _, statistic = name.partition("/")
        if statistic == "entropy" and rows.any():
            found[f"entropy of {layer}"] = cluster_estimate(
                each[rows].astype(float).mean(1), groups, chance=1.0
            )
    return found


def follows_flux(seen: AttendedNetwork) -> dict[str, Estimate]:
    """Spearman's ρ over reactions of attention received with |flux|, against orders within degree and subsystem."""
    graph = seen.graph
    received, flux = seen.received()[:, len(graph.metabolites) :], np.abs(seen.flux)
    known = np.isfinite(received).all(0)
    degree = np.diff(graph.stoichiometry.tocsc().indptr)
    strata = Strata.of(degree[known], graph.pathway[known])
    result = ranked(received[:, None, known], flux[:, known], strata)
    how = f"order of flux drawn within degree and subsystem, {strata.permutations} draws"
    return {
        medium: spearman(float(result.rho[row, 0]), result.drawn[:, row, 0], int(known.sum()), how)
        for row, medium in enumerate(seen.media)
    }


def spearman(rho: float, drawn: np.ndarray, count: int, how: str) -> Estimate:
    """ρ with its null; not estimable where all of one side is equal."""
    if not np.isfinite(rho):
        return Estimate.not_estimable("all reactions are equal in one of both", n=count)
    return Estimate(
        rho, float("nan"), float("nan"), count, None, "Spearman's ρ over reactions", null_of(rho, drawn, how)
    )
