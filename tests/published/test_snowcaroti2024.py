"""Published results: Snow Caroti, Joseph, Sapowadia & White 2024, Clinical Toxicology 62:651-660; lead in 68 products.

10.1080/15563650.2024.2395552, abstract, Results. The paper prints shares of products above a limit at 3 g and at 25 g a day;
the concentrations themselves were not seen.
"""

from fractions import Fraction

import numpy as np
import pytest

from equipoise.engines.products import (
    Bounds,
    Content,
    DailyLimit,
    Distribution,
    Exceedances,
    Intake,
    Product,
    distribution,
    judge,
)

PRODUCTS = 68
PDE, IRL = 5, 12.5  # ug/day: permissible daily exposure; interim reference level for adults


@pytest.fixture(scope="module")
def lead() -> Distribution:
    """Lead in ug/g from the two shares above the PDE: 7.4% at 3 g a day and 70.6% at 25 g are 5 and 48 of 68 products."""
    assert [round(100 * count / PRODUCTS, 1) for count in (5, 48)] == [7.4, 70.6]
    return distribution([Exceedances(n=PRODUCTS, above=[(PDE / 3, 5), (PDE / 25, 48)])])


def test_two_shares_above_the_limit_fix_a_lognormal_of_lead(lead):
    assert lead.median == pytest.approx(0.356, abs=0.0005)
    assert lead.gsd == pytest.approx(2.90, abs=0.005)
    assert 100 * lead.exceedance(PDE / 3) == pytest.approx(7.4, abs=0.05)
    assert 100 * lead.exceedance(PDE / 25) == pytest.approx(70.6, abs=0.05)


def test_the_shares_above_the_reference_level_lie_where_that_lognormal_expects_them(lead):
    """1.5% at 3 g and 33.8% at 25 g are 1 and 23 of 68; neither was used in the fit."""
    for threshold, count, printed in ((IRL / 3, 1, 1.5), (IRL / 25, 23, 33.8)):
        assert round(100 * count / PRODUCTS, 1) == printed
        low, high = 100 * lead.exceedance_interval(threshold)
        assert low < printed < high


@pytest.mark.xfail(strict=True, reason="the paper prints 1.5% (1 of 68); the lognormal gives 1.0%")
def test_share_above_the_reference_level_at_3_g(lead):
    assert 100 * lead.exceedance(IRL / 3) == pytest.approx(1.5, abs=0.05)


@pytest.mark.xfail(strict=True, reason="the paper prints 33.8% (23 of 68); the lognormal gives 37.5%")
def test_share_above_the_reference_level_at_25_g(lead):
    assert 100 * lead.exceedance(IRL / 25) == pytest.approx(33.8, abs=0.05)


def test_products_drawn_from_it_are_judged_above_as_often(lead):
    """Parameters are drawn too, so that the shares are a little drawn towards the middle."""
    drawn = lead.draws(np.random.default_rng(2024), 4000)
    limit = DailyLimit(id="pde", analyte="lead", most=Fraction(PDE, 10**6), people="adults")
    for grams, printed in ((3, 7.4), (25, 70.6)):
        above = 0
        for value in drawn:
            micrograms = Fraction(value) / 10**6
            content = Content(analyte="lead", bounds=Bounds(micrograms, micrograms), per="gram")
            found = judge(Product(contents=(content,)), limit, intake=Intake(grams=Fraction(grams)))
            above += found.verdict == "above"
        assert 100 * above / drawn.size == pytest.approx(printed, abs=2)
