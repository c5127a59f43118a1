from .cells import CellSelfAttention as CellSelfAttention
from .cognition import Cognition as Cognition
from .cognition import State as State
from .configuration import KINDS as KINDS
from .configuration import BackboneConfig as BackboneConfig
from .configuration import ModelConfig as ModelConfig
from .configuration import StimuliConfig as StimuliConfig
from .configuration import TasksConfig as TasksConfig
from .configuration import WorkingMemoryConfig as WorkingMemoryConfig
from .errors import WorkingMemoryError as WorkingMemoryError
from .factory import create_attention_model as create_attention_model
from .factory import create_baseline_model as create_baseline_model
from .factory import create_model as create_model
from .factory import equal_parameter_hidden_size as equal_parameter_hidden_size
from .factory import get_model_info as get_model_info
from .factory import model_from_config as model_from_config
from .factory import model_summary as model_summary
from .factory import needs_map as needs_map
from .factory import print_model_summary as print_model_summary
from .lures import Lure as Lure
from .metrics import accuracy as accuracy
from .metrics import detection as detection
from .metrics import lure_false_alarms as lure_false_alarms
from .metrics import observers as observers
from .metrics import serial_position as serial_position
from .metrics import trials_table as trials_table
from .model import AttentionWorkingMemoryModel as AttentionWorkingMemoryModel
from .model import Pooling as Pooling
from .model import WorkingMemoryModel as WorkingMemoryModel
from .model import WorkingMemoryOutput as WorkingMemoryOutput
from .model import entropy_penalty as entropy_penalty
from .model import masked_loss as masked_loss
from .pools import SPLIT_POOLS as SPLIT_POOLS
from .pools import Pool as Pool
from .pools import make_pool as make_pool
from .pools import make_pools as make_pools
from .pools import split_pools as split_pools
from .recall import Recall as Recall
from .stimuli import stimulus_design as stimulus_design
from .task_factors import LearnedTask as LearnedTask
from .tasks import Task as Task
from .tasks import task_vector as task_vector
from .tasks import tasks_of as tasks_of
from .trials import Answer as Answer
from .trials import Trials as Trials
from .trials import generate as generate

__all__ = [
    "KINDS",
    "SPLIT_POOLS",
    "Answer",
    "AttentionWorkingMemoryModel",
    "BackboneConfig",
    "CellSelfAttention",
    "Cognition",
    "LearnedTask",
    "Lure",
    "ModelConfig",
    "Pool",
    "Pooling",
    "Recall",
    "State",
    "StimuliConfig",
    "Task",
    "TasksConfig",
    "Trials",
    "WorkingMemoryConfig",
    "WorkingMemoryError",
    "WorkingMemoryModel",
    "WorkingMemoryOutput",
    "accuracy",
    "create_attention_model",
    "create_baseline_model",
    "create_model",
    "detection",
    "entropy_penalty",
    "equal_parameter_hidden_size",
    "generate",
    "get_model_info",
    "lure_false_alarms",
    "make_pool",
    "make_pools",
    "masked_loss",
    "model_from_config",
    "model_summary",
    "needs_map",
    "observers",
    "print_model_summary",
    "serial_position",
    "split_pools",
    "stimulus_design",
    "task_vector",
    "tasks_of",
    "trials_table",
]
