"""Published results: Balduzzi, Rücker, Nikolakopoulou et al. 2023, Journal of Statistical Software 106(2).

Three networks analysed with R netmeta: mean off-time in Parkinson's disease (Stowe 2010), strokes under antithrombotics
(Dogliotti 2014), exacerbations of lung disease (Baker 2009). Data as in R metadat 1.2-0 (dat.stowe2010, dat.dogliotti2014,
dat.baker2009). Tolerance half a unit of the last printed digit.
"""

import numpy as np
import pytest

from equipoise.engines.synthesis.networks import Contrasts, Network, contrasts_from_arms, network

# study: (treatment, mean, standard deviation, people) an arm
STOWE = {
    "DA(pr/B) Int": [("Dopamine", -1.9, 4.3, 152), ("Placebo", -0.3, 4.4, 76)],
    "DA(B) Germany": [("Dopamine", -3.4, 2.78, 20), ("Placebo", 0.3, 3.66, 20)],
    "DA(C)Spain": [("Dopamine", -3.33, 3.47, 14), ("Placebo", -2.47, 3.91, 12)],
    "DA(C) UK": [("Dopamine", -2, 2.33, 18), ("Placebo", -0.7, 2.25, 16)],
    "DA(C) USA": [("Dopamine", -2.08, 3.19, 89), ("Placebo", -0.77, 3.34, 46)],
    "DA(pe) N America": [("Dopamine", -1.8, 4.8, 189), ("Placebo", -0.2, 4.8, 187)],
    "DA(Pr) Aus/ger": [("Dopamine", -2.3, 2.7, 23), ("Placebo", 0.4, 3.5, 37)],
    "DA(Pr) CLEOPATRA": [("Dopamine", -2.8, 2.83, 200), ("Placebo", -0.9, 5, 100)],
    "DA(Pr) Denmark": [("Dopamine", -1.2, 2.9, 29), ("Placebo", -0.9, 5, 29)],
    "DA(Pr) Europe": [("Dopamine", -1.94, 2.59, 174), ("Placebo", -0.12, 3.11, 180)],
    "DA(Pr) US/CANADA": [("Dopamine", -2.4, 3.4, 174), ("Placebo", -0.7, 3.7, 172)],
    "DA(Pr) EASE-PD": [("Dopamine", -2.1, 4.54, 201), ("Placebo", -0.3, 4.41, 190)],
    "DA(Pr) France/Eng": [("Dopamine", -1.74, 2.36, 23), ("Placebo", -2.22, 3, 23)],
    "DA(Pr) UK/Israel": [("Dopamine", -1.33, 2.35, 42), ("Placebo", -0.75, 2.81, 22)],
    "DA(Pr) USA": [("Dopamine", -1.53, 4.28, 90), ("Placebo", -1.22, 3.7, 53)],
    "COMTI(E) Colemen": [("COMTI", -1.6, 2.5, 129), ("Placebo", -0.9, 3.4, 74)],
    "COMTI(E) ComQol": [("COMTI", -1, 1.9, 174), ("Placebo", -0.9, 2, 96)],
    "COMTI(E) INT-OZ": [("COMTI", -0.86, 2.9, 99), ("Placebo", -0.54, 3.13, 63)],
    "LARGO": [("COMTI", -1.2, 2.21, 218), ("Placebo", -0.4, 2.21, 218), ("MAOBI", -1.18, 2.23, 222)],
    "COMTI(E) Nomecomt": [("COMTI", -1.3, 2.2, 85), ("Placebo", -0.1, 2.45, 86)],
    "COMTI(E) Sth Korea": [("COMTI", -1.5, 2.55, 98), ("Placebo", -1, 2.29, 99)],
    "COMTI(E) UK/Irish": [("COMTI", -1.1, 2.55, 115), ("Placebo", -0.3, 2.85, 57)],
    "COMTI(T) China": [("COMTI", -1.9, 3.3, 20), ("Placebo", 0.15, 3.3, 20)],
    "COMTI(T) Europe": [("COMTI", -2.03, 2.6, 60), ("Placebo", -0.67, 2.8, 58)],
    "COMTI(T) TFSG1": [("COMTI", -1.61, 1.77, 40), ("Placebo", -0.04, 1.75, 42)],
    "COMTI(T) TFSG3": [("COMTI", -2, 2.49, 69), ("Placebo", -0.3, 2.55, 72)],
    "COMTI(T) TIPS I": [("COMTI", -1.78, 2.76, 31), ("Placebo", -0.11, 2.63, 37)],
    "MAOBI(R) PRESTO": [("MAOBI", -1.85, 2.5, 149), ("Placebo", -0.91, 2.5, 159)],
    "MAOBI(ZS) USA": [("MAOBI", -2.2, 2.43, 94), ("Placebo", -0.6, 2.49, 46)],
}
# study: (treatment, events, people) an arm
DOGLIOTTI = {
    "AFASAK-I 1989": [("VKAs", 9, 335), ("Aspirin", 16, 336), ("Control", 19, 336)],
    "BAATAF 1990": [("VKAs", 3, 212), ("Control", 13, 208)],
    "CAFA 1991": [("VKAs", 6, 187), ("Control", 9, 191)],
    "SPAF-I 1991": [("VKAs", 8, 210), ("Aspirin", 24, 552), ("Control", 42, 568)],
    "SPINAF 1992": [("VKAs", 7, 260), ("Control", 23, 265)],
    "EAFT 1993": [("VKAs", 20, 225), ("Aspirin", 88, 404), ("Control", 90, 378)],
    "SPAF-II 1994": [("VKAs", 39, 555), ("Aspirin", 42, 545)],
    "AFASAK-II 1998": [("VKAs", 10, 170), ("Aspirin", 9, 169)],
    "PATAF 1999": [("VKAs", 3, 131), ("Aspirin", 22, 319)],
    "LASAF 1999": [("Aspirin", 5, 194), ("Control", 3, 91)],
    "ACTIVE (W) 2006": [("VKAs", 59, 3371), ("Aspirin+Clopidogrel", 100, 3335)],
    "JAST 2006": [("Aspirin", 17, 426), ("Control", 18, 445)],
    "ACTIVE (A) 2006": [("Aspirin+Clopidogrel", 296, 3772), ("Aspirin", 408, 3782)],
    "Chinese/ATAFS 2006": [("VKAs", 9, 335), ("Aspirin", 17, 369)],
    "BAFTA 2007": [("VKAs", 21, 488), ("Aspirin", 44, 485)],
    "RE-LY 2009": [("Dabigatran 110mg", 171, 6015), ("Dabigatran 150mg", 122, 6076), ("VKAs", 185, 6022)],
    "ROCKET 2011": [("Rivaroxaban", 188, 7081), ("VKAs", 240, 7090)],
    "ARISTOTLE 2011": [("Apixaban", 197, 9120), ("VKAs", 248, 9081)],
    "AVERROES 2011": [("Apixaban", 49, 2808), ("Aspirin", 105, 2791)],
    "WASPO, 2007": [("VKAs", 0, 36), ("Aspirin", 0, 39)],
}
BAKER = {
    "Llewellyn-Jones 1996": [("Fluticasone", 0, 8), ("Placebo", 3, 8)],
    "Boyd 1997": [("Salmeterol", 47, 229), ("Placebo", 59, 227)],
    "Paggiaro 1998": [("Fluticasone", 45, 142), ("Placebo", 51, 139)],
    "Mahler 1999": [("Salmeterol", 28, 135), ("Placebo", 47, 143)],
    "Casaburi 2000": [("Tiotropium", 45, 279), ("Placebo", 41, 191)],
    "Burge 2000": [("Fluticasone", 290, 372), ("Placebo", 286, 370)],
    "Littner 2000": [("Tiotropium", 0, 33), ("Placebo", 1, 35)],
    "vanNoord 2000": [("Salmeterol", 11, 47), ("Placebo", 18, 50)],
    "Rennard 2001": [("Salmeterol", 38, 132), ("Placebo", 41, 135)],
    "Casaburi 2002": [("Tiotropium", 198, 550), ("Placebo", 156, 371)],
    "Chapman 2002": [("Salmeterol", 52, 201), ("Placebo", 68, 207)],
    "Donohue 2002": [("Tiotropium", 77, 209), ("Salmeterol", 82, 213), ("Placebo", 92, 201)],
    "Hattotuwa 2002": [("Fluticasone", 3, 16), ("Placebo", 10, 14)],
    "Mahler 2002": [
        ("Fluticasone", 77, 168),
        ("Salmeterol", 63, 160),
        ("Fluticasone+Salmeterol", 68, 165),
        ("Placebo", 79, 181),
    ],
    "Rossi 2002": [("Formoterol", 117, 425), ("Placebo", 75, 220)],
    "Brusasco 2003": [("Tiotropium", 129, 402), ("Salmeterol", 142, 405), ("Placebo", 156, 400)],
    "Carverley-ERJ 2003": [
        ("Budesonide", 167, 257),
        ("Formoterol", 179, 255),
        ("Budesonide+Formoterol", 140, 254),
        ("Placebo", 154, 256),
    ],
    "Carverley-L 2003": [
        ("Fluticasone", 221, 374),
        ("Salmeterol", 216, 372),
        ("Fluticasone+Salmeterol", 218, 358),
        ("Placebo", 235, 361),
    ],
    "Celli 2003": [("Salmeterol", 95, 554), ("Placebo", 59, 270)],
    "Hanania 2003": [
        ("Fluticasone", 79, 183),
        ("Salmeterol", 65, 177),
        ("Fluticasone+Salmeterol", 71, 178),
        ("Placebo", 73, 185),
    ],
    "Szafranski 2004": [
        ("Budesonide", 26, 198),
        ("Formoterol", 38, 201),
        ("Budesonide+Formoterol", 35, 208),
        ("Placebo", 53, 205),
    ],
    "Odonnel 2004": [("Tiotropium", 7, 96), ("Placebo", 11, 91)],
    "Briggs 2005": [("Tiotropium", 30, 328), ("Salmeterol", 36, 325)],
    "Campbell 2005": [("Formoterol", 35, 215), ("Placebo", 34, 217)],
    "Niewoehner 2005": [("Tiotropium", 255, 914), ("Placebo", 296, 915)],
    "vanNoord 2005": [("Tiotropium", 4, 70), ("Formoterol", 14, 69)],
    "Barnes 2006": [("Fluticasone+Salmeterol", 11, 67), ("Placebo", 24, 73)],
    "Beeh 2006": [("Tiotropium", 180, 1236), ("Placebo", 80, 403)],
    "Dusser 2006": [("Tiotropium", 249, 500), ("Placebo", 307, 510)],
    "Odonnel 2006": [("Fluticasone+Salmeterol", 2, 62), ("Salmeterol", 1, 59), ("Placebo", 6, 64)],
    "Stokley 2006": [("Salmeterol", 146, 316), ("Placebo", 163, 318)],
    "Verkindre 2006": [("Tiotropium", 0, 43), ("Placebo", 2, 44)],
    "Baumgartner 2007": [("Salmeterol", 20, 144), ("Placebo", 24, 143)],
    "Freeman 2007": [("Tiotropium", 19, 200), ("Placebo", 35, 195)],
    "Carverley 2007": [
        ("Fluticasone", 928, 1534),
        ("Salmeterol", 932, 1521),
        ("Fluticasone+Salmeterol", 879, 1533),
        ("Placebo", 969, 1524),
    ],
    "Kardos 2007": [("Fluticasone+Salmeterol", 210, 507), ("Salmeterol", 241, 487)],
    "Powrie 2007": [("Tiotropium", 30, 69), ("Placebo", 47, 73)],
    "Wedzicha 2008": [("Fluticasone+Salmeterol", 408, 658), ("Tiotropium", 392, 665)],
    "DalNegro 2003": [("Fluticasone+Salmeterol", 6, 6), ("Salmeterol", 6, 6), ("Placebo", 6, 6)],
}


