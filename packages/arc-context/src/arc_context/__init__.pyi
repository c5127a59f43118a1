from .augmentation import IDENTITY as IDENTITY
from .augmentation import View as View
from .augmentation import draw_view as draw_view
from .augmentation import views as views
from .baselines.base import Baseline as Baseline
from .baselines.registry import BASELINES as BASELINES
from .baselines.registry import make_baseline as make_baseline
from .configuration import ArcConfig as ArcConfig
from .configuration import LossConfig as LossConfig
from .configuration import ModelConfig as ModelConfig
from .errors import ArcError as ArcError
from .errors import RequestError as RequestError
from .families.base import Family as Family
from .families.generated import GeneratedTasks as GeneratedTasks
from .families.generated import generated_task as generated_task
from .families.registry import FAMILIES as FAMILIES
from .families.registry import HELD_OUT as HELD_OUT
from .families.registry import LOOKUP as LOOKUP
from .families.registry import MARKERS as MARKERS
from .families.registry import POSITION as POSITION
from .families.registry import TRAINED as TRAINED
from .families.registry import family as family
from .families.rules import Rule as Rule
from .families.rules import RuleFamily as RuleFamily
from .model.alignment import Alignment as Alignment
from .model.anchoring import Anchoring as Anchoring
from .model.batch import EpisodeBatch as EpisodeBatch
from .model.canvas import PAD as PAD
from .model.context import ContextEncoder as ContextEncoder
from .model.context import Support as Support
from .model.cross_attention import CrossAttentionInjector as CrossAttentionInjector
from .model.decoding import Decoded as Decoded
from .model.decoding import answers as answers
from .model.decoding import decoded as decoded
from .model.decoding import log_probability as log_probability
from .model.encoders import GridEncoder as GridEncoder
from .model.factory import arc_model as arc_model
from .model.film import ContextInjector as ContextInjector
from .model.losses import ArcLoss as ArcLoss
from .model.output import Anchors as Anchors
from .model.output import RLANOutput as RLANOutput
from .model.pair_encoders import PairEncoder as PairEncoder
from .model.pair_encoders import SpatialPairEncoder as SpatialPairEncoder
from .model.predicates import SymbolicPredicateHeads as SymbolicPredicateHeads
from .model.puzzle_embedding import PuzzleEmbeddingModel as PuzzleEmbeddingModel
from .model.registers import LatentCountingRegisters as LatentCountingRegisters
from .model.relative_encoding import MultiScaleRelativeEncoding as MultiScaleRelativeEncoding
from .model.rlan import RLAN as RLAN
from .model.saliency import DynamicSaliencyController as DynamicSaliencyController
from .model.solver import RecursiveSolver as RecursiveSolver
from .model.task_cnn import TaskCNN as TaskCNN
from .pictures.whole_task import task_svg as task_svg
from .questions import Question as Question
from .questions import questions as questions
from .scoring.conventions import CONVENTIONS as CONVENTIONS
from .scoring.conventions import Scores as Scores
from .scoring.conventions import gains_of as gains_of
from .scoring.conventions import scores_of as scores_of
from .scoring.from_trials import right_of_trials as right_of_trials
from .scoring.from_trials import scores_of_trials as scores_of_trials
from .scoring.score import score as score
from .scoring.score import score_by_size as score_by_size
from .scoring.submission import read_submission as read_submission
from .scoring.submission import write_submission as write_submission
from .solving.baseline import solved_by as solved_by
from .solving.solved import PROTOCOLS as PROTOCOLS
from .solving.solved import Solved as Solved
from .solving.views import voted as voted
from .solving.voting import Vote as Vote
from .solving.voting import attempts as attempts
from .solving.voting import is_right as is_right
from .solving.voting import vote as vote
from .splits import task_splits as task_splits
from .tasks.episodes import Episode as Episode
from .tasks.episodes import episodes as episodes
from .tasks.episodes import leave_one_out as leave_one_out
from .tasks.grid import Grid as Grid
from .tasks.grid import grid_of as grid_of
from .tasks.leaks import Leaks as Leaks
from .tasks.leaks import refuse_leaks as refuse_leaks
from .tasks.leaks import shared_tasks as shared_tasks
from .tasks.leaks import without_leaks as without_leaks
from .tasks.sources import load_tasks as load_tasks
from .tasks.sources import named as named
from .tasks.sources import small as small
from .tasks.statistics import TaskStatistics as TaskStatistics
from .tasks.statistics import task_statistics as task_statistics
from .tasks.task import Pair as Pair
from .tasks.task import Task as Task
from .trials import trials_table as trials_table

__all__ = [
    "BASELINES",
    "CONVENTIONS",
    "FAMILIES",
    "HELD_OUT",
    "IDENTITY",
    "LOOKUP",
    "MARKERS",
    "PAD",
    "POSITION",
    "PROTOCOLS",
    "RLAN",
    "TRAINED",
    "Alignment",
    "Anchoring",
    "Anchors",
    "ArcConfig",
    "ArcError",
    "ArcLoss",
    "Baseline",
    "ContextEncoder",
    "ContextInjector",
    "CrossAttentionInjector",
    "Decoded",
    "DynamicSaliencyController",
    "Episode",
    "EpisodeBatch",
    "Family",
    "GeneratedTasks",
    "Grid",
    "GridEncoder",
    "LatentCountingRegisters",
    "Leaks",
    "LossConfig",
    "ModelConfig",
    "MultiScaleRelativeEncoding",
    "Pair",
    "PairEncoder",
    "PuzzleEmbeddingModel",
    "Question",
    "RLANOutput",
    "RecursiveSolver",
    "Rule",
    "RuleFamily",
    "Scores",
    "Solved",
    "SpatialPairEncoder",
    "Support",
    "SymbolicPredicateHeads",
    "Task",
    "TaskCNN",
    "TaskStatistics",
    "View",
    "Vote",
    "answers",
    "arc_model",
    "attempts",
    "decoded",
    "draw_view",
    "episodes",
    "family",
    "gains_of",
    "generated_task",
    "grid_of",
    "is_right",
    "leave_one_out",
    "load_tasks",
    "log_probability",
    "make_baseline",
    "named",
    "questions",
    "read_submission",
    "refuse_leaks",
    "right_of_trials",
    "score",
    "score_by_size",
    "scores_of",
    "scores_of_trials",
    "shared_tasks",
    "small",
    "solved_by",
    "task_splits",
    "task_statistics",
    "task_svg",
    "trials_table",
    "views",
    "vote",
    "voted",
    "without_leaks",
    "write_submission",
]
