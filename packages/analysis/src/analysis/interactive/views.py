"""What a reader may choose in a figure, and what is drawn for each choice."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from analysis.errors import AnalysisError
from analysis.interactive.coding import plain
from analysis.shown import Shown

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


@dataclass(frozen=True)
class View:
    """The traces and the layout of one plot, in plotly's words."""

    traces: Sequence[Mapping[str, Any]]
    layout: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Interactive(Shown):
    """A figure with one selector for each of `selectors`, and a view for each choice that there is.

    The keys of `views` have one entry per selector; choices without a view are said to be missing.

    Raises:
        AnalysisError: there is no view, or a key has another length.
    """

    views: Mapping[tuple[str, ...], View]
    selectors: tuple[str, ...] = ()

    def __post_init__(self):
        if not self.views:
            raise AnalysisError("an interactive figure needs at least one view")
        if wrong := [key for key in self.views if len(key) != len(self.selectors)]:
            raise AnalysisError(f"expected one choice for each of {self.selectors}, got {wrong[0]}")

    @property
    def options(self) -> dict[str, list[str]]:
        """What each selector offers, in the order of the views."""
        return {
            name: list(dict.fromkeys(key[i] for key in self.views)) for i, name in enumerate(self.selectors)
        }

    def figure(self, *choice: str) -> "Figure":
        """One view as plotly's own figure; the first without a choice.

        Raises:
            AnalysisError: there is no such view.
        """
        from plotly.graph_objects import Figure

        chosen = choice or next(iter(self.views))
        if chosen not in self.views:
            raise AnalysisError(f"no view {chosen}; there are: {', '.join(map(str, self.views))}")
        view = self.views[chosen]
        return Figure(data=list(view.traces), layout=dict(view.layout))

    def _repr_mimebundle_(self, *args: Any, **options: Any) -> Any:
        return self.figure()._repr_mimebundle_(*args, **options)

    def to_json(self) -> str:
        """All views for the page's script, harmless inside HTML; the same figure gives the same bytes."""
        views = [
            {"choice": list(key), "data": view.traces, "layout": view.layout}
            for key, view in self.views.items()
        ]
        text = json.dumps(plain(views), sort_keys=True, separators=(",", ":"), allow_nan=False)
        return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
