"""Cluster-robust variances: what must hold by their definition, and at their edges (metafor: test_konstantopoulos2011.py)."""

import numpy as np
import pytest

from equipoise.engines.synthesis.clusters import aggregate, correlated_effects, hierarchical_effects, robust, working_covariance
from equipoise.engines.synthesis.levels import multilevel

CLUSTER = np.repeat(("a", "b", "c", "d", "e"), (3, 1, 2, 4, 2))
VARIANCE = np.array((2, 1, 4, 3, 1, 1, 2, 5, 1, 2, 3, 1)) / 50
MODERATOR = np.array((0, 1, 2, 1, 0, 3, 1, 1, 2, 0, 1, 4))
EFFECT = np.array((0.1, 0.4, -0.2, 0.6, 0.3, 0.9, 0.2, 0.5, 0.1, -0.3, 0.7, 0.4))


def test_cr2_is_unbiased_under_its_working_model():
    """A variance is quadratic in the effects, so that its mean over the columns of a root of the model, times k, is exact."""
    model = working_covariance(VARIANCE, CLUSTER, 0.6)
    x = np.column_stack([np.ones(12), MODERATOR])
    truth = np.linalg.inv(x.T @ np.linalg.solve(model, x))
    roots = np.linalg.cholesky(model).T
    total = {
        kind: sum(robust(root, model, cluster=CLUSTER, moderators=MODERATOR, type=kind).covariance for root in roots)
        for kind in ("CR0", "CR2")
    }
    assert total["CR2"] == pytest.approx(truth, rel=1e-10)
    assert (np.diag(total["CR0"]) < 0.95 * np.diag(truth)).all()


def test_equal_variances_and_one_effect_a_cluster_give_the_t_test():
    """Of one sample, and of the difference of two samples with unequal variances (Welch)."""
    r = robust(EFFECT, np.full(12, 0.3), cluster=np.arange(12))
    assert (r.standard_error[0], r.df[0]) == pytest.approx((EFFECT.std(ddof=1) / np.sqrt(12), 11), rel=1e-12)
    half = r.interval[0, 1] - r.estimate[0]
    assert half / r.standard_error[0] == pytest.approx(2.20098516009164, rel=1e-10)
    group = np.repeat((0, 1), (4, 8))
    welch = np.sqrt(EFFECT[:4].var(ddof=1) / 4 + EFFECT[4:].var(ddof=1) / 8)
    assert robust(EFFECT, np.full(12, 0.3), cluster=np.arange(12), moderators=group).standard_error[1] == pytest.approx(welch)


def test_factors_between_the_kinds():
    by = {t: robust(EFFECT, VARIANCE, cluster=CLUSTER, moderators=MODERATOR, type=t) for t in ("CR0", "CR1", "CR1p", "CR2")}
    assert by["CR1"].covariance == pytest.approx(by["CR0"].covariance * 5 / 4, rel=1e-12)
    assert by["CR1p"].covariance == pytest.approx(by["CR0"].covariance * 5 / 3, rel=1e-12)
    assert by["CR0"].df == pytest.approx(by["CR1"].df, rel=1e-12)
    assert {r.clusters for r in by.values()} == {5}


def test_the_omnibus_test_of_one_moderator_is_its_t_test():
    for freedom in ("satterthwaite", "clusters"):
        r = robust(EFFECT, VARIANCE, cluster=CLUSTER, moderators=MODERATOR, freedom=freedom)
        assert (r.f, r.f_df, r.f_df2) == pytest.approx((r.statistic[1] ** 2, 1, r.df[1]), rel=1e-9)
        assert r.f_p == pytest.approx(r.p_value[1], rel=1e-6)


@pytest.mark.parametrize("c", [1e-6, 1e6])
def test_units_and_the_origin_of_moderators_do_not_matter(c):
    for estimate in (correlated_effects, hierarchical_effects):
        one = estimate(EFFECT, VARIANCE, cluster=CLUSTER, moderators=MODERATOR)
        other = estimate(c * EFFECT, c**2 * VARIANCE, cluster=CLUSTER, moderators=1000 + MODERATOR)
        assert other.interval[1] / c == pytest.approx(one.interval[1], rel=1e-7)
        assert other.df[1] == pytest.approx(one.df[1], rel=1e-7)
        assert other.tau2 / c**2 == pytest.approx(one.tau2, rel=1e-7)


