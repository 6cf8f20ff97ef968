"""Published results: Obeng et al. 2021, JPET 376:410-427; mitragynine and 7-hydroxymitragynine at the human mu opioid receptor.

10.1124/jpet.120.000189 (PMC7923387), abstract: Ki of 77.9 and 709 nM "respectively" for mitragynine and 7-hydroxymitragynine,
of which the same abstract calls the first an antagonist and the second a partial agonist. The table of the paper was not
seen, so both orders are entered and neither is preferred here.
"""

import numpy as np
import pytest

from equipoise.engines.receptors import Ligand, occupied, pool, readings

PRINTED = {"mitragynine": 77.9, "7-hydroxymitragynine": 709}
SWAPPED = {"mitragynine": 709, "7-hydroxymitragynine": 77.9}


@pytest.mark.parametrize("ligand", list(PRINTED))
def test_both_readings_are_pooled_and_neither_alone_decides(ligand):
    found = readings(
        [PRINTED[ligand], SWAPPED[ligand]],
        reading=["as-printed", "order-swapped"],
        log_se=[np.nan, np.nan],
        paper=["obeng-2021", "obeng-2021"],
        species=["human", "human"],
    )
    assert list(found) == ["as-printed", "order-swapped"]
    assert found["as-printed"].constant == pytest.approx(PRINTED[ligand], rel=1e-9)
    assert found["order-swapped"].constant == pytest.approx(SWAPPED[ligand], rel=1e-9)
    assert {one.k for one in found.values()} == {1}


def test_the_order_decides_which_alkaloid_binds_more_of_the_receptor():
    """Median Cmax after 2 g of leaf (Tanna et al. 2022, as PMC10353077 Table 3 prints it): 81.9 nM, and 16.1 nM of 7-OH.

    The unbound fractions 0.031 and 0.27 are derived and of rat plasma; they are the same in both readings.
    """
    rng = np.random.default_rng(376)

    def shares(constants: dict[str, float]) -> tuple[float, ...]:
        ligands = [
            Ligand(
                total_nm=np.full(4000, cmax),
                unbound=np.full(4000, unbound),
                constant_nm=np.exp(
                    pool([constants[name]], log_se=[np.nan], paper=["obeng-2021"], species=["human"]).log_new.draws(rng, 4000)
                ),
            )
            for name, cmax, unbound in (("mitragynine", 81.9, 0.031), ("7-hydroxymitragynine", 16.1, 0.27))
        ]
        return tuple(occupied(ligands).share)

    mitragynine, seven_oh = shares(SWAPPED)
    assert mitragynine < 0.01
    assert 0.04 < seven_oh < 0.07
    mitragynine, seven_oh = shares(PRINTED)
    assert seven_oh < 0.01
    assert 0.02 < mitragynine < 0.05
