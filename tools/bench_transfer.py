"""A trained run elsewhere: `uv run tools/bench_transfer.py RUN [--fine-tune EPOCHS] [--glucose EPOCHS]`.

On another network (`--network`) weights move as they are, numbers of single reactions by id (`transfer.moved`). Of
`--media` media drawn and labelled there, those that hold out a nutrient or a combination are asked: of the weights as
they moved, and of the same steps with nothing learned. With `--fine-tune` the rest, a few labelled media, are learned
from: by the moved weights, by the same model from scratch in as many steps, and by baselines. With `--glucose` a model
of the run's settings learns on media of the run's own network whose only carbon source is glucose (or those of
`--carbon`), and is asked of test media without it. Intervals are 95 % bootstraps over held-out nutrients or
combinations.
"""

import argparse
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from bench_metabolic_baselines import figures, short

from graph_attention import FluxDataset, MetabolicGraph, learning_media
from graph_attention.baselines import make_baseline
from graph_attention.configuration import MediaConfig
from graph_attention.errors import MetabolicError
from graph_attention.model.factory import transformer_of
from graph_attention.model.transfer import freeze_but, moved, pathways_of, without_sources
from graph_attention.model.transformer import MetabolicTransformer
from graph_attention.model.unrolled import Unrolled
from graph_attention.network_of import whole_network
from graph_attention.predictions import Prediction
from graph_attention.trials import Reference
from graph_attention.truth.recipes import GLUCOSE
from searchlight import console
from searchlight.experiments.metabolism import TRAIN, Metabolism
from searchlight.runs import open_run, trained_model
from searchlight.training import Batches, fit

ASKED = "asked"
SHOWN = ("growth_q2", "grow_auroc", "flux_r2", "split_tv_dependent")
BASELINES = ("mean", "ridge", "gradient_boosting")
Said = Iterator[tuple[str, Prediction]]


