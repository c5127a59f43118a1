from . import losses as losses
from . import testing as testing
from .aggregator import AttentionAggregator as AttentionAggregator
from .blocks import CrossAttentionBlock as CrossAttentionBlock
from .blocks import SelfAttentionBlock as SelfAttentionBlock
from .edge_functional import EdgeFeatures as EdgeFeatures
from .edge_functional import attend_edges as attend_edges
from .edge_map import EdgeMap as EdgeMap
from .edges import EdgeAttention as EdgeAttention
from .edges import RootedEdgeAttention as RootedEdgeAttention
from .errors import AttentionError as AttentionError
from .film import FiLM as FiLM
from .functional import attend as attend
from .gating import FeatureTaskGating as FeatureTaskGating
from .gating import Gated as Gated
from .gating import TaskGating as TaskGating
from .head_gates import HeadGates as HeadGates
from .head_gates import TokenHeadGates as TokenHeadGates
from .maps import Attended as Attended
from .maps import AttentionMap as AttentionMap
from .maps import DenseMap as DenseMap
from .maps import TopK as TopK
from .mixture import MixtureMap as MixtureMap
from .multihead import MultiHeadAttention as MultiHeadAttention
from .observation.observer import observe as observe
from .observation.seen import NotSeenError as NotSeenError
from .observation.seen import Seen as Seen
from .positions import RelativeBias as RelativeBias
from .positions import RelativeBiasGrid as RelativeBiasGrid
from .positions import Rotary as Rotary
from .positions import RotaryGrid as RotaryGrid
from .positions import rotate as rotate
from .received import collect_received as collect_received
from .rollout import Rollout as Rollout
from .rollout import rollout as rollout
from .sorted_edges import SortedEdges as SortedEdges
from .streaming import StreamedMap as StreamedMap
from .task_embedding import FactoredTaskEmbedding as FactoredTaskEmbedding
from .task_embedding import TaskEmbedding as TaskEmbedding
from .task_guided import MultiHeadTaskGuidedAttention as MultiHeadTaskGuidedAttention
from .task_guided import TaskGuidedAttention as TaskGuidedAttention
from .task_guided import attend_cells as attend_cells
from .temporal import TemporalAttention as TemporalAttention
from .torch_interface import TorchInterface as TorchInterface

__all__ = [
    "Attended",
    "AttentionAggregator",
    "AttentionError",
    "AttentionMap",
    "CrossAttentionBlock",
    "DenseMap",
    "EdgeAttention",
    "EdgeFeatures",
    "EdgeMap",
    "FactoredTaskEmbedding",
    "FeatureTaskGating",
    "FiLM",
    "Gated",
    "HeadGates",
    "MixtureMap",
    "MultiHeadAttention",
    "MultiHeadTaskGuidedAttention",
    "NotSeenError",
    "RelativeBias",
    "RelativeBiasGrid",
    "Rollout",
    "RootedEdgeAttention",
    "Rotary",
    "RotaryGrid",
    "Seen",
    "SelfAttentionBlock",
    "SortedEdges",
    "StreamedMap",
    "TaskEmbedding",
    "TaskGating",
    "TaskGuidedAttention",
    "TemporalAttention",
    "TokenHeadGates",
    "TopK",
    "TorchInterface",
    "attend",
    "attend_cells",
    "attend_edges",
    "collect_received",
    "losses",
    "observe",
    "rollout",
    "rotate",
    "testing",
]
