"""Affinities are pooled with what differs between assays, and occupancy is Gaddum's, unbound in plasma and nowhere else."""

import math

import numpy as np
import pytest
from scipy.special import log_ndtr

from equipoise.engines.receptors import TAU_SCALE, UNPRINTED, Ligand, log_se, occupancy, occupied, pool, readings
from equipoise.engines.synthesis import bayesian

KI = np.array([161.0, 233.0, 709.0, 204.0])
SE = np.array([0.07, 0.20, 0.11, 0.13])
PAPERS = ["a", "b", "c", "d"]


def human(n: int) -> list[str]:
    return ["human"] * n


def test_papers_with_one_value_each_are_the_bayesian_meta_analysis() -> None:
    """Without censoring and without shared papers the model is that of engines/synthesis, which agrees with R bayesmeta."""
    found = pool(KI, log_se=SE, paper=PAPERS, species=human(4))
    oracle = bayesian(np.log(KI), SE**2, prior="half-normal", scale=TAU_SCALE)
    assert math.log(found.constant) == pytest.approx(oracle.effect.median, abs=1e-6)
    assert np.log(found.interval_95) == pytest.approx(oracle.effect.interval, abs=1e-5)
    assert np.log(found.prediction_95) == pytest.approx(oracle.prediction.interval, abs=1e-5)
    assert found.tau == pytest.approx(oracle.tau.median, abs=0.01)
    assert found.p == pytest.approx(9 - math.log10(found.constant))


def test_one_measurement_is_as_wide_as_the_prior_of_what_differs_between_assays() -> None:
    """Ln K of another assay is normal with the variance 2 tau^2 + s^2 around the one value; tau half-normal."""
    found = pool([77.9], log_se=[0.1], paper=["a"], species=["human"])
    rng = np.random.default_rng(1)
    tau = np.abs(rng.normal(0, TAU_SCALE, 400_000))
    wide = np.quantile(rng.standard_normal(tau.size) * np.sqrt(2 * tau**2 + 0.01), [0.05, 0.95])
    assert np.log(found.prediction_90 / 77.9) == pytest.approx(wide, abs=0.02)
    assert found.prediction_90[1] / found.prediction_90[0] > 10


def test_a_paper_without_a_spread_has_the_one_that_we_say() -> None:
    said = pool(KI, log_se=[UNPRINTED] * 4, paper=PAPERS, species=human(4))
    assert pool(KI, log_se=[np.nan] * 4, paper=PAPERS, species=human(4)).interval_90 == pytest.approx(said.interval_90)


def test_measurements_of_one_paper_count_for_less_than_those_of_several() -> None:
    apart = pool(KI, log_se=SE, paper=PAPERS, species=human(4))
    together = pool(KI, log_se=SE, paper=["a"] * 4, species=human(4))
    none_shared = pool(KI, log_se=SE, paper=["a"] * 4, species=human(4), shared=0)
    assert np.diff(np.log(together.interval_90)) > 1.2 * np.diff(np.log(apart.interval_90))
    assert none_shared.interval_90 == pytest.approx(apart.interval_90, rel=1e-9)


@pytest.mark.parametrize("paper", [["a", "a", "b"], ["a", "b", "b"], ["a", "b", "c"]])
def test_a_bound_enters_by_its_probability(paper: list[str]) -> None:
    """Against the same model on a plain grid, where the probability of one bound is in closed form."""
    value, se, shared = np.log([100.0, 300.0, 2000.0]), np.array([0.1, 0.3, UNPRINTED]), 0.5
    found = pool(np.exp(value), log_se=se, paper=paper, species=human(3), op=["=", "=", ">"])
    mu, tau = np.meshgrid(np.linspace(-8, 18, 1301), np.linspace(0.002, 5, 1000))
    cov = np.zeros((*mu.shape, 3, 3))
    for i in range(3):
        for j in range(3):
            cov[..., i, j] = tau**2 if i == j else shared * tau**2 * (paper[i] == paper[j])
        cov[..., i, i] += se[i] ** 2
    gap = value[:2] - mu[..., None]
    solved = np.linalg.solve(cov[..., :2, :2], np.stack([gap, cov[..., 2, :2]], axis=-1))
    log_post = -(np.log(np.linalg.det(cov[..., :2, :2])) + (gap * solved[..., 0]).sum(-1) + (tau / TAU_SCALE) ** 2) / 2
    mean = mu + (cov[..., 2, :2] * solved[..., 0]).sum(-1)
    variance = cov[..., 2, 2] - (cov[..., 2, :2] * solved[..., 1]).sum(-1)
    log_post += log_ndtr((mean - value[2]) / np.sqrt(variance))
    weight = np.exp(log_post - log_post.max()).sum(axis=0)
    quantiles = np.interp([0.025, 0.5, 0.975], np.cumsum(weight) / weight.sum(), mu[0] + (mu[0][1] - mu[0][0]) / 2)
    assert np.log([found.interval_95[0], found.constant, found.interval_95[1]]) == pytest.approx(quantiles, abs=0.004)
    assert (found.k, found.censored, found.papers) == (3, 1, tuple(sorted(set(paper))))


