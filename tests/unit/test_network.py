"""Network meta-analysis: agreement with metafor and with slow formulas, invariances, and words for bad networks."""

import numpy as np
import pytest

from equipoise.engines.synthesis.networks import contrasts_from_arms, network

# Senn et al. 2013, glucose-lowering drugs (metadat 1.2-0, dat.senn2013): study, treatment, people, mean, standard deviation
SENN = """
DeFronzo metformin 213 -1.70 1.459; DeFronzo placebo 209 0.20 1.446
Lewin metformin 431 -0.74 1.106; Lewin placebo 144 0.08 1.004
Willms metformin 29 -2.50 0.862; Willms acarbose 31 -2.30 1.782; Willms placebo 29 -1.30 1.831
Davidson rosiglitazone 117 -1.20 1.097; Davidson placebo 116 0.14 1.093
Wolffenbuttel rosiglitazone 183 -0.90 1.100; Wolffenbuttel placebo 192 0.20 1.110
Kipnes pioglitazone 182 -1.20 1.369; Kipnes placebo 181 0.10 1.024
Kerenyi rosiglitazone 160 -0.91 0.990; Kerenyi placebo 154 -0.14 0.920
Hanefeld pioglitazone 319 7.61 1.072; Hanefeld metformin 320 7.45 1.073
Derosa pioglitazone 45 6.80 0.800; Derosa rosiglitazone 42 6.70 0.900
Baksi rosiglitazone 218 -1.20 1.112; Baksi placebo 233 0.10 1.036
Rosenstock rosiglitazone 59 -1.17 1.229; Rosenstock placebo 57 -0.08 1.208
Zhu rosiglitazone 210 -1.90 1.470; Zhu placebo 105 -0.40 1.300
Yang rosiglitazone 102 -1.09 1.650; Yang metformin 96 -0.95 1.500
Vongthavaravat rosiglitazone 164 -1.10 1.559; Vongthavaravat sulfonylurea 170 0.10 0.992
Oyama acarbose 41 -0.70 0.800; Oyama sulfonylurea 43 -0.30 0.600
Costa acarbose 36 -1.10 0.360; Costa placebo 29 -0.30 0.700
Hermansen sitagliptin 106 -0.30 0.940; Hermansen placebo 106 0.27 0.940
Garber vildagliptin 132 -0.63 1.034; Garber placebo 144 0.07 1.080
Alex metformin 291 0.13 1.428; Alex sulfonylurea 300 0.50 1.450
Johnston94 miglitol 68 -0.41 1.072; Johnston94 placebo 63 0.33 1.032
Johnston98a miglitol 91 -0.43 0.954; Johnston98a placebo 43 0.98 1.311
Kim rosiglitazone 57 -1.10 1.341; Kim metformin 56 -1.10 1.139
Johnston98b miglitol 49 -0.12 1.400; Johnston98b placebo 34 0.56 1.166
Gonzalez metformin 34 -1.30 1.861; Gonzalez placebo 37 -0.90 1.803
Stucci benfluorex 28 8.03 1.290; Stucci placebo 30 8.26 1.350
Moulin benfluorex 161 -0.82 1.028; Moulin placebo 156 0.19 1.374
"""


def senn():
    arms = [arm.split() for line in SENN.strip().split("\n") for arm in line.split(";")]
    study, treatment, total, mean, sd = zip(*arms, strict=True)
    total, mean, sd = (np.array(column, dtype=float) for column in (total, mean, sd))
    return contrasts_from_arms(study, treatment, total=total, mean=mean, sd=sd, measure="MD")


def fit(c, reference="placebo", **options):
    options = {"small_values": "good", **options}
    return network(c.treatment1, c.treatment2, c.study, c.effect, c.variance, reference=reference, **options)


def without(values, place):
    return np.delete(values, place)


