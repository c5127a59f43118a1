"""Presets, YAML files and flags, resolved into one typed configuration per experiment. Imports no torch."""

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import field
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from arc_context.configuration import ArcConfig
from graph_attention.configuration import MetabolismConfig
from object_persistence.configuration import PersistenceConfig
from searchlight.errors import ConfigError, nearest
from working_memory.configuration import WorkingMemoryConfig

STRICT = ConfigDict(extra="forbid")
Fraction = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=1)]
Positive = Annotated[float, Field(gt=0)]


@dataclass(frozen=True, config=STRICT)
class TrainingConfig:
    """How the gradient steps are taken."""

    epochs: Count = 60
    """Passes over the training data; one validation after each."""
    batch_size: Count = 128
    """Items per optimiser step, over all processes and accumulated parts together."""
    learning_rate: Positive = 3e-3
    """Peak learning rate of AdamW."""
    weight_decay: Annotated[float, Field(ge=0)] = 1e-2
    """Decoupled weight decay of AdamW."""
    schedule: Literal["one_cycle", "cosine", "constant"] = "one_cycle"
    """Course of the learning rate over all steps."""
    clip_norm: Positive = 1.0
    """Largest norm of the gradient; what is above is scaled down to it."""
    ema: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Decay of the moving average of the weights that is validated and kept; 0 keeps the weights themselves."""
    accumulate: Count = 1
    """Parts that a batch is computed in, to save memory."""
    precision: Literal["float32", "bfloat16", "float16"] = "float32"
    """Precision of the forward pass, on devices that have it."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """Where to compute; auto takes a GPU when there is one."""
    snapshots: Annotated[int, Field(ge=0)] = 5
    """Epochs from one kept copy of the weights to the next, to compare arms at equal accuracy; 0 keeps none."""


@dataclass(frozen=True, config=STRICT)
class WorkingMemoryExperimentConfig(WorkingMemoryConfig):
    """N-back on rendered objects."""

    training: TrainingConfig = field(default_factory=TrainingConfig)
    """How the gradient steps are taken."""


@dataclass(frozen=True, config=STRICT)
class MetabolismExperimentConfig(MetabolismConfig):
    """Growth and fluxes of a metabolic network on media."""

    training: TrainingConfig = field(
        default_factory=lambda: TrainingConfig(epochs=8, batch_size=32, learning_rate=3e-3, snapshots=0)
    )
    """How the gradient steps are taken; a baseline takes none."""


@dataclass(frozen=True, config=STRICT)
class PersistenceExperimentConfig(PersistenceConfig):
    """Which objects of a clip last."""

    training: TrainingConfig = field(
        default_factory=lambda: TrainingConfig(epochs=25, batch_size=20, learning_rate=2e-3, snapshots=0)
    )
    """How the gradient steps are taken; a baseline takes none."""


@dataclass(frozen=True, config=STRICT)
class ArcExperimentConfig(ArcConfig):
    """Which grid answers a task."""

    training: TrainingConfig = field(
        default_factory=lambda: TrainingConfig(epochs=8, batch_size=24, learning_rate=3e-3, snapshots=0)
    )
    """How the gradient steps are taken; a baseline takes none."""


CONFIGS: dict[str, type] = {
    "working_memory": WorkingMemoryExperimentConfig,
    "metabolism": MetabolismExperimentConfig,
    "persistence": PersistenceExperimentConfig,
    "arc": ArcExperimentConfig,
}


@dataclasses.dataclass(frozen=True)
class Resolved:
    """A configuration with its system, its name among runs, and what was said while reading it."""

    system: str
    name: str
    config: Any
    notes: tuple[str, ...] = ()
    seed: int | None = None
    """The seed of the run that the configuration was read from."""
    changed: Mapping[str, Any] = field(default_factory=dict)
    """What was changed since the preset or file that the name begins with; a hash of it ends the name."""

    @property
    def document(self) -> dict[str, Any]:
        """What `config.yaml` holds."""
        return {"system": self.system, **to_plain(self.config)}

    def with_config(self, config: Any) -> "Resolved":
        """The same experiment with changed settings: another name, marked by a hash of what was changed."""
        changed = {**self.changed, **differences(to_plain(self.config), to_plain(config))}
        if changed == self.changed:
            return self
        digest = hashlib.sha256(json.dumps(changed, sort_keys=True).encode()).hexdigest()[:6]
        name = f"{self.name.split('+')[0]}+{digest}"
        return dataclasses.replace(self, name=name, config=config, changed=changed)


def presets() -> dict[str, str]:
    """Name of every preset, with the first line of its file as description."""
    root = resources.files("searchlight") / "configs"
    found = {}
    for system in sorted(root.iterdir(), key=lambda entry: entry.name):
        for file in sorted(system.iterdir(), key=lambda entry: entry.name):
            if file.name.endswith(".yaml"):
                first = file.read_text().splitlines()[0]
                found[f"{system.name}/{file.name.removesuffix('.yaml')}"] = first.removeprefix("#").strip()
    return found


def preset_text(name: str) -> str:
    """The YAML of a preset, as written."""
    return (resources.files("searchlight") / "configs" / f"{name}.yaml").read_text()


def load_config(source: str) -> Resolved:
    """The configuration that a preset's name or a YAML file gives, every default filled in.

    Raises:
        ConfigError: there is no such preset or file, or a setting in it does not exist or cannot hold.
    """
    path = Path(source)
    if source in presets():
        return parse(preset_text(source), name=source, origin=source)
    if path.suffix in {".yaml", ".yml"}:
        resolved = parse(text_of(path), name=path.stem, origin=str(path))
        return dataclasses.replace(resolved, name=f"{resolved.system}/{path.stem}")
    if (path / "config.yaml").is_file():
        return of_run(path)
    raise ConfigError(
        f"{source} is neither a preset nor a YAML file nor a run."
        f"{nearest(source, presets(), 'searchlight configs lists the presets')}"
    )


def text_of(path: Path) -> str:
    """What a file of settings says.

    Raises:
        ConfigError: it is not there, or is no text.
    """
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(f"{path} does not exist; searchlight configs lists the presets.") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is no text in UTF-8; expected YAML.") from None


def of_run(folder: Path) -> Resolved:
    """The configuration of a run, from its folder `<system>/<arm>/seed-<k>`.

    Raises:
        ConfigError: config.yaml is not there, or does not hold settings.
        StoreError: environment.json is not there, or is damaged.
    """
    from analysis.store import Run  # polars is slow to import

    folder = folder.resolve()
    file = folder / "config.yaml"
    resolved = parse(text_of(file), name=folder.parent.name, origin=str(file))
    seed = folder.name.removeprefix("seed-")
    name = f"{resolved.system}/{folder.parent.name}"
    environment = Run(folder).environment()
    return dataclasses.replace(
        resolved,
        name=name,
        seed=int(seed) if seed.isdecimal() else None,
        changed=environment.get("changed", {}),
    )


def parse(text: str, *, name: str, origin: str) -> Resolved:
    """The configuration that a YAML text gives; `origin` is what errors call it."""
    from searchlight.older import is_older, read_older

    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError(f"{origin} is not YAML: {str(error).splitlines()[0]}.") from None
    if not isinstance(document, dict):
        raise ConfigError(f"{origin}: expected settings by name, got {type(document).__name__}.")
    notes: tuple[str, ...] = ()
    if is_older(document):
        document, notes = read_older(document, origin)
    system = document.pop("system", None)
    if system not in CONFIGS:
        said = "has no system" if system is None else f"system is {system!r}"
        raise ConfigError(f"{origin}: {said}; expected one of: {', '.join(CONFIGS)}.")
    return Resolved(system, name, build(CONFIGS[system], document, origin), notes)


def build(config_type: type, document: dict[str, Any], origin: str) -> Any:
    """A configuration of the given type from plain data; unknown names and impossible values are errors."""
    check_names(config_type, document, origin)
    try:
        return TypeAdapter(config_type).validate_python(document)
    except ValidationError as error:
        raise ConfigError(f"{origin}: {explain(error)}") from None


def explain(error: ValidationError) -> str:
    """The first fault that pydantic found, as one sentence."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"] if not str(part).startswith("function-"))
    message = first["msg"].removeprefix("Value error, ")
    got = f" (got {first['input']!r})" if where and not isinstance(first["input"], dict) else ""
    more = len(error.errors()) - 1
    others = f" (and {more} more)" if more else ""
    return f"{where + ': ' if where else ''}{message.rstrip('.')}{got}{others}{'' if message.endswith('?') else '.'}"