def test_a_value_above_the_range_of_an_assay_moves_the_pool_up_and_one_below_it_down() -> None:
    plain = pool([100, 200], log_se=[0.1, 0.1], paper=["a", "b"], species=human(2))
    above = pool([100, 200, 10_000], log_se=[0.1] * 3, paper=["a", "b", "c"], species=human(3), op=["=", "=", ">"])
    below = pool([100, 200, 1], log_se=[0.1] * 3, paper=["a", "b", "c"], species=human(3), op=["=", "=", "<"])
    assert below.constant < plain.constant / 1.2 < plain.constant < above.constant / 1.2


def test_what_print_contradicts_is_shown_with_each_reading_and_without() -> None:
    found = readings(
        [77.9, 709, 233, 161],
        reading=["as-printed", "order-swapped", "", ""],
        log_se=[0.1] * 4,
        paper=["a", "a", "b", "c"],
        species=human(4),
    )
    assert {name: one.k for name, one in found.items()} == {"as-printed": 3, "order-swapped": 3, "without": 2}
    assert found["as-printed"].constant < found["without"].constant < found["order-swapped"].constant


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"species": ["human", "rat"]}, "pooled apart"),
        ({"op": [">", ">"]}, "every constant is a bound"),
        ({"op": ["=", "~"]}, "among =, > and <"),
        ({"log_se": [0.1, 0.0]}, "above zero, or NaN"),
        ({"constant_nm": [0.0, 5.0]}, "finite and above zero"),
        ({"paper": ["a"]}, "one each"),
        ({"shared": 1.5}, "from 0 to 1"),
    ],
)
def test_what_cannot_be_pooled_is_refused(change: dict[str, object], says: str) -> None:
    sound = {"constant_nm": [10.0, 20.0], "log_se": [0.1, 0.1], "paper": ["a", "b"], "species": human(2)}
    with pytest.raises(ValueError, match=says):
        pool(**{**sound, **change})  # type: ignore[arg-type]


def test_printed_spreads_become_standard_errors_of_the_logarithm() -> None:
    assert log_se(100, kind="sem", spread=10) == pytest.approx(math.sqrt(math.log(1.01)))
    assert log_se(100, kind="sd", spread=20, n=4) == log_se(100, kind="sem", spread=10)
    assert log_se(100, kind="sd", spread=10) == log_se(100, kind="not-said", spread=10)
    assert log_se(100, kind="confidence-95", low=50, high=200) == pytest.approx(math.log(2) / 1.96, rel=1e-4)
    assert log_se(100, kind="confidence-90", low=50, high=200) == pytest.approx(math.log(2) / 1.645, rel=1e-3)
    assert log_se(100, kind="range", low=50, high=200) == pytest.approx(math.log(2))
    assert log_se(100, kind="log-sem", spread=0.1) == pytest.approx(math.log(10) / 10)
    for kind, numbers in (("sem", {}), ("range", {"low": 5, "high": 5}), ("sd", {"spread": 1, "n": 0})):
        with pytest.raises(ValueError, match="should"):
            log_se(100, kind=kind, **numbers)  # type: ignore[arg-type]


def test_occupancy_at_the_constant_is_a_half_and_competitors_share() -> None:
    assert occupancy([5.0], [5.0]) == pytest.approx([1 / 2])
    assert occupancy([5.0, 7.0], [5.0, 7.0]) == pytest.approx([1 / 3, 1 / 3])


def test_occupancy_carries_the_spread_of_assays_and_says_where_it_is() -> None:
    rng = np.random.default_rng(5)
    affinity = pool([100], log_se=[0.1], paper=["a"], species=["human"])
    draws = np.exp(affinity.log_new.draws(rng, 20_000))
    one = Ligand(total_nm=np.full(20_000, 1000.0), unbound=np.full(20_000, 0.1), constant_nm=draws)
    found = occupied([one])
    assert found.site == "plasma-unbound"
    low, high = affinity.prediction_90
    assert [found.low[0], found.share[0], found.high[0]] == pytest.approx(
        [100 / (100 + high), 0.5, 100 / (100 + low)], abs=0.01
    )
    over_time = Ligand(total_nm=np.outer(np.ones(20_000), [0.0, 1000.0]), unbound=one.unbound, constant_nm=draws)
    assert occupied([over_time, over_time]).share.shape == (2, 2)
    assert occupied([over_time]).share[0] == pytest.approx([0, found.share[0]])
    assert occupied([over_time]).total_high == pytest.approx([0, found.high[0]])


def test_draws_that_do_not_fit_are_refused() -> None:
    ones = np.ones(300)
    for total, unbound, constant in (
        (-ones, ones, ones),
        (ones, 2 * ones, ones),
        (ones, ones, 0 * ones),
        (ones[:9], ones, ones),
    ):
        with pytest.raises(ValueError, match=r"should|unbound fraction|equilibrium"):
            Ligand(total_nm=total, unbound=unbound, constant_nm=constant)
    with pytest.raises(ValueError, match="at least one"):
        occupied([])
    with pytest.raises(ValueError, match="200 or more"):
        occupied([Ligand(total_nm=ones[:9], unbound=ones[:9], constant_nm=ones[:9])])
