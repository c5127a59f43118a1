"""What baselines reach on metabolic networks: `uv run tools/bench_metabolic_baselines.py [part …] [--count 2000]`.

Parts: `media` (growth, fluxes and splits on held-out nutrients and combinations), `sole` (ten folds over sole carbon
sources), `genes` (essential genes, folds that share no reaction), `table` (a growth table of yours, with --table).
The network, its pruning, the media, the labels, the split and the settings are those of `searchlight train
metabolism/…`; labels are made where the cache does not hold them (6 minutes for 2000 media on two cores). Intervals are
95 % bootstraps over held-out nutrients or combinations, over folds' sources, and over groups of linked genes.
"""

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.stats import rankdata
from sklearn.ensemble import GradientBoostingRegressor, RandomForestClassifier
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from analysis import Bootstrap, Estimate
from graph_attention import Medium, MetabolicGraph, fba, pfba, producer_edges, sole_sources
from graph_attention.baselines import BASELINES, TRACKS, GeneFeatures, Labelled, TopologyForest, make_baseline
from graph_attention.baselines.targets import shared
from graph_attention.baselines.topology_forest import essential_genes
from graph_attention.configuration import MediaConfig, MetabolismConfig, NetworkConfig
from graph_attention.dataset_of import dataset_of
from graph_attention.metrics import auprc, auroc, flux_q2, q2, signed_log
from graph_attention.model.unrolled import Unrolled
from graph_attention.network_of import whole_network
from graph_attention.predictions import Prediction
from graph_attention.trials import Reference, trials_table
from graph_attention.truth.deletions import gene_deletions
from graph_attention.truth.growth_table import GrowthTable
from graph_attention.truth.recipes import GROWS
from searchlight import console, load_config

PARTS = ("media", "sole", "genes", "table")
SPLITS = ("test/nutrient", "test/medium")
DRAWN_AT_RANDOM = ("random_forest", "mlp")
"""Baselines whose numbers depend on the seed; the others are fitted once."""
MEANS = ("flux_r2", "imbalance", "split_tv", "split_tv_dependent")
BOOTSTRAP = Bootstrap(resamples=999)
Statistic = Callable[[np.ndarray], float]
"""A figure of some rows, by their places; a row that is drawn twice stands there twice."""


@dataclass(frozen=True)
class Scored:
    """What one baseline reaches in one split: means over seeds, resampled by group."""

    name: str
    split: str
    seconds: float
    figures: dict[str, Estimate]


def estimate(
    statistic: Statistic, groups: Sequence[str] | np.ndarray, chance: float | None = None
) -> Estimate:
    """A figure of all rows, with whole groups drawn again for its interval."""
    _, index = np.unique(np.asarray(groups), return_inverse=True)
    members = [np.flatnonzero(index == group) for group in range(index.max() + 1)]

    def draw(rng: np.random.Generator) -> float:
        return statistic(
            np.concatenate([members[each] for each in rng.integers(len(members), size=len(members))])
        )

    everything = np.arange(len(index))
    return BOOTSTRAP.drawn(statistic(everything), draw, len(members), "groups", chance=chance)


def short(found: Estimate | None) -> str:
    """A figure with its interval in a cell; nothing where it is not said."""
    if found is None or np.isnan(found.value):
        return "–"
    return f"{found.value:z.3f} [{found.low:z.3f}, {found.high:z.3f}]"


class UniformSplits:
    """Equal shares among all producers that the network knows, and the mean of everything else."""

    name = "uniform splits"

    def __init__(self):
        self.mean = make_baseline("mean")

    def fit(self, dataset: Labelled, rows: np.ndarray, seed: int = 0) -> "UniformSplits":
        """Only the mean is fitted."""
        self.mean.fit(dataset, rows, seed)
        return self

    def predict(self, dataset: Labelled, rows: np.ndarray) -> Prediction:
        """Equal shares."""
        edges = producer_edges(dataset.graph)
        said = self.mean.predict(dataset, rows)
        equal = shared(np.zeros((len(rows), len(edges))), edges.metabolite)
        return Prediction(said.growth, said.grow_probability, said.flux, equal)


def score_media(
    dataset: Labelled, split_seed: int, seeds: Sequence[int], names: Sequence[str]
) -> Iterator[Scored]:
    """Every baseline on every split."""
    rows = dataset.media.split(seed=split_seed)
    reference = Reference.of(dataset, rows["train"])
    for name in names:
        repeats = seeds if name in DRAWN_AT_RANDOM else seeds[:1]
        began = time.process_time()
        fitted = [made(name).fit(dataset, rows["train"], seed) for seed in repeats]
        seconds = (time.process_time() - began) / len(repeats)
        console.remark(f"{name}: fitted in {seconds:.1f} CPU s")
        for split in SPLITS:
            said = [each.predict(dataset, rows[split]) for each in fitted]
            yield Scored(name, split, seconds, figures(dataset, rows[split], said, split, reference))


