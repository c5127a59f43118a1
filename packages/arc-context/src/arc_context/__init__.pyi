from .errors import ArcError as ArcError
from .families.base import Family as Family
from .families.generated import GeneratedTasks as GeneratedTasks
from .families.generated import generated_task as generated_task
from .families.registry import FAMILIES as FAMILIES
from .families.registry import LOOKUP as LOOKUP
from .families.registry import POSITION as POSITION
from .families.registry import family as family
from .tasks.episodes import Episode as Episode
from .tasks.episodes import episodes as episodes
from .tasks.episodes import leave_one_out as leave_one_out
from .tasks.grid import Grid as Grid
from .tasks.grid import grid_of as grid_of
from .tasks.task import Pair as Pair
from .tasks.task import Task as Task

__all__ = [
    "FAMILIES",
    "LOOKUP",
    "POSITION",
    "ArcError",
    "Episode",
    "Family",
    "GeneratedTasks",
    "Grid",
    "Pair",
    "Task",
    "episodes",
    "family",
    "generated_task",
    "grid_of",
    "leave_one_out",
]
