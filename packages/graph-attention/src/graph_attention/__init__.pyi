from .assays.strata import Ranked as Ranked
from .assays.strata import Strata as Strata
from .assays.strata import ranked as ranked
from .baselines.gene_features import GeneFeatures as GeneFeatures
from .baselines.registry import BASELINES as BASELINES
from .baselines.registry import make_baseline as make_baseline
from .baselines.topology_forest import TopologyForest as TopologyForest
from .errors import MetabolicError as MetabolicError
from .explanations.attributed import attributed as attributed
from .explanations.attributions import gatt as gatt
from .explanations.attributions import gatt_edges as gatt_edges
from .explanations.closed_edges import chosen_edges as chosen_edges
from .explanations.closed_edges import edges_closed as edges_closed
from .explanations.nodes import edge_table as edge_table
from .explanations.nodes import node_table as node_table
from .explanations.truths import Truths as Truths
from .explanations.truths import metabolite_deletions as metabolite_deletions
from .layers.attention_edges import AttentionEdges as AttentionEdges
from .layers.comparison import Compared as Compared
from .layers.comparison import Comparison as Comparison
from .layers.comparison import ConditionComparator as ConditionComparator
from .layers.comparison import ConditionComparisonHead as ConditionComparisonHead
from .layers.comparison import comparison_loss as comparison_loss
from .layers.condition_map import ConditionLabels as ConditionLabels
from .layers.condition_map import ConditionMap as ConditionMap
from .layers.condition_map import stack_conditions as stack_conditions
from .layers.conditions import ConditionCrossAttention as ConditionCrossAttention
from .layers.conditions import ConditionPooling as ConditionPooling
from .layers.conditions import ConditionProjection as ConditionProjection
from .layers.conditions import CrossAttention as CrossAttention
from .layers.edge_heads import EdgeHeads as EdgeHeads
from .layers.encodings import EdgeBias as EdgeBias
from .layers.encodings import EdgeEncoding as EdgeEncoding
from .layers.encodings import EdgeKinds as EdgeKinds
from .layers.encodings import Encodings as Encodings
from .layers.encodings import Pathways as Pathways
from .layers.encodings import Stoichiometry as Stoichiometry
from .layers.flux_split import FluxSplit as FluxSplit
from .layers.flux_split import FluxSplitAttention as FluxSplitAttention
from .layers.flux_split import FluxSplitEdges as FluxSplitEdges
from .layers.joined import Joined as Joined
from .layers.joined import JoinedAttention as JoinedAttention
from .layers.metabolic import MetabolicMultiHeadAttention as MetabolicMultiHeadAttention
from .layers.network_edges import NetworkEdges as NetworkEdges
from .layers.network_edges import network_edges as network_edges
from .layers.projections import KindEmbedding as KindEmbedding
from .layers.projections import KindProjection as KindProjection
from .layers.projections import SharedProjection as SharedProjection
from .layers.self_attention import SelfAttention as SelfAttention
from .layers.split_edges import SplitEdges as SplitEdges
from .layers.split_edges import consumer_edges as consumer_edges
from .layers.split_edges import producer_edges as producer_edges
from .metrics import flux_q2 as flux_q2
from .metrics import flux_r2 as flux_r2
from .metrics import imbalance as imbalance
from .metrics import q2 as q2
from .metrics import total_variation as total_variation
from .model.balance import FluxBalance as FluxBalance
from .model.coupling import CoupledReactions as CoupledReactions
from .model.factory import transformer_of as transformer_of
from .model.heads import EssentialityHead as EssentialityHead
from .model.losses import MultiTaskLoss as MultiTaskLoss
from .model.losses import Spread as Spread
from .model.output import MetabolicOutput as MetabolicOutput
from .model.projection import MassBalanceProjection as MassBalanceProjection
from .model.transfer import Moved as Moved
from .model.transfer import freeze_but as freeze_but
from .model.transfer import moved as moved
from .model.transformer import MetabolicTransformer as MetabolicTransformer
from .network.edges import MetabolicEdges as MetabolicEdges
from .network.graph import MetabolicGraph as MetabolicGraph
from .pictures.attended import AttendedNetwork as AttendedNetwork
from .pictures.drawn_network import DrawnNetwork as DrawnNetwork
from .pictures.escher import escher_csv as escher_csv
from .pictures.escher import escher_files as escher_files
from .pictures.escher import escher_json as escher_json
from .pictures.gallery import Gallery as Gallery
from .pictures.pathway_flow import pathway_flow as pathway_flow
from .pictures.splits import SeenSplits as SeenSplits
from .predictions import Prediction as Prediction
from .trials import Reference as Reference
from .trials import measured as measured
from .trials import trials_table as trials_table
from .truth.conditions import condition_growths as condition_growths
from .truth.conditions import missing_conditions as missing_conditions
from .truth.conditions import named_conditions as named_conditions
from .truth.dataset import FluxDataset as FluxDataset
from .truth.deletions import gene_deletions as gene_deletions
from .truth.deletions import reaction_deletions as reaction_deletions
from .truth.flux_balance import FluxSolution as FluxSolution
from .truth.flux_balance import fba as fba
from .truth.flux_balance import pfba as pfba
from .truth.growth_table import GrowthTable as GrowthTable
from .truth.labelled_media import labelled_media as labelled_media
from .truth.learning_media import learning_media as learning_media
from .truth.media import Medium as Medium
from .truth.medium_set import MediumSet as MediumSet
from .truth.recipes import base_medium as base_medium
from .truth.recipes import sole_sources as sole_sources
from .truth.splits import consumer_splits as consumer_splits
from .truth.splits import producer_splits as producer_splits
from .truth.variability import flux_variability as flux_variability

