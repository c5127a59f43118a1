"""The rungs of the ladder that generated tasks make: what each asks of which arms, and what was aimed at."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from math import inf

from analysis import Measured, Quantity, Under, mean_of
from arc_context.assays.layers import HEADLINE
from arc_context.families.registry import HELD_OUT, LOOKUP, POSITION
from searchlight.arc_ladder_figures import Target
from searchlight.arc_ladder_quantities import HowMany, OfRun, Together, exact, seconds

SEEN, SWAP = "test/seen", "test/swap"
SETTLED = "attention on the cells that settle it"
MATCHED = "exact match"
FRESH = f"{MATCHED}, fresh parameters"
REACH = f"held-out families with {MATCHED} ≥ 0.2"
ON_MARKER = "an anchor on the marker"
MASKS = {
    "outside": "attention beyond grids and pairs, at most",
    "row_sum": "sum of a row of attention less 1, at most",
    "padded": "change of a probability by padding to 30 × 30, at most",
    "reordered": "change of a probability by the order of pairs, at most",
}
"""What has to hold exactly, by its name among the quantities."""
CONTEXTS = ("cross_attention", "film", "none")
LONGER = "_longer"
"""Ends the presets that train for as long as cross-attention does, where the others take as many steps."""
FAMILIES = (*CONTEXTS, "puzzle_embedding")
ANCHORED = ("decoupled", "coupled")
ROUNDING = 1e-5


@dataclass(frozen=True)
class Ask:
    """A figure that every network of an arm has, or by how much more it has of it than one of another arm."""

    what: str
    arm: str
    quantity: Quantity
    target: Target | None = None
    minus: str = ""
    beside: tuple[str, Quantity] | None = None

    @property
    def arms(self) -> tuple[str, ...]:
        """Whom it is asked of."""
        return (self.arm, self.minus) if self.minus else (self.arm,)

    @property
    def bounds(self) -> tuple[float, float]:
        """What it can be: a share, a difference of shares, or a number from 0."""
        if self.minus:
            return (-1.0, 1.0)
        return (0.0, inf) if isinstance(self.quantity, OfRun | Together | HowMany) else (0.0, 1.0)


@dataclass(frozen=True)
class Rung:
    """Figures that answer one question together."""

    name: str
    question: str
    asks: tuple[Ask, ...] = field(default=())

    @property
    def arms(self) -> tuple[str, ...]:
        """The presets that it needs."""
        return tuple(dict.fromkeys(arm for ask in self.asks for arm in ask.arms))


def matched(split: str = SEEN) -> Measured:
    """The share of right answers."""
    return Measured("performance", "exact_match", {"split": split})


def masks() -> Iterator[Ask]:
    """Exact properties, before any step and after all."""
    for trained, (name, what) in product((False, True), MASKS.items()):
        state = "trained" if trained else "untrained"
        bound = Target(0.0 if name == "outside" else ROUNDING, at_least=False)
        yield Ask(f"{what}, {state}", "lookup_cross_attention", exact(name, trained=trained), bound)


def lookups() -> Iterator[Ask]:
    """Colours to be looked up, by what is known of the support, in equal steps, and the others for as long besides."""
    seen = {"cross_attention": Target(0.9), "film": Target(0.35, False), "none": Target(0.25, False)}
    for context, longer in (*product(CONTEXTS, ("",)), *product(CONTEXTS[1:], (LONGER,))):
        arm = f"lookup_{context}{longer}"
        yield Ask(FRESH, arm, matched(), seen[context])
        swapped = Target(0.85) if context == "cross_attention" else None
        yield Ask(f"{MATCHED}, held-out swap", arm, matched(SWAP), swapped)
        yield Ask("CPU seconds of training", arm, seconds(), Target(60, at_least=False))


def attention() -> Iterator[Ask]:
    """Where attention is, and where gradients are."""
    for preset, families in (("lookup", LOOKUP), ("position", POSITION)):
        arm = f"{preset}_cross_attention"
        for family in families:
            here = {"split": SEEN, "family": family, "layer": HEADLINE}
            mass, uniform = (Measured("lookup", f"{what}_mass", here) for what in ("determining", "uniform"))
            target = Target(0.8) if preset == "lookup" else None
            beside = ("uniform", uniform)
            yield Ask(f"{SETTLED}, {family}", arm, mass, target, beside=beside)
            yield Ask(f"{SETTLED}, {family}, untrained", arm, Under("untrained", mass), beside=beside)
        for family, context in product(families, ("cross_attention", "film")):
            here = {"split": SEEN, "family": family}
            yield Ask(
                f"share of the gradient's norm on the cells that settle it, {family}",
                f"{preset}_{context}",
                Measured("gradients", "gradient_share", here),
                beside=("share of cells", Measured("gradients", "cell_share", here)),
            )


def families() -> Iterator[Ask]:
    """Eighteen families at once, and five that are held out."""
    held_out = [matched(f"test/{name}") for name in HELD_OUT]
    for arm in FAMILIES:
        crossed = arm == "cross_attention"
        yield Ask(FRESH, arm, matched(), Target(0.7) if crossed else None)
        yield Ask(f"{MATCHED}, mean of held-out families", arm, mean_of(*held_out))
        many = Target(4) if crossed else None
        yield Ask(REACH, arm, HowMany(held_out, 0.2), many)
    for name, quantity in zip(HELD_OUT, held_out, strict=True):
        yield Ask(f"{MATCHED}, held-out {name}", "cross_attention", quantity)
    for other in FAMILIES[1:]:
        yield Ask(f"{FRESH}, gain over {other}", "cross_attention", matched(), minus=other)
    total = Target(15 * 60, at_least=False)
    yield Ask("CPU seconds of training, all arms of a seed", "cross_attention", Together(FAMILIES), total)


def anchors() -> Iterator[Ask]:
    """Families whose answer hangs on a marker."""
    for kind in ("none", *ANCHORED):
        yield Ask(FRESH, f"markers_{kind}", matched())
    for kind, other in (("decoupled", "none"), ("coupled", "none"), ("decoupled", "coupled")):
        yield Ask(f"{FRESH}, gain over {other}", f"markers_{kind}", matched(), minus=f"markers_{other}")
    for kind in ANCHORED:
        on_marker = Measured("anchors", "on_marker", {"split": SEEN})
        yield Ask(ON_MARKER, f"markers_{kind}", on_marker, Target(0.8))


RUNGS = {
    each.name: each
    for each in (
        Rung("L0", "Do masks hold, exactly?", tuple(masks())),
        Rung("L1", "Are colours looked up?", tuple(lookups())),
        Rung("L2", "Is attention on the cells that settle an answer?", tuple(attention())),
        Rung("L3", "How many families are learned at once?", tuple(families())),
        Rung("L4", "What do anchors add?", tuple(anchors())),
    )
}
"""Those of generated tasks, by name."""
READ = {
    "L5": "How many ARC-AGI-1 training tasks up to 10 × 10 are solved, in five folds?",
    "L6": "How many of the 400 ARC-AGI-1 evaluation tasks are solved?",
}
"""Those of tasks that are read."""
ORDER = (*RUNGS, *READ)
