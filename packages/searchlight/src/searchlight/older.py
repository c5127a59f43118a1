"""Flat configurations of the older scripts (`model_type: attention_gru`, …), read into today's sections."""

from typing import Any

from searchlight.errors import ConfigError, nearest

NAMES = {
    "model_type": "model.kind",
    "hidden_size": "model.hidden_size",
    "attention_hidden_dim": "model.attention_dim",
    "attention_dropout": "model.attention_dropout",
    "scenario": "tasks.scenario",
    "n_values": "tasks.n",
    "task_features": "tasks.features",
    "sequence_length": "tasks.frames",
    "match_probability": "tasks.match_rate",
    "num_train": "tasks.sequences",
    "num_val": "tasks.evaluation_sequences",
    "image_size": "stimuli.size",
    "epochs": "training.epochs",
    "num_epochs": "training.epochs",
    "batch_size": "training.batch_size",
    "lr": "training.learning_rate",
    "learning_rate": "training.learning_rate",
    "weight_decay": "training.weight_decay",
    "grad_clip": "training.clip_norm",
    "device": "training.device",
}
DROPPED = {
    "save_hidden": "states are always stored with a run",
    "seed": "seeds are named by --seeds",
    "num_workers": "cached feature maps need no loading workers",
    "output_dir": "runs are named after their configuration",
    "experiment_name": "runs are named after their configuration",
    "pretrained_backbone": "the backbone is named by backbone.kind and backbone.weights",
    "freeze_backbone": "the backbone is always frozen",
    "classifier_layers": "the read-out is one linear layer",
    "rnn_type": "the cell is part of model_type",
    "data_root": "stimuli are rendered; a folder of images is named by stimuli.manifest",
    "stimuli_dir": "stimuli are rendered; a folder of images is named by stimuli.manifest",
}


def is_older(document: dict[str, Any]) -> bool:
    """Whether a document is flat, as the older scripts wrote it."""
    return "model_type" in document and "system" not in document


def read_older(flat: dict[str, Any], origin: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Today's document, and a line that says how each setting was read.

    Raises:
        ConfigError: a setting is known neither to today's configuration nor to the older one.
    """
    document: dict[str, Any] = {"system": "working_memory"}
    read, dropped = [], []
    for key, value in flat.items():
        if key in NAMES:
            section, name = NAMES[key].split(".")
            document.setdefault(section, {})[name] = value.lower() if key == "scenario" else value
            read.append(f"{key} as {NAMES[key]}")
        elif key in DROPPED:
            dropped.append(f"{key} ({DROPPED[key]})")
        else:
            raise ConfigError(f"{origin}: {key} is not a setting of the older form.{nearest(key, NAMES)}")
    notes = [f"{origin} has the older flat form; read {', '.join(read)}."]
    if dropped:
        notes.append(f"Not used: {'; '.join(dropped)}.")
    return document, tuple(notes)