@pytest.mark.parametrize(
    ("method", "tau2", "estimate", "standard_error"),
    [
        (
            "REML",
            0.0999145441772,
            [-0.841364253298, -0.736900316914, -1.128403820462, -0.949884519117, -1.129404598154, -1.233738709070],
            [0.238426427989, 0.277600375649, 0.149401744283, 0.225253363020, 0.211917384970, 0.123456705114],
        ),
        (
            "ML",
            0.0563830336732,
            [-0.838552752822, -0.777349976329, -1.137446251073, -0.950602956172, -1.129883184558, -1.234391028368],
            [0.1962844765812, 0.2294863062202, 0.1216835824560, 0.1895808327444, 0.1683583595740, 0.0989638120866],
        ),
        (
            "common",
            0.0,
            [-0.827318119130, -0.905142707496, -1.114029952219, -0.943841278536, -1.066268783748, -1.201860953346],
            [0.1084974818842, 0.1271077380046, 0.0596081273416, 0.1269030027239, 0.0758425456349, 0.0476629807330],
        ),
    ],
)
def test_glucose_lowering_drugs_agree_with_metafor(method, tau2, estimate, standard_error):
    """As R metafor 3.8-1: rma.mv(y, V, mods = ~ X - 1, random = ~ factor(id) | study, rho = 1/2), contrasts with first arms."""
    found = fit(senn(), method=method)
    base = found.reference
    assert found.treatments[base] == "placebo"
    assert found.tau2 == pytest.approx(tau2, rel=1e-7)
    assert without(found.estimate[:, base], base)[:6] == pytest.approx(estimate, rel=1e-7)
    assert without(found.standard_error[:, base], base)[:6] == pytest.approx(standard_error, rel=1e-7)
    assert (found.q, found.q_df, found.maxima) == (pytest.approx(96.9840650655, rel=1e-10), 18, 0 if method == "common" else 1)


def simulated(rng):
    """Contrasts of studies with two, three and four arms."""
    rows = []
    for study in range(14):
        arms = rng.choice(5, size=rng.choice([2, 2, 3, 4]), replace=False)
        value = rng.normal(size=arms.size) * 0.6 + arms
        variance = rng.uniform(0.02, 0.3, size=arms.size)
        rows += [
            (f"T{arms[i]}", f"T{arms[j]}", study, value[i] - value[j], variance[i] + variance[j])
            for i in range(arms.size)
            for j in range(i + 1, arms.size)
        ]
    return [list(column) for column in zip(*rows, strict=True)]


def naive(columns, tau2):
    """Return minus twice the restricted log-likelihood and the coefficients, by whole covariance matrices, study by study."""
    first, second, study, effect, variance = columns
    m, v, slope, constant = np.zeros((4, 4)), np.zeros(4), 0.0, 0.0
    for name in dict.fromkeys(study):
        own = [row for row, label in enumerate(study) if label == name]
        base = first[own[0]]
        basic = [row for row in own if base in (first[row], second[row])]
        spread = {frozenset((first[row], second[row])): variance[row] for row in own}
        other = [second[row] if first[row] == base else first[row] for row in basic]
        y = np.array([effect[row] if second[row] == base else -effect[row] for row in basic])
        x = np.array([[(t == f"T{k}") - (base == f"T{k}") for k in range(1, 5)] for t in other], dtype=float)
        s = np.array(
            [
                [
                    spread[frozenset((base, a))]
                    if a == b
                    else (spread[frozenset((base, a))] + spread[frozenset((base, b))] - spread[frozenset((a, b))]) / 2
                    for b in other
                ]
                for a in other
            ]
        )
        s = s + tau2 * (np.eye(len(other)) + 1) / 2
        w = np.linalg.inv(s)
        m, v = m + x.T @ w @ x, v + x.T @ w @ y
        slope, constant = slope + y @ w @ y, constant + np.linalg.slogdet(s)[1]
    beta = np.linalg.solve(m, v)
    return constant + slope - v @ beta + np.linalg.slogdet(m)[1], beta


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_reml_of_many_armed_studies_is_the_maximum_of_the_whole_likelihood(seed):
    columns = simulated(np.random.default_rng(seed))
    found = network(*columns, reference="T0", small_values="bad")
    height, beta = naive(columns, found.tau2)
    assert found.estimate[1:, 0] == pytest.approx(beta, rel=1e-9)
    assert height <= min(naive(columns, tau2)[0] for tau2 in np.geomspace(1e-4, 10, 60)) + 1e-9
    assert height <= min(naive(columns, found.tau2 * factor)[0] for factor in (0.999, 1.001))


