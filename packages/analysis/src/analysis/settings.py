"""What the settings of every system are made of; nothing here needs more than pydantic."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Annotated, Any

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

FORBID = ConfigDict(extra="forbid")
"""A setting that there is not is an error."""
Share = Annotated[float, Field(ge=0, le=1)]
"""Some of a whole."""


@dataclass(frozen=True, config=FORBID)
class BaselineSettings:
    """Settings of baselines, all of them optional: what is not given has the baseline's own default."""

    @property
    def given(self) -> dict[str, Any]:
        """What is set, by name."""
        found = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: value for name, value in found.items() if value is not None}


def foreign(
    settings: Iterable[str], kind: str, own: Mapping[str, Sequence[str]], section: str = ""
) -> str | None:
    """The sentence that answers a setting which a kind does not have; `own` names the settings of kinds."""
    names = own.get(kind, ())
    for setting in settings:
        if setting not in names:
            return f"{section}{setting} is no setting of {kind}; it has {', '.join(names) or 'none'}"
    return None
