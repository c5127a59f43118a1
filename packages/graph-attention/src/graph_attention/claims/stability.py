"""A prediction on several networks at once: that they attend the same nodes."""

from dataclasses import dataclass

from analysis import AnalysisError, Archive, Measured, Prediction
from analysis.claims.claim import known_level
from analysis.claims.networks import LEAST
from analysis.claims.predictions import Tested
from graph_attention.assays.stability import labels_of, profiles_of, stability


@dataclass(frozen=True, kw_only=True)
class StableOverSeeds(Prediction):
    """The maps of networks of one arm correlate more than where each network's nodes move within degree and pathway."""

    score: str = "inflow"

    @property
    def quantities(self) -> tuple[Measured, ...]:
        """The assay that keeps what each network gives to the nodes."""
        return (Measured("agreement", "spearman"),)

    def test(self, archive: Archive) -> Tested:
        """Mean Spearman's ρ over pairs of networks, less its mean under the null; p is that of the null."""
        networks = archive.findings(self.arms[0], "agreement")
        profiles = profiles_of(networks, self.score)
        if profiles is None or len(profiles) < LEAST:
            raise AnalysisError(
                f"fewer than {LEAST} networks of {self.arms[0]} kept what their nodes receive"
            )
        found = stability(profiles, labels_of(networks))
        null = found.null
        assert null is not None
        how = f"mean under the null: {null.how}"
        return Tested(found, known_level(null.value, found.n, how), null.p)
