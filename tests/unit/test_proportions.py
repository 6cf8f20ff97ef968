"""One proportion and the difference of two: score intervals."""

import math

import pytest

from equipoise.engines.synthesis.proportions import difference, wilson


@pytest.mark.parametrize(("events", "total"), [(0, 1), (0, 20), (1, 29), (81, 263), (148, 148), (0.5, 3)])
def test_a_wilson_limit_is_where_the_score_test_just_rejects(events: float, total: int) -> None:
    """At each limit inside (0, 1) the score statistic is the normal quantile: the definition, solved another way."""
    found = wilson(events, total, level=0.95)
    share = events / total
    for limit in (found.low, found.high):
        if 0 < limit < 1:
            score = abs(share - limit) / math.sqrt(limit * (1 - limit) / total)
            assert score == pytest.approx(1.959963984540054, rel=1e-9)
    assert 0 <= found.low <= share <= found.high <= 1


def test_counting_the_others_mirrors_the_interval() -> None:
    one, other = wilson(15, 148), wilson(133, 148)
    assert (one.low, one.high) == pytest.approx((1 - other.high, 1 - other.low))


def test_the_difference_of_two_is_built_from_their_wilson_limits() -> None:
    """Newcombe's method 10 by its own formula, and the sign turns when the arms are swapped."""
    a, b, gap = wilson(56, 70), wilson(48, 80), difference(56, 70, 48, 80)
    assert gap.value == pytest.approx(0.2)
    assert gap.low == pytest.approx(0.2 - math.sqrt((a.value - a.low) ** 2 + (b.high - b.value) ** 2))
    assert gap.high == pytest.approx(0.2 + math.sqrt((a.high - a.value) ** 2 + (b.value - b.low) ** 2))
    turned = difference(48, 80, 56, 70)
    assert (turned.low, turned.high) == pytest.approx((-gap.high, -gap.low))


def test_no_event_in_two_arms_still_has_an_interval() -> None:
    gap = difference(0, 49, 0, 67)
    assert gap.value == 0
    assert gap.low < 0 < gap.high


@pytest.mark.parametrize(("events", "total", "level"), [(-1, 10, 0.95), (11, 10, 0.95), (0, 0, 0.95), (1, 10, 95), (1, 10, 0)])
def test_a_count_or_level_that_cannot_be_is_refused(events: float, total: int, level: float) -> None:
    with pytest.raises(ValueError, match="should lie between"):
        wilson(events, total, level=level)
