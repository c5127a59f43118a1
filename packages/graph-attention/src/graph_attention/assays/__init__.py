"""What is asked of the stored numbers of a metabolic run. Imports no torch."""

from analysis import Costs
from graph_attention.assays.agreement import Agreement
from graph_attention.assays.attention import Attention
from graph_attention.assays.comparison import Comparisons
from graph_attention.assays.contrasts import Contrasts
from graph_attention.assays.essential import Essential
from graph_attention.assays.faithfulness import FaithfulAttention
from graph_attention.assays.learning import Learning
from graph_attention.assays.named_growth import NamedGrowth
from graph_attention.assays.pathways import Pathways
from graph_attention.assays.performance import Performance
from graph_attention.assays.scaling import Scaling

ASSAYS = (
    Performance(),
    Learning(),
    Costs(),
    Attention(),
    Agreement(),
    Essential(),
    FaithfulAttention(),
    Contrasts(),
    Comparisons(),
    Pathways(),
    Scaling(),
    NamedGrowth(),
)
"""All of them, in the order of a report."""

__all__ = [
    "ASSAYS",
    "Agreement",
    "Attention",
    "Comparisons",
    "Contrasts",
    "Costs",
    "Essential",
    "FaithfulAttention",
    "Learning",
    "NamedGrowth",
    "Pathways",
    "Performance",
    "Scaling",
]