def binary(arms: dict[str, list[tuple[str, int, int]]]) -> Contrasts:
    rows = [(study, *arm) for study, its in arms.items() for arm in its]
    study, treatment, events, total = zip(*rows, strict=True)
    return contrasts_from_arms(study, treatment, events=events, total=total, measure="OR")


def pooled(c: Contrasts, reference: str, method: str) -> Network:
    labels = (c.treatment1, c.treatment2, c.study)
    return network(*labels, c.effect, c.variance, reference=reference, small_values="good", method=method)


@pytest.fixture(scope="module")
def stowe() -> Network:
    rows = [(study, *arm) for study, arms in STOWE.items() for arm in arms]
    study, treatment, mean, sd, total = zip(*rows, strict=True)
    return pooled(contrasts_from_arms(study, treatment, mean=mean, sd=sd, total=total, measure="MD"), "Placebo", "DL")


def test_off_time_against_placebo(stowe):
    """Page 19: mean differences with intervals and z, tau squared, I squared with 29 studies and 31 comparisons."""
    assert stowe.treatments == ("COMTI", "Dopamine", "MAOBI", "Placebo")
    assert (stowe.studies, stowe.comparisons) == (29, 31)
    table = np.column_stack((stowe.estimate[:3, 3], stowe.interval[:3, 3], stowe.statistic[:3, 3]))
    printed = [[-0.95, -1.27, -0.63, -5.79], [-1.49, -1.86, -1.12, -7.88], [-1.03, -1.56, -0.50, -3.81]]
    assert table == pytest.approx(np.array(printed), abs=5.01e-3)
    assert stowe.p_value[2, 3] == pytest.approx(0.0001, abs=5e-5)
    assert (stowe.tau2, stowe.i2_q) == (pytest.approx(0.1518, abs=5e-5), pytest.approx(0.439, abs=5e-4))


