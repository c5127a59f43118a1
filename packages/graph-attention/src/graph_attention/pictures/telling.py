"""What the pictures show, in numbers for machines and in lines for readers, each beside its null."""

from typing import Any

import numpy as np

from graph_attention.pictures.contrast import SIGNIFICANT
from graph_attention.pictures.drawn_network import inner_links
from graph_attention.pictures.gallery import Gallery
from graph_attention.pictures.pathway_flow import PathwayFlow

LINKS, PAIRS, REACTIONS, METABOLITES = 10, 20, 20, 24
KEY = (
    "× is attention over uniform, what a node would give if it attended to all its neighbours alike, and of "
    "subsystems over the mean of the shuffled; TV is total variation from FBA's shares, 0 (the same) to 1"
)


def document(gallery: Gallery) -> dict[str, Any]:
    """Everything that is drawn as plain values; what is not known is None."""
    graph, seen = gallery.seen.graph, gallery.seen
    return {
        "network": {
            "name": graph.name,
            "metabolites": len(graph.metabolites),
            "reactions": len(graph.reactions),
            "excluded": list(graph.excluded),
        },
        "media": [_medium(gallery, name) for name in gallery.media],
        "layers": {layer: _layer(gallery, layer) for layer in seen.layers},
        "drawn": {
            "title": gallery.drawn.title,
            "nodes": gallery.drawn.nodes.height,
            "links": gallery.drawn.links.height,
            "left_out": gallery.drawn.left_out,
        },
        "strongest_links": {name: strongest_links(gallery, name) for name in gallery.media},
        "subsystems": {
            name: {"null": flow.null, "pairs": strongest_pairs(flow)} for name, flow in gallery.flows.items()
        },
        "contrasts": contrasts(gallery),
        "splits": splits(gallery),
    }


def lines(gallery: Gallery) -> list[str]:
    """The same in a few sentences."""
    found = document(gallery)
    told = [
        f"{each['name']}: growth {_number(each['growth_fba'])} 1/h by FBA, {_number(each['growth_model'])} by the model"
        for each in found["media"]
    ]
    told += [
        f"{layer}: entropy {each['entropy']:.2f} of its maximum in these media, mean of heads; "
        f"untrained {each['entropy_untrained']:.2f}, uniform 1"
        for layer, each in found["layers"].items()
    ]
    told += link_lines(found["strongest_links"])
    for name, flows in found["subsystems"].items():
        sure = [each for each in flows["pairs"] if each["significant"]]
        pairs = "; ".join(f"{e['attends']} → {e['attended']} ({e['ratio']:.1f}×)" for e in sure[:3])
        told.append(f"{name}: {pairs or 'no two subsystems'} further from 1× than with {flows['null']}")
    told += contrast_lines(gallery, found["contrasts"])
    told += [
        f"split of {each['metabolite']}, {each['medium']}: TV {each['model']:.2f}, equal shares {each['uniform']:.2f}"
        for each in found["splits"]
        if each["drawn"]
    ]
    return [*told, KEY]


def link_lines(found: dict[str, list[dict[str, Any]]]) -> list[str]:
    """The strongest links: those that are among them in every medium, then those of each medium alone."""
    ends = {name: {(e["metabolite"], e["reaction"]) for e in links} for name, links in found.items()}
    shared = set.intersection(*ends.values())
    told = [f"most over uniform on {', '.join(found)}: {_links(next(iter(found.values())), shared)}"]
    alone = {name: each - shared for name, each in ends.items()}
    return told + [
        f"most over uniform on {name} alone: {_links(found[name], each)}"
        for name, each in alone.items()
        if each
    ]


def _links(links: list[dict[str, Any]], among: set[tuple[str, str]]) -> str:
    chosen = [each for each in links if (each["metabolite"], each["reaction"]) in among][:3]
    said = (f"{e['metabolite']} – {e['reaction']} ({e['multiple']:.1f}×)" for e in chosen)
    return ", ".join(said) or "no link"


