"""From settings to a detector."""

from object_persistence.configuration import DetectionConfig
from object_persistence.detection.log_detector import LoGDetector
from object_persistence.detection.threshold_detector import ThresholdDetector


def make_detector(config: DetectionConfig) -> LoGDetector | ThresholdDetector:
    """The detector that the settings ask for."""
    if config.kind == "threshold":
        return ThresholdDetector(config.threshold)
    return LoGDetector(
        config.min_sigma,
        config.max_sigma,
        config.num_sigma,
        config.threshold,
        config.overlap,
        config.subpixel,
        config.exclude_border,
    )
