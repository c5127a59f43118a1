"""What a linear decoder reads from features: within and across times, items, tasks and stimuli, against a null."""

from analysis.decoding.cross_validation import CrossValidation
from analysis.decoding.lda import LDA
from analysis.decoding.leakage import Leakage, leakage
from analysis.decoding.logistic import Logistic
from analysis.decoding.readouts import decode, decode_across_conditions, decode_across_time, decode_items
from analysis.decoding.result import Decoding, View, over_networks
from analysis.decoding.ridge import Ridge
from analysis.decoding.significance import Cluster, clusters, max_statistic
from analysis.decoding.standardised import Standardised

__all__ = [
    "LDA",
    "Cluster",
    "CrossValidation",
    "Decoding",
    "Leakage",
    "Logistic",
    "Ridge",
    "Standardised",
    "View",
    "clusters",
    "decode",
    "decode_across_conditions",
    "decode_across_time",
    "decode_items",
    "leakage",
    "max_statistic",
    "over_networks",
]