def test_off_time_q_within_and_between_designs(stowe):
    """Page 24 and 25: Q total, within and between designs, by design, and with random effects within designs."""
    found = stowe.inconsistency
    assert (found.total_q, found.within_q, found.between_q) == pytest.approx((48.15, 46.91, 1.24), abs=5e-3)
    assert (found.total_df, found.within_df, found.between_df) == (27, 25, 2)
    assert (found.total_p, found.within_p, found.between_p) == pytest.approx((0.0074, 0.0050, 0.5376), abs=5e-5)
    q = dict(zip(found.designs, zip(found.design_q, found.design_df, found.design_p, strict=True), strict=True))
    assert q["COMTI", "Placebo"] == pytest.approx((23.65, 10, 0.0086), abs=5e-3)
    assert q["Dopamine", "Placebo"] == pytest.approx((21.70, 14, 0.0850), abs=5e-3)
    assert q["MAOBI", "Placebo"] == pytest.approx((1.56, 1, 0.2114), abs=5e-3)
    assert (found.random_q, found.random_p, found.random_tau2) == pytest.approx((0.45, 0.7968, 0.2067), abs=5e-3)
    assert (found.random_p, found.random_tau2) == pytest.approx((0.7968, 0.2067), abs=5e-5)


def test_off_time_ranking(stowe):
    """Page 22: P-scores."""
    assert stowe.p_score == pytest.approx([0.4659, 0.9677, 0.5664, 0.0000], abs=5e-5)


