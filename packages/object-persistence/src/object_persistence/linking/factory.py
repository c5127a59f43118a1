"""From settings to a linker."""

from object_persistence.configuration import LinkingConfig
from object_persistence.linking.hungarian import HungarianLinker


def make_linker(config: LinkingConfig) -> HungarianLinker:
    """The linker that the settings ask for."""
    return HungarianLinker(
        config.search_range, config.memory, config.motion, config.appearance, config.gap_closing
    )
