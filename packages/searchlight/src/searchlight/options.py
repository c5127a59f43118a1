"""Typed flags: what the verbs share in reading the command line."""

import contextlib
import dataclasses
import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar

import tyro
from pydantic import ValidationError
from pydantic.dataclasses import is_pydantic_dataclass
from tyro.constructors import ConstructorRegistry, StructConstructorSpec, StructTypeInfo

from searchlight.configuration import Resolved, explain, load_config, presets
from searchlight.errors import ConfigError, UsageError

Options = TypeVar("Options")
Config = Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="CONFIG")]
RunPath = Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="RUN")]
Text = Annotated[str | None, tyro.conf.arg(metavar="TEXT", help_behavior_hint="")]
Number = Annotated[int | None, tyro.conf.arg(metavar="INT", help_behavior_hint="")]
Place = Annotated[Path | None, tyro.conf.arg(metavar="PATH", help_behavior_hint="")]
"""What may be left out, shown in --help without the None."""
RunPaths = Annotated[
    tuple[Path, ...], tyro.conf.Positional, tyro.conf.arg(metavar="RUNS", help_behavior_hint="(two or more)")
]


def parse(options: type[Options], verb: str, args: Sequence[str]) -> Options:
    """The options of a verb.

    Raises:
        UsageError: a flag or value that the verb does not take, or one that it misses.
    """
    program, said = f"searchlight {verb}", io.StringIO()
    try:
        with contextlib.redirect_stderr(said):
            return tyro.cli(
                options,
                prog=program,
                args=list(args),
                registry=one_sentence_registry(),
                config=(tyro.conf.FlagCreatePairsOff,),
            )
    except SystemExit as stop:
        if not stop.code:
            raise
        raise UsageError(f"{sentence(said.getvalue())}\n  {program} --help lists what it takes.") from None


def sentence(box: str) -> str:
    """What tyro draws as a box, in lines or in ASCII: its first part, and the flag that it thinks was meant."""
    _, *lines = (line.strip("│╭╮╰╯ ") for line in box.splitlines())
    parts: list[list[str]] = [[]]
    for line in filter(None, lines):
        parts[-1].append(line) if set(line) - set("─-") else parts.append([])
    said = [part for part in parts if part]
    meant = [part[1].split()[0] for part in said if part[0].startswith("Perhaps you meant")]
    return " ".join(said[0]) + (f"\n  did you mean {meant[0].rstrip(',')}?" if meant else "")


def one_sentence_registry() -> ConstructorRegistry:
    """Builds configurations from flags so that what they refuse is told in one sentence, as for a YAML file."""
    registry, inside = ConstructorRegistry(), []

    @registry.struct_rule
    def of_configuration(info: StructTypeInfo) -> StructConstructorSpec | None:
        if inside or not is_pydantic_dataclass(info.type):
            return None
        inside.append(info)
        spec = ConstructorRegistry.get_struct_spec(info)
        inside.pop()
        if not isinstance(spec, StructConstructorSpec):
            return None
        return dataclasses.replace(spec, instantiate=lambda **values: construct(info.type, values))

    return registry


def construct(config_type: type, values: dict[str, Any]) -> Any:
    """A configuration, or a section of one, with these values.

    Raises:
        ConfigError: they cannot hold.
    """
    try:
        return config_type(**values)
    except ValidationError as error:
        whole = any(map(dataclasses.is_dataclass, values.values()))
        section = "flags" if whole else f"--{config_type.__name__.removesuffix('Config').lower()}"
        joint = "." if error.errors()[0]["loc"] and not whole else ": "
        raise ConfigError(f"{section}{joint}{explain(error)}") from None


def parse_with_config(options: type[Options], verb: str, args: Sequence[str]) -> tuple[Options, Resolved]:
    """The options of a verb that takes CONFIG, whose settings become flags such as `--model.hidden-size 64`.

    Raises:
        UsageError: no configuration is named. ConfigError: it, or a flag, cannot hold.
    """
    source = find_source(args)
    if source is None:
        if {"-h", "--help"} & set(args):
            parse(options, verb, args)
        raise UsageError(f"{verb} needs a configuration; searchlight configs lists the presets.")
    resolved = load_config(source)
    typed = dataclasses.make_dataclass(
        options.__name__,
        [
            (
                "settings",
                Annotated[type(resolved.config), tyro.conf.arg(name="")],
                dataclasses.field(default=resolved.config),
            )
        ],
        bases=(options,),
        frozen=True,
        namespace={"__doc__": options.__doc__},
    )
    parsed = parse(typed, verb, args)
    return parsed, resolved.with_config(parsed.settings)  # type: ignore[attr-defined]


def find_source(args: Sequence[str]) -> str | None:
    """The word that names the configuration: a preset, a YAML file or a run; else the first that is no flag."""
    known = presets()
    for word in args:
        if word in known or word.endswith((".yaml", ".yml")) or (Path(word) / "config.yaml").is_file():
            return word
    return next((word for word in args[:1] if not word.startswith("-")), None)


def check_folder(path: Path | None) -> None:
    """Raise UsageError for a place where no folder can be made."""
    if path is not None and path.exists() and not path.is_dir():
        raise UsageError(f"--out {path} is a file; expected a folder.")


def check_jobs(jobs: int | None) -> None:
    """Raise UsageError for a number of things at the same time that is none."""
    if jobs is not None and jobs < 1:
        raise UsageError(f"--jobs {jobs}: expected at least 1.")


def parse_seeds(text: str) -> tuple[int, ...]:
    """Seeds written as 0..4 (both ends), 3, or 0,2,5.

    Raises:
        UsageError: the text is none of these, or names no seed.
    """
    if match := re.fullmatch(r"(\d+)\.\.(\d+)", text):
        seeds = tuple(range(int(match[1]), int(match[2]) + 1))
    elif re.fullmatch(r"\d+(,\d+)*", text):
        seeds = tuple(int(part) for part in text.split(","))
    else:
        raise UsageError(f"--seeds {text!r}: expected 0..4, 3 or 0,2,5.")
    if not seeds or len(set(seeds)) < len(seeds):
        raise UsageError(f"--seeds {text}: expected at least one seed, each once.")
    return seeds


def as_settings(pairs: Sequence[str]) -> dict[str, Any]:
    """Settings written as name=value, the values read as YAML."""
    import yaml

    settings = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise UsageError(f"{pair!r}: expected name=value, such as model.hidden_size=64.")
        settings[name] = yaml.safe_load(value)
    return settings