def test_units_order_and_direction_do_not_matter():
    columns = simulated(np.random.default_rng(4))
    plain = network(*columns, reference="T0", small_values="good")
    first, second, study, effect, variance = columns
    for c in (1e-6, 1e6):
        scaled = network(
            first, second, study, np.array(effect) * c, np.array(variance) * c**2, reference="T0", small_values="good"
        )
        assert scaled.tau2 / c**2 == pytest.approx(plain.tau2, rel=1e-9)
        assert scaled.estimate / c == pytest.approx(plain.estimate, rel=1e-9, abs=1e-12)
        assert scaled.p_score == pytest.approx(plain.p_score, rel=1e-9)
        assert scaled.tau2_interval / c**2 == pytest.approx(plain.tau2_interval, rel=1e-9)
    order = np.random.default_rng(5).permutation(len(effect)).tolist()
    turned = network(
        [second[row] for row in order],
        [first[row] for row in order],
        [study[row] for row in order],
        [-effect[row] for row in order],
        [variance[row] for row in order],
        reference="T0",
        small_values="bad",
    )
    assert turned.estimate == pytest.approx(plain.estimate, rel=1e-9, abs=1e-12)
    assert turned.inconsistency.between_q == pytest.approx(plain.inconsistency.between_q, rel=1e-9)
    assert turned.p_score == pytest.approx(1 - plain.p_score, abs=1e-9)
    assert turned.contribution == pytest.approx(plain.contribution, abs=1e-9)


def test_a_study_that_knows_nothing_changes_nothing():
    columns = simulated(np.random.default_rng(6))
    plain = network(*columns, reference="T0", small_values="good")
    more = [[*column, extra] for column, extra in zip(columns, ("T0", "T4", "none", 0.0, 1e12), strict=True)]
    assert network(*more, reference="T0", small_values="good").estimate == pytest.approx(plain.estimate, rel=1e-9, abs=1e-12)


def test_evidence_flows_from_direct_comparisons():
    """A triangle by hand: A-B of 1 (variance 1) directly, and of 3 (variance 2 + 2) through C."""
    found = network(
        "AAC", "BCB", [1, 2, 3], [1.0, 2.0, 1.0], [1.0, 2.0, 2.0], reference="A", small_values="good", method="common"
    )
    assert (found.estimate[0, 1], found.standard_error[0, 1]) == pytest.approx((0.8 * 1 + 0.2 * 3, np.sqrt(0.8)))
    assert found.edges.tolist() == [[0, 1], [0, 2], [1, 2]]
    assert found.hat[0] == pytest.approx([0.8, 0.2, -0.2])
    assert found.contribution[0] == pytest.approx([0.8, 0.1, 0.1])
    split = found.split
    assert (split.share[0], split.direct[0], split.indirect[0], split.indirect_se[0]) == pytest.approx((0.8, 1, 3, 2))
    assert (split.difference[0], split.statistic[0]) == pytest.approx((-2, -2 / np.sqrt(5)))
    assert (found.q, found.q_df) == (pytest.approx(2**2 / 5), 1)
    assert (found.inconsistency.between_q, found.inconsistency.within_df) == (pytest.approx(0.8), 0)
    assert np.isnan(found.inconsistency.within_p)
    assert found.hat @ split.direct == pytest.approx(found.estimate[split.first, split.second])


def test_two_treatments_are_a_pairwise_meta_analysis():
    y, v = np.array([0.1, 0.5, -0.2, 0.9]), np.array([0.04, 0.02, 0.09, 0.05])
    found = network("AAAA", "BBBB", range(4), y, v, reference="B", small_values="bad", method="DL")
    w = 1 / v
    q = w @ (y - w @ y / w.sum()) ** 2
    assert found.tau2 == pytest.approx((q - 3) / (w.sum() - w @ w / w.sum()), rel=1e-12)
    star = 1 / (v + found.tau2)
    assert found.estimate[0, 1] == pytest.approx(star @ y / star.sum(), rel=1e-12)
    assert found.i2 == pytest.approx(found.i2_q, rel=1e-12)
    assert found.p_score[0] == pytest.approx(1 - found.p_value[0, 1] / 2, rel=1e-12)
    spread = np.sqrt(1 / star.sum() + found.tau2)
    half = np.ptp(found.prediction_interval_riley[0, 1]) / 2, np.ptp(found.prediction_interval[0, 1]) / 2
    # Student's t with 4 - 2 degrees of freedom has its quantile in closed form
    assert half == pytest.approx((0.95 * np.sqrt(2 / (1 - 0.95**2)) * spread, 1.959963984540054 * spread), rel=1e-9)


