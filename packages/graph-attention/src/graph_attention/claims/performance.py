"""Whether what attention knows, and how many heads it has, helps prediction; what a layer costs."""

from analysis import Exceeds, Hypothesis, Measured
from graph_attention.claims.arms import ATTENTION, better

LINEAR = (0.0, 1.1)
"""Slopes in logarithms that count as linear or better; quadratic growth is 2."""

PAIRS = "Growth Q², r² of fluxes, distance of condition-dependent splits on held-out nutrients, arm − baseline in pairs"

SCALING = Hypothesis(
    1,
    "Attention scales linearly with network size.",
    "Slope of log CPU time, and of log bytes kept for backward, over log edges, of one trained layer forward and "
    "backward on 1, 2, 4 and 8 copies of the network, one thread. True where the whole interval is at most 1.1.",
    tuple(
        Exceeds(
            sentence=f"{what} of a layer grows no faster than its edges",
            arms=(ATTENTION,),
            quantity=Measured("scaling", measure),
            expects=LINEAR,
            level=1.0,
            meaning="in proportion to edges",
            no_intervention="a cost is counted, nothing has to be taken away",
        )
        for what, measure in {"time": "time_exponent", "memory": "memory_exponent"}.items()
    ),
)

PATHWAYS = Hypothesis(
    2,
    "Pathway awareness helps prediction.",
    f"{PAIRS}: attention that knows subsystems against the same without.",
    better(ATTENTION, "no_pathway", "with pathways"),
)

STOICHIOMETRY = Hypothesis(
    3,
    "Stoichiometric weighting helps.",
    f"{PAIRS}: attention that knows signs and sizes of coefficients against the same without.",
    better(ATTENTION, "no_stoichiometry", "with stoichiometry"),
)

KINDS = Hypothesis(
    4,
    "Node-kind awareness helps.",
    f"{PAIRS}: projections for metabolites and reactions, and kinds of edges, against the same without.",
    better(ATTENTION, "no_node_kinds", "with kinds of nodes"),
)

HEADS = Hypothesis(
    6,
    "Eight heads beat one at equal width.",
    f"{PAIRS}: eight heads against one of their joint width.",
    better(ATTENTION, "one_head", "eight heads"),
)