def made(name: str):
    """The equal shares, or a baseline or the untrained steps with the settings of their preset."""
    if name == UniformSplits.name:
        return UniformSplits()
    config = load_config(f"metabolism/{name}").config
    return Unrolled(config.model) if name == Unrolled.name else make_baseline(name, **config.baseline.given)


def figures(
    dataset: Labelled, rows: np.ndarray, said: Sequence[Prediction], split: str, reference: Reference
) -> dict[str, Estimate]:
    """Figures of a split, each the mean over the predictions of several seeds."""
    tables = [trials_table(dataset, rows, each, split=split, reference=reference) for each in said]
    groups, growth = tables[0]["group"].to_numpy(), dataset.growth[rows]

    def over_seeds(of: Callable[[int, np.ndarray], float]) -> Statistic:
        return lambda drawn: float(np.mean([of(seed, drawn) for seed in range(len(said))]))

    def growth_q2(seed: int, drawn: np.ndarray) -> float:
        return q2(growth[drawn], said[seed].growth[drawn], reference.growth)

    def grow_auroc(seed: int, drawn: np.ndarray) -> float:
        return ranked_auroc(growth[drawn] > GROWS, said[seed].grow_probability[drawn])

    found = {"growth_q2": estimate(over_seeds(growth_q2), groups, 0.0)}
    if 0 < (growth > GROWS).sum() < len(growth):
        found["grow_auroc"] = estimate(over_seeds(grow_auroc), groups, 0.5)
    for name in MEANS:
        values = np.stack([table[name].to_numpy() for table in tables]).astype(float)
        if not np.isnan(values).all():
            found[name] = estimate(lambda drawn, values=values: float(np.nanmean(values[:, drawn])), groups)
    if said[0].flux is not None and dataset.flux is not None and reference.flux is not None:
        found["flux_q2"] = flux_estimate(
            dataset.flux[rows], [each.flux for each in said], reference.flux, groups
        )
    return found


def ranked_auroc(positive: np.ndarray, score: np.ndarray) -> float:
    """The AUROC by ranks (Mann–Whitney), as scikit-learn's and much faster; NaN for one kind alone."""
    count = positive.sum()
    if count in (0, len(positive)):
        return float("nan")
    ranks = rankdata(score)[positive].sum() - count * (count + 1) / 2
    return float(ranks / (count * (len(positive) - count)))


def flux_estimate(truth: np.ndarray, said: Sequence, reference: np.ndarray, groups: np.ndarray) -> Estimate:
    """The median Q² of the reactions that have one; which these are is settled once, by all media."""
    counts = np.isfinite(flux_q2(truth, truth, reference))
    true = signed_log(truth[:, counts])
    residual = np.mean([np.square(true - signed_log(each[:, counts])) for each in said], axis=0)
    names, index = np.unique(groups, return_inverse=True)
    member = np.eye(len(names))[:, index]
    left, whole = member @ residual, member @ np.square(true - reference[counts])

    def median(times: np.ndarray) -> float:
        total = times @ whole
        return float(np.median((1 - times @ left / np.where(total > 0, total, np.inf))[total > 0]))

    def draw(rng: np.random.Generator) -> float:
        return median(rng.multinomial(len(names), np.full(len(names), 1 / len(names))).astype(float))

    return BOOTSTRAP.drawn(median(np.ones(len(names))), draw, len(names), "groups", chance=0.0)


def show_media(dataset: Labelled, options: argparse.Namespace, title: str) -> None:
    """The table of all baselines, a row for each split."""
    computed = dataset.flux is not None
    # Flux balance made the computed labels and gives them back; of measured growth it is a prediction.
    names = [each for each in BASELINES if each != "fba" or not computed]
    names += [UniformSplits.name, Unrolled.name] if computed else []
    names = options.only or names
    scored = list(score_media(dataset, options.split_seed, options.seeds, names))
    rows = dataset.media.split(seed=options.split_seed)
    console.say(title)
    console.say("media per part: " + ", ".join(f"{name} {len(each)}" for name, each in rows.items()))
    growth = ["growth_q2", "grow_auroc", "flux_q2", "flux_r2"]
    for split in SPLITS:
        groups = next(each.figures["growth_q2"].n for each in scored if each.split == split)
        for chosen in (growth, ["imbalance", "split_tv", "split_tv_dependent"]):
            table = [
                [each.name, *(short(each.figures.get(name)) for name in chosen), f"{each.seconds:.1f}"]
                for each in scored
                if each.split == split and any(name in each.figures for name in chosen)
            ]
            if table:
                heading = f"\n{split}: {len(rows[split])} media in {groups} groups"
                console.show_table(["baseline", *chosen, "CPU s to fit"], table, title=heading)


