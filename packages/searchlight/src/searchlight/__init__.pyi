from .checkpoint import load_checkpoint as load_checkpoint
from .checkpoint import save_checkpoint as save_checkpoint
from .configuration import TrainingConfig as TrainingConfig
from .configuration import load_config as load_config
from .configuration import with_settings as with_settings
from .errors import ConfigError as ConfigError
from .errors import SearchlightError as SearchlightError
from .errors import TrainingError as TrainingError
from .errors import UsageError as UsageError
from .experiments.base import Evaluation as Evaluation
from .experiments.base import Experiment as Experiment
from .runs import train_run as train_run
from .training import Batches as Batches
from .training import Recorder as Recorder
from .training import fit as fit

__all__ = [
    "Batches",
    "ConfigError",
    "Evaluation",
    "Experiment",
    "Recorder",
    "SearchlightError",
    "TrainingConfig",
    "TrainingError",
    "UsageError",
    "fit",
    "load_checkpoint",
    "load_config",
    "save_checkpoint",
    "train_run",
    "with_settings",
]
