from .baselines.registry import BASELINES as BASELINES
from .baselines.registry import make_baseline as make_baseline
from .boxes import BoxClips as BoxClips
from .clips.prepared import PreparedClip as PreparedClip
from .clips.prepared import prepare as prepare
from .clips.splits import Preparation as Preparation
from .clips.splits import PreparedClips as PreparedClips
from .clips.splits import prepared_split as prepared_split
from .configuration import DetectionConfig as DetectionConfig
from .configuration import LinkingConfig as LinkingConfig
from .configuration import PersistenceConfig as PersistenceConfig
from .detection.calibration import Calibration as Calibration
from .detection.detections import Detections as Detections
from .detection.factory import make_detector as make_detector
from .detection.log_detector import LoGDetector as LoGDetector
from .detection.object_detector import ObjectDetector as ObjectDetector
from .detection.threshold_detector import ThresholdDetector as ThresholdDetector
from .errors import PersistenceError as PersistenceError
from .filtering.reliable import Reliable as Reliable
from .filtering.table import filtered_table as filtered_table
from .filtering.verdicts import video_scores as video_scores
from .filtering.video import prepare_video as prepare_video
from .filtering.windows import Windows as Windows
from .linking.factory import make_linker as make_linker
from .linking.features import track_features as track_features
from .linking.hungarian import HungarianLinker as HungarianLinker
from .linking.trackpy_tables import from_trackpy as from_trackpy
from .linking.trackpy_tables import track_table as track_table
from .metrics import measured as measured
from .metrics import reliability as reliability
from .model.factory import persistence_model as persistence_model
from .model.gru import TrackGRU as TrackGRU
from .model.losses import PersistenceLoss as PersistenceLoss
from .model.older import FastObjectDataset as FastObjectDataset
from .model.older import FastObjectTransformer as FastObjectTransformer
from .model.older import PseudoTracker as PseudoTracker
from .model.older import RandomTokenizer as RandomTokenizer
from .model.output import PersistenceOutput as PersistenceOutput
from .model.queries import ObjectQueries as ObjectQueries
from .model.relations import MotionCompensated as MotionCompensated
from .model.relations import PairBias as PairBias
from .model.relations import SameTrack as SameTrack
from .model.relations import SpaceTime as SpaceTime
from .model.transformer import PersistenceTransformer as PersistenceTransformer
from .model.transformer import predicted_frames as predicted_frames
from .scaling import IsotonicScaling as IsotonicScaling
from .scaling import PlattScaling as PlattScaling
from .scaling import scaling_of as scaling_of
from .tokens.batch import TokenBatch as TokenBatch
from .tokens.padded import PaddedTokens as PaddedTokens
from .tokens.patches import PatchEncoder as PatchEncoder
from .tokens.patches import backbone_patches as backbone_patches
from .tokens.sight import Sight as Sight
from .tokens.tokenizer import ObjectTokenizer as ObjectTokenizer
from .tracking.clear import Clear as Clear
from .tracking.clear import mota as mota
from .tracking.clear import motp as motp
from .tracking.compared import Boxes as Boxes
from .tracking.compared import Points as Points
from .tracking.compared import compared as compared
from .tracking.hota import Hota as Hota
from .tracking.hota import hota as hota
from .tracking.identity import Identity as Identity
from .tracking.identity import idf1 as idf1
from .trials import trials_table as trials_table
from .videos.blob_videos import BlobVideos as BlobVideos
from .videos.clip import Clip as Clip
from .videos.coloured import coloured as coloured
from .videos.exposures import cosmic_ray_stack as cosmic_ray_stack
from .videos.exposures import hubble_deep_field as hubble_deep_field
from .videos.hold_outs import HOLD_OUTS as HOLD_OUTS
from .videos.hold_outs import hold_out as hold_out
from .videos.mot import MotSequence as MotSequence
from .videos.mot import from_mot as from_mot
from .videos.mot import tud as tud
from .videos.reading import read_video as read_video
from .videos.splits import split_seeds as split_seeds
from .videos.splits import split_videos as split_videos

__all__ = [
    "BASELINES",
    "HOLD_OUTS",
    "BlobVideos",
    "BoxClips",
    "Boxes",
    "Calibration",
    "Clear",
    "Clip",
    "DetectionConfig",
    "Detections",
    "FastObjectDataset",
    "FastObjectTransformer",
    "Hota",
    "HungarianLinker",
    "Identity",
    "IsotonicScaling",
    "LinkingConfig",
    "LoGDetector",
    "MotSequence",
    "MotionCompensated",
    "ObjectDetector",
    "ObjectQueries",
    "ObjectTokenizer",
    "PaddedTokens",
    "PairBias",
    "PatchEncoder",
    "PersistenceConfig",
    "PersistenceError",
    "PersistenceLoss",
    "PersistenceOutput",
    "PersistenceTransformer",
    "PlattScaling",
    "Points",
    "Preparation",
    "PreparedClip",
    "PreparedClips",
    "PseudoTracker",
    "RandomTokenizer",
    "Reliable",
    "SameTrack",
    "Sight",
    "SpaceTime",
    "ThresholdDetector",
    "TokenBatch",
    "TrackGRU",
    "Windows",
    "backbone_patches",
    "coloured",
    "compared",
    "cosmic_ray_stack",
    "filtered_table",
    "from_mot",
    "from_trackpy",
    "hold_out",
    "hota",
    "hubble_deep_field",
    "idf1",
    "make_baseline",
    "make_detector",
    "make_linker",
    "measured",
    "mota",
    "motp",
    "persistence_model",
    "predicted_frames",
    "prepare",
    "prepare_video",
    "prepared_split",
    "read_video",
    "reliability",
    "scaling_of",
    "split_seeds",
    "split_videos",
    "track_features",
    "track_table",
    "trials_table",
    "tud",
    "video_scores",
]