def test_moment_estimates_are_unbiased_before_they_are_cut_off():
    """A moment estimate is quadratic in the effects: its mean over draws of covariance M is that over draws of M exactly.

    Draws are the columns of a root of M, times the root of k and plus or minus; a term for what is expected of sampling errors
    alone is the same in all. With few clusters single draws may be cut off, so the root is turned until none is.
    """
    tau2, omega2, rho = 0.4, 0.3, 0.8
    together = np.equal.outer(CLUSTER, CLUSTER).astype(float)
    turn = np.linalg.qr(np.random.default_rng(177).normal(size=(12, 12)))[0]
    mean = (together @ VARIANCE) / together.sum(axis=1)
    shared = together * mean[:, None] * (rho + (1 - rho) * np.eye(12)) + tau2 * together
    draws = np.sqrt(12) * np.linalg.cholesky(shared) @ turn
    found = [correlated_effects(y, VARIANCE, cluster=CLUSTER, rho=rho).tau2 for y in draws.T]
    assert min(found) > 0
    assert np.mean(found) == pytest.approx(tau2, rel=1e-10)
    within = np.diag(VARIANCE) + tau2 * together + omega2 * np.eye(12)
    draws = np.sqrt(12) * np.linalg.cholesky(within) @ turn
    found = [hierarchical_effects(y, VARIANCE, cluster=CLUSTER) for y in draws.T]
    assert min(min(f.tau2, f.omega2) for f in found) > 0
    assert (np.mean([f.tau2 for f in found]), np.mean([f.omega2 for f in found])) == pytest.approx((tau2, omega2), rel=1e-10)


def test_one_effect_a_cluster_is_its_own_aggregate():
    a = aggregate(EFFECT, VARIANCE, cluster=np.arange(12), rho=0.5)
    assert (a.effect.tolist(), a.variance) == (EFFECT.tolist(), pytest.approx(VARIANCE))


def test_an_aggregate_of_equal_variances_is_the_mean():
    """Its variance is v (1 + (n - 1) rho) / n, here 0.2 (1 + 2 x 0.5) / 3."""
    a = aggregate([1, 2, 6, 5], [0.2] * 4, cluster=["x", "x", "x", "y"], rho=0.5)
    assert (*a.effect, *a.variance, *a.size) == pytest.approx((3, 5, 0.4 / 3, 0.2, 3, 1))
    full = aggregate([1, 2, 6, 5], working_covariance([0.2] * 4, ["x", "x", "x", "y"], 0.5), cluster=["x", "x", "x", "y"])
    assert full.variance == pytest.approx(a.variance)


def test_a_coefficient_of_one_cluster_alone_has_no_error():
    """Of a group that is one cluster, the mean and its difference from others: no residual tells how far off they are."""
    for kind in ("CR0", "CR2"):
        r = robust(EFFECT, VARIANCE, cluster=CLUSTER, moderators=(CLUSTER == "d"), type=kind)
        assert np.isnan([r.standard_error[1], r.p_value[1], *r.interval[1], r.df[1], r.f_p]).all()
        assert r.standard_error[0] > 0


def test_what_cannot_be_is_said_in_one_sentence():
    with pytest.raises(ValueError, match="a single cluster"):
        robust(EFFECT, VARIANCE, cluster=["a"] * 12)
    for estimate in (correlated_effects, hierarchical_effects):
        with pytest.raises(ValueError, match="a single cluster"):
            estimate(EFFECT, VARIANCE, cluster=["a"] * 12)
    with pytest.raises(ValueError, match="there are 2 clusters for 2 coefficients"):
        robust(EFFECT, VARIANCE, cluster=[1] * 6 + [2] * 6, moderators=MODERATOR)
    fit = multilevel(EFFECT, VARIANCE, levels=(CLUSTER, np.arange(12)), profile=False)
    with pytest.raises(ValueError, match="marginal has a covariance between rows 0 and 1, which are of different clusters"):
        robust(EFFECT, fit.marginal + 0.001 * (CLUSTER[:, None] == CLUSTER), cluster=np.arange(12))
    with pytest.raises(ValueError, match=r"with 4 effects in a cluster it should be above -0\.333333 and below 1"):
        working_covariance(VARIANCE, CLUSTER, -0.4)
    with pytest.raises(ValueError, match="rho is 2; it should be a correlation from 0 to 1"):
        correlated_effects(EFFECT, VARIANCE, cluster=CLUSTER, rho=2)
    with pytest.raises(ValueError, match="no cluster has two effects"):
        hierarchical_effects(EFFECT, VARIANCE, cluster=np.arange(12))
    with pytest.raises(ValueError, match="type is 'HC3'; it should be one of CR0, CR1, CR1p, CR2"):
        robust(EFFECT, VARIANCE, cluster=CLUSTER, type="HC3")
