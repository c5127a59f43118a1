from . import testing as testing
from .blocks import CrossAttentionBlock as CrossAttentionBlock
from .blocks import SelfAttentionBlock as SelfAttentionBlock
from .errors import AttentionError as AttentionError
from .film import FiLM as FiLM
from .functional import attend as attend
from .gating import FeatureTaskGating as FeatureTaskGating
from .gating import Gated as Gated
from .gating import TaskGating as TaskGating
from .maps import Attended as Attended
from .maps import AttentionMap as AttentionMap
from .maps import DenseMap as DenseMap
from .maps import TopK as TopK
from .multihead import MultiHeadAttention as MultiHeadAttention
from .streaming import StreamedMap as StreamedMap
from .task_guided import MultiHeadTaskGuidedAttention as MultiHeadTaskGuidedAttention
from .task_guided import TaskGuidedAttention as TaskGuidedAttention
from .task_guided import attend_cells as attend_cells

__all__ = [
    "Attended",
    "AttentionError",
    "AttentionMap",
    "CrossAttentionBlock",
    "DenseMap",
    "FeatureTaskGating",
    "FiLM",
    "Gated",
    "MultiHeadAttention",
    "MultiHeadTaskGuidedAttention",
    "SelfAttentionBlock",
    "StreamedMap",
    "TaskGating",
    "TaskGuidedAttention",
    "TopK",
    "attend",
    "attend_cells",
    "testing",
]