def contrast_lines(gallery: Gallery, found: list[dict[str, Any]]) -> list[str]:
    """How many reactions media attend to differently beyond an untrained model, and which lie furthest apart."""
    if not found:
        return []
    contrast = gallery.contrast
    told = (
        f"{contrast.significant.sum()} of {np.isfinite(contrast.spread).sum()} reactions: attention further apart "
        f"between {', '.join(gallery.media)} than in the untrained model (rank among its reactions, false discovery "
        f"rate {SIGNIFICANT:g})"
    )
    furthest = [
        f"{each['reaction']} "
        + ", ".join(f"{medium} {value:.2f}×" for medium, value in each["attention"].items())
        + f" (untrained {', '.join(f'{value:.2f}×' for value in each['untrained'].values())}; q {each['q']:.2g})"
        for each in found[:3]
    ]
    return [told, f"furthest apart: {'; '.join(furthest)}"]


def strongest_links(gallery: Gallery, medium: str) -> list[dict[str, Any]]:
    """The links furthest above uniform in a medium, of those that a network is drawn of, with what they carry."""
    seen, row = gallery.seen, gallery.seen.medium(medium)
    edges, excess = seen.graph.edges, np.where(inner_links(seen.graph), seen.excess()[row], np.nan)
    order = np.argsort(-np.nan_to_num(excess, nan=-np.inf), kind="stable")[:LINKS]
    weights, multiples = seen.link_weights()[row], seen.links()[row]
    return [
        {
            "metabolite": seen.graph.metabolites["id"][int(edges.metabolite[link])],
            "reaction": seen.graph.reactions["id"][int(edges.reaction[link])],
            "weight": _plain(weights[link]),
            "multiple": _plain(multiples[link]),
            "flux": _plain(seen.flux[row, edges.reaction[link]]),
        }
        for link in order
    ]


def strongest_pairs(flow: PathwayFlow) -> list[dict[str, Any]]:
    """Subsystems that attend to each other most over what is expected, the significant ones first."""
    attends, attended = np.nonzero(np.isfinite(flow.p))
    order = np.lexsort((-flow.ratio[attends, attended], ~flow.significant[attends, attended]))[:PAIRS]
    return [
        {
            "attends": flow.subsystems[g],
            "attended": flow.subsystems[h],
            "ratio": _plain(float(flow.ratio[g, h])),
            "p_corrected": _plain(float(flow.p[g, h])),
            "significant": bool(flow.significant[g, h]),
        }
        for g, h in zip(attends[order].tolist(), attended[order].tolist(), strict=True)
    ]


def contrasts(gallery: Gallery) -> list[dict[str, Any]]:
    """Reactions that media attend to most differently, trained and untrained, with their flux."""
    if len(gallery.media) < 2:
        return []
    contrast, seen = gallery.contrast, gallery.seen
    start = len(seen.graph.metabolites)
    kinds = {
        "attention": contrast.received,
        "untrained": gallery.control.received()[:, start:],
        "flux": seen.flux,
    }
    return [
        {
            "reaction": seen.graph.reactions["id"][int(reaction)],
            "q": _plain(float(contrast.q[reaction])),
            "significant": bool(contrast.significant[reaction]),
            **{
                kind: dict(zip(seen.media, map(_plain, values[:, reaction]), strict=True))
                for kind, values in kinds.items()
            },
        }
        for reaction in contrast.strongest(REACTIONS)
    ]


def splits(gallery: Gallery) -> list[dict[str, Any]]:
    """Total variation of the model's split and of equal shares from FBA's, by metabolite and medium."""
    seen, first = gallery.splits, gallery.splits.index(gallery.metabolite)
    rows = list(dict.fromkeys([first, *map(int, seen.branching[:METABOLITES])]))
    model, uniform = seen.variation(seen.predicted), seen.variation(seen.uniform)
    return [
        {
            "metabolite": seen.graph.metabolites["id"][row],
            "medium": medium,
            "model": _plain(model[number, row]),
            "uniform": _plain(uniform[number, row]),
            "drawn": row == first,
        }
        for row in rows
        for number, medium in enumerate(seen.media)
        if np.isfinite(model[number, row])
    ]


def _medium(gallery: Gallery, name: str) -> dict[str, Any]:
    fba, model = gallery.seen.growth.get(name, (None, None))
    return {"name": name, "growth_fba": fba, "growth_model": model}


def _layer(gallery: Gallery, layer: str) -> dict[str, float]:
    both = gallery.seen, gallery.control
    trained, untrained = (float(np.nanmean(each.entropy_by_head(layer))) for each in both)
    return {"entropy": trained, "entropy_untrained": untrained, "entropy_uniform": 1.0}


def _plain(value: float | np.floating) -> float | None:
    return float(f"{value:.6g}") if np.isfinite(value) else None


def _number(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.3f}"