def show_sole(graph: MetabolicGraph) -> None:
    """Sole carbon sources at 10 mmol/gDW/h, ten folds of sources."""
    media = sole_sources(graph, "C")
    growth = np.array([fba(graph, medium).growth for medium in media])
    grows, composition = growth > GROWS, media.composition
    folds = KFold(10, shuffle=True, random_state=0)
    boosted = GradientBoostingRegressor(random_state=0)
    carbon = make_pipeline(StandardScaler(), Ridge())
    forest = RandomForestClassifier(300, random_state=0)
    rows = [
        (
            "growth of those that grow, Q²",
            "number of carbons, ridge",
            folded_q2(carbon, composition[grows, :1], growth[grows], folds),
        ),
        (
            "growth of those that grow, Q²",
            "formula, gradient boosting",
            folded_q2(boosted, composition[grows], growth[grows], folds),
        ),
    ]
    stratified = StratifiedKFold(10, shuffle=True, random_state=0)
    said = cross_val_predict(forest, composition, grows, cv=stratified, method="predict_proba")
    said = np.asarray(said)[:, 1]
    of = estimate(lambda drawn: auroc(grows[drawn], said[drawn]), np.arange(len(grows)), 0.5)
    rows.append(("growth or none, AUROC", "formula, random forest", of))
    title = f"\nsole carbon sources of {graph.name}: {grows.sum()} of {len(grows)} support growth, ten folds"
    console.show_table(
        ["what", "from", "reached"], [[a, b, short(c)] for a, b, c in rows], title=title, words=(0, 1)
    )


def folded_q2(model, table: np.ndarray, growth: np.ndarray, folds: KFold) -> Estimate:
    """Q² over folds against the mean of all, as facts on baselines have it."""
    said = np.asarray(cross_val_predict(model, table, growth, cv=folds))
    return estimate(lambda drawn: q2(growth[drawn], said[drawn], growth.mean()), np.arange(len(growth)), 0.0)


def show_genes(graph: MetabolicGraph, seeds: Sequence[int]) -> None:
    """Essential genes on the network's own medium, each track."""
    medium = Medium.default(graph)
    unharmed = pfba(graph, medium)
    essential = essential_genes(gene_deletions(graph, medium), unharmed.growth)
    genes = GeneFeatures(graph, medium.bounds(graph))
    groups = np.unique(genes.linked)
    rows = []
    for track, sees in TRACKS.items():
        forest = TopologyForest(track)
        said = [forest.held_out(genes, essential, unharmed.flux, seed) for seed in seeds]
        figures = [
            estimate(
                lambda drawn, of=of, said=said: float(
                    np.mean([of(essential[drawn], each[drawn]) for each in said])
                ),
                genes.linked,
            )
            for of in (auprc, auroc)
        ]
        rows.append([track, *(short(each) for each in figures), sees])
    title = (
        f"\nessential genes of {graph.name} (growth below 1 %, its own medium): {essential.sum()} of {len(essential)}"
        f" (AUPRC of chance {essential.mean():.3f}), five folds over {len(groups)} groups of linked genes,"
        f" mean of {len(seeds)} seeds"
    )
    console.show_table(["track", "AUPRC", "AUROC", "what it sees"], rows, title=title, words=(0, 3))


def main() -> None:
    """Print the parts that were asked for."""
    parser = argparse.ArgumentParser(description="What baselines reach on metabolic networks.")
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="all but table where none is named")
    parser.add_argument("--network", default="iJO1366", help="bundled name or file")
    parser.add_argument("--count", type=int, default=MediaConfig().count, help="labelled media")
    parser.add_argument("--labels", help="a folder of labelled media; nothing is solved then")
    parser.add_argument("--table", type=Path, help="a growth table (CSV) for the part table")
    learned = [each for each in BASELINES if each != "fba"]
    parser.add_argument("--only", nargs="+", choices=learned, help="of the parts media and table")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2], help="of what is drawn at random")
    parser.add_argument("--split-seed", type=int, default=0, help="of what is held out")
    options = parser.parse_args()
    parts = options.parts or PARTS[:-1]
    network = NetworkConfig(options.network)
    media = MediaConfig(count=options.count, labels=options.labels)
    if "media" in parts:
        dataset = dataset_of(MetabolismConfig(network=network, media=media), report=remark)
        title = f"{options.network}, pruned to {len(dataset.graph.reactions)} reactions, {len(dataset.media)} media"
        show_media(dataset, options, title)
    whole = whole_network(network)
    if "table" in parts:
        if options.table is None:
            parser.error("the part table needs --table FILE.csv")
        table = GrowthTable.read(options.table, whole)
        show_media(table, options, f"{options.table}: {table}")
    if "sole" in parts:
        show_sole(whole)
    if "genes" in parts:
        show_genes(whole, options.seeds)


def remark(what: str, done: int, of: int) -> None:
    """Progress beside the results."""
    console.remark(f"{what}: {done} of {of}")


if __name__ == "__main__":
    main()