def check_names(config_type: type, document: dict[str, Any], origin: str, prefix: str = "") -> None:
    """Raise ConfigError, with the nearest name, for a key that is no field."""
    fields = {each.name: each for each in dataclasses.fields(config_type)}
    for key, value in document.items():
        if key not in fields:
            raise ConfigError(f"{origin}: {prefix}{key} is not a setting.{nearest(key, fields)}")
        inner = fields[key].type
        if dataclasses.is_dataclass(inner) and isinstance(value, dict):
            check_names(inner, value, origin, f"{prefix}{key}.")  # type: ignore[arg-type]


def to_plain(config: Any) -> dict[str, Any]:
    """Nested plain data, as YAML and JSON hold it."""
    return TypeAdapter(type(config)).dump_python(config, mode="json")


def to_yaml(document: dict[str, Any]) -> str:
    """The text of a `config.yaml`."""
    return yaml.safe_dump(document, sort_keys=False)


def leaves(document: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every setting with its dotted name."""
    for key, value in document.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def differences(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Dotted names whose values differ, with the new value (None where the setting is gone)."""
    before, after = dict(leaves(old)), dict(leaves(new))
    return {
        name: after.get(name) for name in sorted({*before, *after}) if before.get(name) != after.get(name)
    }


def with_settings(config: Any, settings: dict[str, Any], origin: str) -> Any:
    """The configuration with some settings changed, by dotted name."""
    document = to_plain(config)
    for name, value in settings.items():
        *sections, last = name.split(".")
        inner = document
        for section in sections:
            inner = inner.get(section)
            if not isinstance(inner, dict):
                raise ConfigError(
                    f"{origin}: {name} is not a setting.{nearest(name, dict(leaves(document)))}"
                )
        if last not in inner:
            raise ConfigError(f"{origin}: {name} is not a setting.{nearest(name, dict(leaves(document)))}")
        inner[last] = value
    return build(type(config), document, origin)