__all__ = [
    "BASELINES",
    "AttendedNetwork",
    "AttentionEdges",
    "Compared",
    "Comparison",
    "ConditionComparator",
    "ConditionComparisonHead",
    "ConditionCrossAttention",
    "ConditionLabels",
    "ConditionMap",
    "ConditionPooling",
    "ConditionProjection",
    "CoupledReactions",
    "CrossAttention",
    "DrawnNetwork",
    "EdgeBias",
    "EdgeEncoding",
    "EdgeHeads",
    "EdgeKinds",
    "Encodings",
    "EssentialityHead",
    "FluxBalance",
    "FluxDataset",
    "FluxSolution",
    "FluxSplit",
    "FluxSplitAttention",
    "FluxSplitEdges",
    "Gallery",
    "GeneFeatures",
    "GrowthTable",
    "Joined",
    "JoinedAttention",
    "KindEmbedding",
    "KindProjection",
    "MassBalanceProjection",
    "Medium",
    "MediumSet",
    "MetabolicEdges",
    "MetabolicError",
    "MetabolicGraph",
    "MetabolicMultiHeadAttention",
    "MetabolicOutput",
    "MetabolicTransformer",
    "Moved",
    "MultiTaskLoss",
    "NetworkEdges",
    "Pathways",
    "Prediction",
    "Ranked",
    "Reference",
    "SeenSplits",
    "SelfAttention",
    "SharedProjection",
    "SplitEdges",
    "Spread",
    "Stoichiometry",
    "Strata",
    "TopologyForest",
    "Truths",
    "attributed",
    "base_medium",
    "chosen_edges",
    "comparison_loss",
    "condition_growths",
    "consumer_edges",
    "consumer_splits",
    "edge_table",
    "edges_closed",
    "escher_csv",
    "escher_files",
    "escher_json",
    "fba",
    "flux_q2",
    "flux_r2",
    "flux_variability",
    "freeze_but",
    "gatt",
    "gatt_edges",
    "gene_deletions",
    "imbalance",
    "labelled_media",
    "learning_media",
    "make_baseline",
    "measured",
    "metabolite_deletions",
    "missing_conditions",
    "moved",
    "named_conditions",
    "network_edges",
    "node_table",
    "pathway_flow",
    "pfba",
    "producer_edges",
    "producer_splits",
    "q2",
    "ranked",
    "reaction_deletions",
    "sole_sources",
    "stack_conditions",
    "total_variation",
    "transformer_of",
    "trials_table",
]
