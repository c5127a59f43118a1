"""The rendered objects that a configuration asks for."""

from perception import QUADRANTS, StimulusDesign
from working_memory.configuration import StimuliConfig
from working_memory.errors import WorkingMemoryError


def stimulus_design(config: StimuliConfig) -> StimulusDesign:
    """Every identity, held out or not, in every view, held out or not; `split_pools` takes them apart.

    Raises:
        WorkingMemoryError: the configuration names a manifest of images and asks for no rendering.
    """
    if config.manifest is not None:
        raise WorkingMemoryError(
            f"stimuli.manifest is {config.manifest}: expected none where objects are rendered"
        )
    azimuths = {*config.azimuths, *config.novel_azimuths_validation, *config.novel_azimuths_test}
    return StimulusDesign(
        categories=config.categories,
        identities=config.identities + 2 * config.novel_identities,
        azimuths=tuple(sorted(azimuths)),
        elevations=config.elevations,
        locations=QUADRANTS[: config.locations],
        size=config.size,
        seed=config.seed,
    )
