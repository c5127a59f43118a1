"""Pictures of how attributions agree with the truth, and with each other over seeds."""

from collections.abc import Iterator, Mapping, Sequence

from analysis import Drawing, Findings
from analysis.assays.averages import Curves
from analysis.figures import heat_map, interval_plot
from graph_attention.assays.stability import matrices

TRUTHS = {
    "flux": "the absolute flux",
    "unique_flux": "the absolute flux of reactions whose flux is unique",
    "shadow_price": "the absolute shadow price",
    "reaction_deletion": "the share of growth that is lost without a reaction",
    "metabolite_deletion": "the share of growth that is lost without a metabolite",
}


def drawings(found: Mapping[str, Sequence[Findings]], excess: Curves) -> Iterator[Drawing]:
    """One figure per truth, and one of every arm with several networks."""
    for truth, arms in excess.items():
        said = TRUTHS.get(truth, truth)
        yield Drawing(
            f"agreement-{truth}",
            interval_plot(arms, label="excess of Spearman's ρ over degree and pathway"),
            f"Spearman's ρ of attributions with {said}, less its mean under the null: 95 % interval over networks.",
            f"Interval plot of the attributions of {', '.join(arms)}.",
            "The dashed line is no excess: what nodes of equal degree and pathway in any order give.",
        )
    for arm, matrix in matrices(found).items():
        seeds = [str(number) for number in range(1, len(matrix) + 1)]
        yield Drawing(
            f"stability-{arm}",
            heat_map(matrix, label="Spearman's ρ", rows=seeds, columns=seeds, x="network", y="network"),
            f"{arm}: rank correlation of what the nodes receive, network by network.",
            f"Matrix of {len(matrix)} networks; the diagonal is 1.",
            "Networks that know the degree of nodes alone agree too; the claim on attention and flux tests beyond it.",
        )