def test_off_time_direct_and_indirect(stowe):
    """Page 25: comparisons with both kinds of evidence; none of dopamine agonists has indirect evidence against placebo."""
    split = stowe.split
    pairs = [tuple(stowe.treatments[i] for i in pair) for pair in zip(split.first, split.second, strict=True)]
    columns = (split.studies, split.share, split.direct, split.indirect, split.difference, split.statistic)
    table = dict(zip(pairs, zip(*columns, strict=True), strict=True))
    assert table["COMTI", "MAOBI"] == pytest.approx((1, 0.44, -0.02, 0.17, -0.19, -0.33), abs=5.01e-3)
    assert table["COMTI", "Placebo"] == pytest.approx((12, 0.98, -0.93, -1.65, 0.72, 0.66), abs=5.01e-3)
    assert table["MAOBI", "Placebo"] == pytest.approx((3, 0.90, -1.03, -1.08, 0.05, 0.06), abs=5.01e-3)
    p = dict(zip(pairs, split.p_value, strict=True))
    assert [p[pair] for pair in (("COMTI", "MAOBI"), ("COMTI", "Placebo"), ("MAOBI", "Placebo"))] == pytest.approx(
        [0.7450, 0.5071, 0.9544], abs=5e-5
    )
    assert table["Dopamine", "Placebo"][:3] == pytest.approx((15, 1.00, -1.49), abs=5e-3)
    assert np.isnan(table["Dopamine", "Placebo"][3])


