import numpy as np
import pytest

from graph_attention.configuration import MediaConfig
from graph_attention.errors import MetabolicError
from graph_attention.truth.flux_balance import fba
from graph_attention.truth.learning_media import learning_media
from graph_attention.truth.media import Medium
from graph_attention.truth.nutrients import candidates
from graph_attention.truth.recipes import base_medium, sole_sources, supporting, uptake_of


@pytest.fixture(scope="module")
def learned(e_coli_core):
    return learning_media(e_coli_core, MediaConfig(count=200, seed=4))


def test_the_base_is_the_default_medium_without_its_carbon(e_coli_core):
    default = Medium.default(e_coli_core)
    assert set(default.uptake) - set(base_medium(e_coli_core).uptake) == {"EX_glc__D_e"}
    assert fba(e_coli_core, base_medium(e_coli_core)).growth == 0


def test_a_network_without_that_carbon_source_is_an_error(toy):
    with pytest.raises(MetabolicError, match="the medium of toy offers EX_sugar, not EX_glc__D_e"):
        base_medium(toy)


def test_uptake_per_carbon_is_divided_by_the_carbons(e_coli_core):
    assert uptake_of(e_coli_core, "EX_glc__D_e", 12.0, "carbon_mole") == 2.0
    assert uptake_of(e_coli_core, "EX_ac_e", 12.0, "carbon_mole") == 6.0
    assert uptake_of(e_coli_core, "EX_ac_e", 12.0) == 12.0
    with pytest.raises(MetabolicError, match="EX_o2_e brings no carbon"):
        uptake_of(e_coli_core, "EX_o2_e", 1.0, "carbon_mole")


def test_sole_carbon_sources_hold_one_source_each(e_coli_core):
    media = sole_sources(e_coli_core)
    assert media.names == [
        name[3:-2] for name in candidates(e_coli_core, "C", base_medium(e_coli_core).uptake)
    ]
    assert all(medium.sources("C") == medium.sources() and len(medium.sources()) == 1 for medium in media)
    assert all(medium.uptake[medium.sources()[0]] == 10.0 for medium in media)


def test_another_source_of_nitrogen_takes_the_place_of_ammonia(e_coli_core):
    media = sole_sources(e_coli_core, "N", aerobic=False)
    assert sorted(media.names) == ["gln__L", "glu__L"]
    for medium in media:
        assert "EX_nh4_e" not in medium.uptake
        assert medium.uptake["EX_glc__D_e"] == 10.0
        assert (medium.kind, medium.aerobic) == ("N", False)


def test_no_candidate_is_an_error(e_coli_core):
    with pytest.raises(MetabolicError, match="no source of S outside the base"):
        sole_sources(e_coli_core, "S")


def test_what_supports_growth_is_what_grows_alone(e_coli_core):
    found = supporting(e_coli_core, candidates(e_coli_core, "C", base_medium(e_coli_core).uptake))
    grown = [
        medium.sources()[0] for medium in sole_sources(e_coli_core) if fba(e_coli_core, medium).growth > 0
    ]
    assert list(found) == grown
    assert "EX_for_e" not in found
    assert "EX_glc__D_e" in found


def test_learning_media_have_the_shares_asked_for(e_coli_core, learned):
    assert len(learned) == 200
    assert (~learned.aerobic).sum() == 50
    kinds = [medium.kind for medium in learned]
    assert kinds.count("N") == 40
    amounts = [medium.uptake[each] for medium in learned for each in medium.sources()]
    assert min(amounts) >= 1
    assert max(amounts) <= 10
    assert max(len(medium.sources("C")) for medium in learned) == 4
    sole = {medium.sources() for medium in learned if len(medium.sources()) == 1}
    base = base_medium(e_coli_core).uptake
    assert {(each,) for each in candidates(e_coli_core, "C", base)} <= sole


def test_learning_media_hold_sources_that_support_no_growth(e_coli_core, learned):
    growing = set(supporting(e_coli_core, learned.nutrients))
    idle = set(candidates(e_coli_core, "C", base_medium(e_coli_core).uptake)) - growing
    mixed = [medium for medium in learned if len(medium.sources("C")) > 1]
    assert any(set(medium.sources("C")) & idle for medium in mixed)
    assert not any(set(medium.sources("C")) <= idle for medium in mixed)


def test_learning_media_are_the_same_for_the_same_settings(e_coli_core, learned):
    again = learning_media(e_coli_core, MediaConfig(count=200, seed=4))
    other = learning_media(e_coli_core, MediaConfig(count=200, seed=5))
    assert again.fingerprint == learned.fingerprint != other.fingerprint


def test_uptake_per_carbon_mole_offers_the_same_carbon(e_coli_core):
    config = MediaConfig(count=30, per="carbon_mole", uptake=(12, 12), most_sources=1, variants=0)
    media = learning_media(e_coli_core, config)
    sources = [len(medium.sources("C")) for medium in media]
    np.testing.assert_allclose(media.composition[:, 0], 12 * np.array(sources))


@pytest.mark.slow
def test_180_of_283_carbon_sources_feed_ijo1366(ijo1366):
    found = candidates(ijo1366, "C", base_medium(ijo1366).uptake)
    assert (len(found), len(supporting(ijo1366, found))) == (283, 180)


def test_learning_media_of_named_carbon_sources_hold_no_other(e_coli_core):
    config = MediaConfig(count=30, variants=0)
    media = learning_media(e_coli_core, config, carbon=("EX_glc__D_e", "EX_ac_e"))
    others = set(candidates(e_coli_core, "C", base_medium(e_coli_core).uptake)) - set(media.nutrients)
    assert media.nutrients == ("EX_ac_e", "EX_glc__D_e")
    assert not any(others & set(medium.uptake) for medium in media)
    with pytest.raises(MetabolicError, match="carbon sources of e_coli_core; got EX_o2_e"):
        learning_media(e_coli_core, config, carbon=("EX_o2_e",))
