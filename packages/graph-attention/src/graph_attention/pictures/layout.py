"""Where the nodes of a drawn network lie; the same network always lies the same."""

from collections.abc import Hashable, Iterable, Mapping, Sequence

import networkx
import numpy as np

Place = tuple[float, float]
GAP = 1.2
"""Between two parts, in lengths of an edge."""
TURNS = 36
AROUND = 1.3
NEAREST = 0.75
"""Nodes that lie nearer, in lengths of an edge, are moved apart."""


def layout(graph: networkx.DiGraph, width: float = 1.6) -> dict[Hashable, Place]:
    """Places of all nodes: parts by Kamada & Kawai (1989), turned flat, then set in rows, the largest first.

    One unit is about the length of an edge; `width` is how much wider than high the whole may be. Edges run from left
    to right where they can.
    """
    found = networkx.weakly_connected_components(graph)
    parts = sorted(found, key=lambda part: (-len(part), min(map(str, part))))
    boxes = [_forward(_flat(_part(graph.subgraph(part), sorted(part, key=str))), graph) for part in parts]
    return _in_rows(boxes, width)


def satellites(
    centres: Mapping[Hashable, Sequence[Hashable]], places: Mapping[Hashable, Place], far: float = 0.62
) -> dict[Hashable, Place]:
    """Places around some nodes, in the directions where nothing is near: by node, what goes around it, each once."""
    found: dict[Hashable, Place] = {}
    for centre, around in centres.items():
        here = np.array(places[centre])
        others = np.array([*places.values(), *found.values()]) - here
        near = others[(np.abs(others).max(1) > 1e-9) & (np.linalg.norm(others, axis=1) < AROUND)]
        taken = np.arctan2(near[:, 1], near[:, 0]).tolist()
        for each in around:
            angle = _freest(taken)
            taken.append(angle)
            found[each] = (float(here[0] + far * np.cos(angle)), float(here[1] + far * np.sin(angle)))
    return found


def _freest(taken: Sequence[float]) -> float:
    """The direction that is farthest from those that are taken; the first of equals."""
    angles = np.linspace(-np.pi / 2, 3 * np.pi / 2, TURNS, endpoint=False)
    if not taken:
        return float(angles[0])
    apart = np.abs((angles[:, None] - np.array(taken)[None] + np.pi) % (2 * np.pi) - np.pi).min(1)
    return float(angles[int(np.argmax(np.round(apart, 6)))])


def _part(graph: networkx.Graph, nodes: Sequence[Hashable]) -> dict[Hashable, Place]:
    """Kamada–Kawai from a circle, so that no draw decides."""
    if len(nodes) == 1:
        return {nodes[0]: (0.0, 0.0)}
    ordered = networkx.Graph()
    ordered.add_nodes_from(nodes)
    ordered.add_edges_from(sorted((tuple(sorted(edge, key=str)) for edge in graph.edges), key=str))
    found = networkx.kamada_kawai_layout(ordered)
    lengths = [np.linalg.norm(found[a] - found[b]) for a, b in ordered.edges]
    apart = _apart(np.array([found[node] for node in nodes]) / np.mean(lengths))
    return dict(zip(nodes, map(tuple, apart.tolist()), strict=True))


def _apart(points: np.ndarray, rounds: int = 60) -> np.ndarray:
    """Each two that lie too near pushed from each other, half the way each, round by round."""
    first, second = np.triu_indices(len(points), 1)
    for _ in range(rounds):
        gap = points[first] - points[second]
        far = np.linalg.norm(gap, axis=1)
        near = np.flatnonzero(far < NEAREST - 1e-9)
        if not near.size:
            break
        away = np.where(far[near, None] > 1e-9, gap[near] / np.maximum(far[near, None], 1e-9), [1.0, 0.0])
        push = away * (NEAREST - far[near, None]) / 2
        np.add.at(points, first[near], push)
        np.add.at(points, second[near], -push)
    return points


def _flat(places: Mapping[Hashable, Place]) -> dict[Hashable, Place]:
    """Turned so that the longest axis lies flat, and moved to begin at 0."""
    points = np.array(list(places.values()))
    centred = points - points.mean(0)
    if len(points) > 1:
        _, _, axes = np.linalg.svd(centred, full_matrices=False)
        axes = axes * np.where(axes[np.arange(len(axes)), np.abs(axes).argmax(1)] < 0, -1, 1)[:, None]
        centred = centred @ np.atleast_2d(axes).T
        centred = np.pad(centred, ((0, 0), (0, 2 - centred.shape[1])))
    return dict(zip(places, map(tuple, np.round(centred - centred.min(0), 6).tolist()), strict=True))


def _forward(places: Mapping[Hashable, Place], graph: networkx.DiGraph) -> dict[Hashable, Place]:
    """Mirrored where most edges would run from right to left."""
    rightwards = sum(places[b][0] - places[a][0] for a, b in graph.subgraph(places).edges)
    if round(rightwards, 6) >= 0:  # around a circle it is 0, and rounding must not tell which way
        return dict(places)
    widest = max(x for x, _ in places.values())
    return {node: (widest - x, y) for node, (x, y) in places.items()}


def _in_rows(boxes: Sequence[Mapping[Hashable, Place]], width: float) -> dict[Hashable, Place]:
    """Parts beside each other until a row is full; rows beneath each other."""
    sizes = [np.ptp(np.array(list(box.values())), axis=0) + GAP for box in boxes]
    widest = _row_width(sizes, width)
    found, x, y, high = {}, 0.0, 0.0, 0.0
    for box, (wide, tall) in zip(boxes, sizes, strict=True):
        if x and x + wide > widest:
            x, y, high = 0.0, y - high, 0.0
        high = max(high, float(tall))
        top = max(place[1] for place in box.values())
        found |= {node: (x + place[0], y + place[1] - top) for node, place in box.items()}
        x += float(wide)
    return found


def _row_width(sizes: Iterable[np.ndarray], width: float) -> float:
    sizes = list(sizes)
    area = sum(float(wide * tall) for wide, tall in sizes)
    return max(float(np.sqrt(area * width)) * 1.1, max((float(size[0]) for size in sizes), default=0.0))
