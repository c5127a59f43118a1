"""Figures of where a network looks; one network of each arm is drawn, the first."""

from collections.abc import Iterator, Mapping, Sequence

from analysis import Drawing, Findings
from analysis.figures import conditions_side_by_side, step_histograms


def drawings(found: Mapping[str, Sequence[Findings]]) -> Iterator[Drawing]:
    """Entropy at every place of a sequence, and mean maps of each feature's tasks, of every arm that has a map."""
    for arm, runs in found.items():
        first = next((each.arrays for each in runs if "entropy/trained" in each.arrays), None)
        if first is None:
            continue
        entropy, control = first["entropy/trained"], first.get("entropy/untrained")
        yield Drawing(
            f"attention-entropy-{arm}",
            step_histograms(
                dict(enumerate(entropy)),
                label="normalised entropy of attention",
                chance=1.0,
                level="uniform",
                control=None if control is None else dict(enumerate(control)),
            ),
            f"{arm}, first network: normalised entropy of attention at each frame; the line is an untrained network.",
            f"Histograms of the entropy of attention at {len(entropy)} frames.",
            "1 is uniform attention; the untrained network shows what needs no learning.",
        )
        maps = {
            name.split("/")[1]: each
            for name, each in first.items()
            if name.startswith("map/") and name.endswith("/trained")
        }
        if len(maps) > 1:
            yield Drawing(
                f"attention-maps-{arm}",
                conditions_side_by_side(maps, label="mean weight", x="column", y="row"),
                f"{arm}, first network: mean attention map of the tasks of each feature, and their differences.",
                f"Mean attention over cells for {', '.join(maps)}.",
                f"Uniform attention is {1 / next(iter(maps.values())).size:.3g} in every cell.",
            )
