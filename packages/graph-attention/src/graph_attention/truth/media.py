"""A medium: what a cell may take up, and how fast."""

import difflib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from numbers import Real

import numpy as np
from jaxtyping import Float

from graph_attention.errors import MetabolicError
from graph_attention.network.graph import MetabolicGraph
from graph_attention.network.tables import OPEN, agreeing, named
from graph_attention.truth.nutrients import ELEMENTS, nutrients

OXYGEN = "EX_o2_e"
"""The exchange that makes a medium aerobic, as BiGG names it."""

Bounds = tuple[Float[np.ndarray, "reactions"], Float[np.ndarray, "reactions"]]


@dataclass(frozen=True)
class Medium:
    """The largest uptake of each nutrient offered; whatever is not named can only leave the cell.

    Args:
        name: what tables call it.
        uptake: exchange id → largest uptake, positive, in mmol per gram of dry weight and hour.
        varied: exchange id → the element (C, N, P or S) that it was chosen as a source of; what is not in here
            is the base that all media of an experiment share.

    Raises:
        MetabolicError: an uptake is not a positive number, or `varied` names another element.
    """

    name: str
    uptake: Mapping[str, float]
    varied: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self):
        for exchange, amount in self.uptake.items():
            if not (isinstance(amount, Real) and math.isfinite(amount) and amount > 0):
                raise MetabolicError(
                    f"medium {self.name}: the uptake of {exchange} is {amount!r}; "
                    "expected a positive number of mmol/gDW/h (leave out what is not offered)"
                )
        if foreign := set(self.varied.values()) - set(ELEMENTS):
            raise MetabolicError(
                f"medium {self.name}: expected sources of {', '.join(ELEMENTS)}; got {foreign}"
            )

    def __repr__(self) -> str:
        """Name, chosen sources, and how much else is offered."""
        chosen = ", ".join(f"{each} {self.uptake[each]:g}" for each in self.varied if each in self.uptake)
        others = len(self.uptake.keys() - self.varied.keys())
        rest = f"{chosen} and {others} more" if chosen else agreeing(others, "nutrient", "nutrients")
        return f"Medium({self.name}: {rest})"

    @classmethod
    def default(cls, graph: MetabolicGraph, name: str = "default") -> "Medium":
        """What the bounds of the network itself let in.

        Raises:
            MetabolicError: an exchange has no limit; 1000 is what models of BiGG write for that.
        """
        table = nutrients(graph)
        reaction, sign = table["reaction"].to_numpy(), table["sign"].to_numpy()
        uptake = np.where(sign > 0, graph.upper[reaction], -graph.lower[reaction])
        if endless := table["exchange"].filter(np.isinf(uptake)).to_list():
            raise MetabolicError(
                f"{graph.name} lets {named(endless, 5)} in without limit; expected finite bounds: "
                f"set them to {OPEN:g}, as models of BiGG do"
            )
        offered = zip(table["exchange"], uptake, strict=True)
        return cls(name, {exchange: float(amount) for exchange, amount in offered if amount > 0})

    def sources(self, element: str | None = None) -> tuple[str, ...]:
        """The exchanges that were chosen, as a source of one element or of any."""
        return tuple(each for each, of in self.varied.items() if element in (None, of))

    @property
    def aerobic(self) -> bool:
        """Whether oxygen is offered."""
        return OXYGEN in self.uptake

    @property
    def kind(self) -> str:
        """N, P or S where another source of it than the usual one was chosen; else C."""
        return next((element for element in ("N", "P", "S") if self.sources(element)), "C")

    def but(
        self, name: str, *, add: Mapping[str, float] | None = None, without: tuple[str, ...] = ()
    ) -> "Medium":
        """The same medium with some nutrients left out, and then others offered."""
        kept = {exchange: amount for exchange, amount in self.uptake.items() if exchange not in without}
        varied = {exchange: of for exchange, of in self.varied.items() if exchange not in without}
        return replace(self, name=name, uptake={**kept, **(add or {})}, varied=varied)

    def on(self, graph: MetabolicGraph) -> "Medium":
        """The same medium without the exchanges that a network does not have; `varied` still tells of them."""
        known = set(graph.reactions["id"][graph.exchanges])
        return replace(self, uptake={each: amount for each, amount in self.uptake.items() if each in known})

    def bounds(self, graph: MetabolicGraph) -> Bounds:
        """Lower and upper bound of every reaction when a network grows on this medium.

        Exchanges let in what the medium offers and nothing else; every other bound is the network's own.

        Raises:
            MetabolicError: the medium names what is no exchange of the network.
        """
        lower, upper = graph.lower.copy(), graph.upper.copy()
        table = nutrients(graph)
        self.check(graph.name, table["exchange"].to_list())
        reaction, sign = table["reaction"].to_numpy(), table["sign"].to_numpy()
        offered = np.array([self.uptake.get(exchange, 0.0) for exchange in table["exchange"]])
        inward, outward = reaction[sign > 0], reaction[sign < 0]
        upper[inward] = np.where(offered[sign > 0] > 0, offered[sign > 0], np.minimum(upper[inward], 0))
        lower[outward] = np.where(offered[sign < 0] > 0, -offered[sign < 0], np.maximum(lower[outward], 0))
        return lower, upper

    def check(self, network: str, known: Sequence[str]) -> None:
        """Raise MetabolicError for the first nutrient that is none of the exchanges known."""
        for exchange in self.uptake:
            if exchange not in known:
                near = difflib.get_close_matches(exchange, known, n=1)
                advice = f"did you mean {near[0]}?" if near else f"it has {len(known)} exchanges"
                raise MetabolicError(f"medium {self.name}: {exchange} is no exchange of {network}; {advice}")