def test_one_study_has_no_heterogeneity():
    found = network(["A"], ["B"], [1], [0.5], [0.04], reference="B", small_values="bad")
    assert (found.tau2, found.q_df, found.at_boundary) == (0, 0, True)
    assert np.isnan([found.q_p, found.i2, *found.tau2_interval, found.prediction_interval_riley[0, 1, 0]]).all()
    assert np.isnan(found.split.indirect[0])


@pytest.mark.parametrize(
    ("columns", "options", "words"),
    [
        (("AC", "BD", [1, 2], [1, 1], [1, 1]), {}, "2 parts that no study joins: A, B | C, D"),
        (("AA", "BC", [1, 1], [1, 1], [1, 1]), {}, "2 comparisons, 2 of them different, of its 3 treatments"),
        (("AA", "BB", [1, 1], [1, 1], [1, 1]), {}, "2 comparisons, 1 of them different, of its 2 treatments"),
        (("AAB", "BCC", [1, 1, 1], [1, 5, 1], [1, 1, 1]), {}, "the effects of study 1 do not add up: they miss by 1"),
        (("AAB", "BCC", [1, 1, 1], [1, 2, 1], [1, 9, 1]), {}, "the variances of study 1 cannot be"),
        (("AB", "AC", [1, 2], [1, 1], [1, 1]), {}, "row 0 compares A with itself"),
        (("AA", "BB", [1, 2], [1, 1], [1, 0]), {}, "variance of row 1 is 0; it should be above 0"),
        (("AA", "BB", [1], [1, 1], [1, 1]), {}, "study 1, effect 2"),
        (((), (), (), (), ()), {}, "there is no comparison"),
        (("A", "B", [1], [1], [1]), {"reference": "Z"}, "reference is 'Z'; it should be one of A, B"),
        (("A", "B", [1], [1], [1]), {"method": "XX"}, "method is 'XX'"),
        (("A", "B", [1], [1], [1]), {"small_values": "nice"}, "small_values is 'nice'"),
    ],
)
def test_a_network_that_cannot_be_is_told_why(columns, options, words):
    with pytest.raises(ValueError, match=words.replace("|", r"\|")):
        network(*columns, **{"reference": "A", "small_values": "good", **options})


def test_zero_cells_are_corrected_in_every_arm_of_their_study():
    study, treatment = ["s1", "s1", "s1", "s2", "s2", "s3", "s3"], ["A", "B", "C", "A", "B", "A", "C"]
    events, total = [0, 3, 5, 4, 6, 0, 0], [10, 10, 10, 20, 20, 9, 9]
    found = contrasts_from_arms(study, treatment, events=events, total=total)
    assert found.dropped == ("s3",)
    assert found.corrected.tolist() == [True, True, True, False]
    assert found.effect[:2] == pytest.approx([np.log(0.5 / 10.5 / (3.5 / 7.5)), np.log(0.5 / 10.5 / (5.5 / 5.5))])
    assert found.variance[3] == pytest.approx(1 / 4 + 1 / 16 + 1 / 6 + 1 / 14)
    risks = contrasts_from_arms(study, treatment, events=events, total=total, measure="RR")
    assert risks.effect[0] == pytest.approx(np.log(0.5 / 11 / (3.5 / 11)))
    differences = contrasts_from_arms(study, treatment, events=events, total=total, measure="RD")
    assert (differences.effect[0], differences.dropped) == (pytest.approx(-0.3), ())
    for words, wrong in (
        ("events of row 0 is 11", {"events": [11, *events[1:]]}),
        ("study s1 has the arms A, A, C", {"treatment": ["A", "A", *treatment[2:]]}),
        ("add should be above 0", {"add": 0}),
    ):
        columns = {"study": study, "treatment": treatment, "events": events, "total": total, **wrong}
        with pytest.raises(ValueError, match=words):
            contrasts_from_arms(columns.pop("study"), columns.pop("treatment"), **columns)