def test_strokes_under_antithrombotics():
    """Page 26 and figure 9, page 29: log odds ratios of a study with three arms, and odds ratios against control."""
    c = binary(DOGLIOTTI)
    assert c.dropped == ("WASPO, 2007",)
    assert c.effect[:5] == pytest.approx([-0.5939405, -0.7752100, -0.1812695, -1.5356718, -0.3999555], abs=5e-8)
    assert np.sqrt(c.variance[:5]) == pytest.approx([0.4240325, 0.4122678, 0.3484410, 0.6482047, 0.5373985], abs=5e-8)
    found = pooled(c, "Control", "common")
    ratios = np.exp(np.column_stack((found.estimate[:, found.reference], found.interval[:, found.reference])))
    printed = {
        "Apixaban": (0.33, 0.25, 0.44),
        "Aspirin": (0.78, 0.63, 0.96),
        "Aspirin+Clopidogrel": (0.58, 0.45, 0.74),
        "Dabigatran 110mg": (0.38, 0.28, 0.52),
        "Dabigatran 150mg": (0.27, 0.19, 0.37),
        "Rivaroxaban": (0.32, 0.24, 0.44),
        "VKAs": (0.41, 0.32, 0.52),
    }
    for treatment, row in printed.items():
        assert ratios[found.treatments.index(treatment)] == pytest.approx(row, abs=5e-3)


def test_exacerbations_with_many_arms_and_designs():
    """Page 30 and 31: odds ratios against placebo with intervals and z, tau squared, I squared and Q of 13 designs."""
    c = binary(BAKER)
    assert c.dropped == ("DalNegro 2003",)
    found = pooled(c, "Placebo", "DL")
    assert (found.studies, found.comparisons, len(found.inconsistency.designs)) == (38, 74, 13)
    base = found.reference
    odds = np.exp(np.column_stack((found.estimate[:, base], found.interval[:, base])))
    printed = {
        "Budesonide": (0.80, 0.59, 1.10, -1.37),
        "Budesonide+Formoterol": (0.67, 0.49, 0.90, -2.63),
        "Fluticasone": (0.86, 0.75, 0.99, -2.05),
        "Fluticasone+Salmeterol": (0.75, 0.66, 0.86, -4.17),
        "Formoterol": (1.00, 0.80, 1.25, -0.00),
        "Salmeterol": (0.80, 0.72, 0.89, -4.06),
        "Tiotropium": (0.69, 0.61, 0.77, -6.39),
    }
    for treatment, row in printed.items():
        place = found.treatments.index(treatment)
        assert (*odds[place], found.statistic[place, base]) == pytest.approx(row, abs=5e-3)
    parts = found.inconsistency
    assert (found.tau2, found.i2_q) == (pytest.approx(0.0111, abs=5e-5), pytest.approx(0.244, abs=5e-4))
    assert (parts.total_q, parts.within_q, parts.between_q) == pytest.approx((60.86, 43.20, 17.66), abs=5e-3)
    assert (parts.total_df, parts.within_df, parts.between_df) == (46, 34, 12)
    assert (parts.total_p, parts.within_p, parts.between_p) == pytest.approx((0.0700, 0.1340, 0.1264), abs=5e-5)
