"""Published results: Trakulsrichai et al. 2015, Drug Design, Development and Therapy 9:2421-2429; ten chronic users, tea.

Half-life 23.24 h (abstract); Vd/F 2900 L and CL/F 7550 L/h as printed by Tanna et al. 2023, Drug Metabolism and Disposition
51:923-935, Table 3 with footnote b (per kg, times a mean weight of 77 kg).
"""

import pytest

from equipoise.engines.pharmacokinetics import consistent


def test_the_printed_clearance_contradicts_volume_and_half_life():
    """V5: it is some 87 times what these imply, 86.5 L/h."""
    found = consistent(cl_f=7550, vz_f=2900, half_life_h=23.24)
    assert not found.holds
    assert found.implied == pytest.approx(86.5, abs=0.05)
    assert found.ratio == pytest.approx(87, abs=0.5)


def test_per_kg_the_same():
    """Abstract: 38.04 L/kg; 7550 L/h is 98.1 L/h per kg, and 1.13 is implied."""
    found = consistent(cl_f=7550 / 77, vz_f=38.04, half_life_h=23.24)
    assert found.implied == pytest.approx(1.13, abs=0.005)
    assert not found.holds
