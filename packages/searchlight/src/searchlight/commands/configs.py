"""`searchlight configs`: list, show and copy presets."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro

from searchlight.configuration import load_config, preset_text, presets, to_yaml
from searchlight.errors import UsageError
from searchlight.options import parse


@dataclass(frozen=True)
class Configs:
    """List the presets; show one with every default, or copy it to a file of your own.

    Example: searchlight configs copy working_memory/gated_mtmf mine.yaml
    """

    what: Annotated[Literal["list", "show", "copy"], tyro.conf.Positional] = "list"
    """What to do."""
    name: Annotated[str | None, tyro.conf.Positional] = None
    """The preset, or a YAML file to show."""
    to: Annotated[Path | None, tyro.conf.Positional] = None
    """The file to copy to."""


def main(args: Sequence[str]) -> None:
    """List, show or copy."""
    options = parse(Configs, "configs", args)
    from searchlight import console

    if options.what == "list":
        console.show_table(["preset", ""], [[name, text] for name, text in presets().items()], words=(0, 1))
        return
    if options.name is None:
        raise UsageError(
            f"configs {options.what} needs the name of a preset; searchlight configs lists them."
        )
    resolved = load_config(options.name)
    console.remark_all(resolved.notes)
    if options.what == "show":
        console.say(to_yaml(resolved.document).rstrip())
        return
    target = options.to or Path(f"{options.name.rpartition('/')[2]}.yaml")
    if target.exists():
        raise UsageError(f"{target} exists and is not overwritten; name another file.")
    if not target.absolute().parent.is_dir():
        raise UsageError(f"{target.parent} is no folder; make it first, or name another file.")
    text = preset_text(options.name) if options.name in presets() else to_yaml(resolved.document)
    target.write_text(text)
    console.say(f"wrote {target}; train it with: searchlight train {target}")