@dataclass(frozen=True)
class Question:
    """What is learned from, and what is asked then; of one network."""

    learned: FluxDataset
    asked: FluxDataset
    config: Any
    """The settings of a model and of its training."""

    def experiment(self) -> Metabolism:
        """The experiment of the learned media."""
        found = Metabolism(self.config, 0)
        found.dataset, found.splits = self.learned, {TRAIN: np.arange(len(self.learned))}
        return found

    def said(self, model: Any) -> Prediction:
        """What a model says of the media that are asked."""
        asking = Metabolism(self.config, 0)
        asking.dataset, asking.splits = self.asked, {ASKED: np.arange(len(self.asked))}
        return asking.predict(model, ASKED)[0]

    def trained(self, model: MetabolicTransformer) -> MetabolicTransformer:
        """A model after every epoch on the learned media."""
        experiment = self.experiment()
        if not hasattr(model, "learned_loss"):
            model.add_module("learned_loss", experiment.model().get_submodule("learned_loss"))
        batches = Batches(len(self.learned) // experiment.batch_size, experiment.draw)
        fit(model, experiment.loss, batches, self.config.training)
        return model.cpu()

    def show(self, title: str, said: Said) -> None:
        """One row for each answer."""
        reference = Reference.of(self.learned, np.arange(len(self.learned)))
        rows = np.arange(len(self.asked))
        table = [
            [name, *(short(found.get(each)) for each in SHOWN)]
            for name, each in said
            for found in [figures(self.asked, rows, [each], ASKED, reference)]
        ]
        of = f"learned from {len(self.learned)} media, asked of {len(self.asked)}"
        console.show_table(["", *SHOWN], table, title=f"\n{title}: {of}")


def with_training(config: Any, epochs: int, batch: int) -> Any:
    """The settings of a run with another budget; rate and schedule stay."""
    return replace(config, training=replace(config.training, epochs=epochs, batch_size=batch))


def labelled(network: str, count: int, seed: int) -> FluxDataset:
    """Media of another network with their labels, pruned to what can carry flux, with subsystems borrowed."""
    whole = MetabolicGraph.bundled(network)
    media = learning_media(whole, MediaConfig(count=count, seed=seed))
    return FluxDataset.make(whole, media, jobs=1).on(whole.prune_blocked())


def elsewhere(model: MetabolicTransformer, config: Any, options: argparse.Namespace) -> None:
    """Print what moved weights, others and baselines say of another network."""
    dataset = labelled(options.network, options.media, options.seed)
    train = dataset.media.split(seed=options.seed)[TRAIN]
    rest = np.setdiff1d(np.arange(len(dataset)), train)
    config = with_training(config, max(options.fine_tune, 1), options.batch)
    question = Question(dataset.take(train), dataset.take(rest), config)
    there = moved(model, config.model, dataset.graph)
    console.say(f"{dataset}\n{there}")
    question.show(f"{model.graph.name} to {options.network}", answers(question, model, there.model, options))


def answers(
    question: Question,
    model: MetabolicTransformer,
    there: MetabolicTransformer,
    options: argparse.Namespace,
) -> Said:
    """Steps alone and zero-shot; fine-tuned, from scratch and baselines where epochs are asked for."""
    torch.manual_seed(0)
    names = pathways_of(model) or None
    untrained = transformer_of(there.graph, question.config.model, pathways=names).eval()
    # Splits of untrained attention would be about equal shares; those of its fluxes are what the steps know.
    yield "steps alone, nothing known", question.said(Unrolled(question.config.model, untrained))
    yield f"moved from {model.graph.name}", question.said(there)
    if options.fine_tune:
        tuned = deepcopy(there)
        if options.only:
            freeze_but(tuned, *options.only)
        yield f"fine-tuned, epochs {options.fine_tune}", question.said(question.trained(tuned))
        yield from scratch(question)


def scratch(question: Question) -> Said:
    """The steps with usual fluxes known, a model after training, and baselines, on what is learned from."""
    everything = np.arange(len(question.learned))
    steps = Unrolled(question.config.model).fit(question.learned, everything)
    yield "steps alone, usual fluxes known", question.said(steps)
    fresh = question.experiment().model()
    assert isinstance(fresh, MetabolicTransformer)
    yield f"from scratch, epochs {question.config.training.epochs}", question.said(question.trained(fresh))
    for name in BASELINES:
        yield name, question.said(make_baseline(name).fit(question.learned, everything))


def other_sources(experiment: Metabolism, options: argparse.Namespace) -> None:
    """Print what is learned of a few carbon sources, by what it says of the others."""
    config = with_training(experiment.config, options.glucose, options.batch)
    whole = whole_network(config.network)
    drawn = learning_media(
        whole, MediaConfig(count=options.media, seed=options.seed, variants=0), carbon=options.carbon
    )
    learned = FluxDataset.make(whole, drawn, jobs=1).on(experiment.graph)
    labels = experiment.dataset
    if not isinstance(labels, FluxDataset):
        raise MetabolicError(
            "expected a run on computed fluxes; this one learned from a table of measured growth"
        )
    test = labels.take(np.concatenate([experiment.splits[name] for name in ("test/nutrient", "test/medium")]))
    asked = test.take(without_sources(test.media, options.carbon))
    question = Question(learned, asked, config)
    question.show(f"{', '.join(options.carbon)} to other carbon sources", scratch(question))


def main() -> None:
    """Print the tables of a run."""
    parser = argparse.ArgumentParser(description="A trained run on another network, and on other media.")
    parser.add_argument("run", type=Path)
    parser.add_argument("--network", default="iYS1720")
    parser.add_argument("--media", type=int, default=60, help="labelled media that are drawn")
    parser.add_argument("--fine-tune", type=int, default=0, metavar="EPOCHS", help="on the other network")
    parser.add_argument(
        "--only", nargs="+", metavar="PART", help="of the model that is fine-tuned, say growth"
    )
    parser.add_argument("--glucose", type=int, default=0, metavar="EPOCHS", help="on the run's own network")
    parser.add_argument("--carbon", nargs="+", default=[GLUCOSE], help="learned instead of glucose alone")
    parser.add_argument("--batch", type=int, default=8, help="media of a step")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.set_num_threads(1)
    experiment, model = trained_model(*open_run(options.run))
    if not isinstance(experiment, Metabolism) or not isinstance(model, MetabolicTransformer):
        parser.error(f"{options.run} is no run of a metabolic transformer")
    elsewhere(model, experiment.config, options)
    if options.glucose:
        other_sources(experiment, options)


if __name__ == "__main__":
    main()
