"""From settings to a detector."""

from object_persistence.configuration import DETECTOR_SETTINGS, DetectionConfig
from object_persistence.detection.log_detector import LoGDetector
from object_persistence.detection.threshold_detector import ThresholdDetector


def make_detector(config: DetectionConfig) -> LoGDetector | ThresholdDetector:
    """The detector that the settings ask for."""
    if config.kind == "threshold":
        return ThresholdDetector(config.brightness)
    return LoGDetector(**{name: getattr(config, name) for name in DETECTOR_SETTINGS["log"]})
