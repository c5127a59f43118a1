from .errors import PersistenceError as PersistenceError
from .videos.blob_videos import BlobVideos as BlobVideos
from .videos.clip import Clip as Clip
from .videos.coloured import coloured as coloured
from .videos.hold_outs import HOLD_OUTS as HOLD_OUTS
from .videos.hold_outs import hold_out as hold_out
from .videos.splits import split_seeds as split_seeds
from .videos.splits import split_videos as split_videos

__all__ = [
    "HOLD_OUTS",
    "BlobVideos",
    "Clip",
    "PersistenceError",
    "coloured",
    "hold_out",
    "split_seeds",
    "split_videos",
]
