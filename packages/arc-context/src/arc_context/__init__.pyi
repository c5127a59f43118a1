from .errors import ArcError as ArcError
from .tasks.episodes import Episode as Episode
from .tasks.episodes import episodes as episodes
from .tasks.episodes import leave_one_out as leave_one_out
from .tasks.grid import Grid as Grid
from .tasks.grid import grid_of as grid_of
from .tasks.task import Pair as Pair
from .tasks.task import Task as Task

__all__ = [
    "ArcError",
    "Episode",
    "Grid",
    "Pair",
    "Task",
    "episodes",
    "grid_of",
    "leave_one_out",
]
