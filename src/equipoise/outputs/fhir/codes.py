"""The codes that we use: from HL7's open systems where those have one, and else from systems of our own under ``BASE``."""

from collections.abc import Mapping

from equipoise.findings.finding import Level

Coding = tuple[str, str, str]
"""System, code, display."""

BASE = "https://equipoise.example/fhir"
"""Where addresses of resources and our own code systems begin: a name only, nothing is served there."""
TERMS = "http://terminology.hl7.org/CodeSystem"
UNII = "http://fdasis.nlm.nih.gov"
UCUM = "http://unitsofmeasure.org"

CERTAINTY: Mapping[Level, Coding] = {
    Level.HIGH: (f"{TERMS}/certainty-rating", "high", "High quality"),
    Level.MODERATE: (f"{TERMS}/certainty-rating", "moderate", "Moderate quality"),
    Level.LOW: (f"{TERMS}/certainty-rating", "low", "Low quality"),
    Level.VERY_LOW: (f"{TERMS}/certainty-rating", "very-low", "Very low quality"),
    Level.NOT_GRADED: (f"{BASE}/CodeSystem/certainty", "not-graded", "Not graded"),
}
"""Each word of certainty has a code of its own: system, code, display."""

OVERALL = (f"{TERMS}/certainty-type", "Overall", "Overall certainty")
META_ANALYSIS = (f"{TERMS}/synthesis-type", "std-MA", "summary data meta-analysis")
RISK_OF_BIAS = (f"{TERMS}/certainty-type", "RiskOfBias", "Risk of bias")
DOMAINS: Mapping[str, Coding] = {
    "risk of bias": RISK_OF_BIAS,
    "inconsistency": (f"{TERMS}/certainty-type", "Inconsistency", "Inconsistency"),
    "indirectness": (f"{TERMS}/certainty-type", "Indirectness", "Indirectness"),
    "imprecision": (f"{TERMS}/certainty-type", "Imprecision", "Imprecision"),
    "publication bias": (f"{TERMS}/certainty-type", "PublicationBias", "Publication bias"),
    "large effect": (f"{TERMS}/certainty-type", "LargeEffect", "Large effect"),
}
"""Domains of GRADE; our other reasons (start, source, cap, authors, override, search) have codes of our own."""
MOVES: Mapping[int, tuple[str, str]] = {
    -3: ("downcode3", "Reduce rating: -3"),
    -2: ("downcode2", "Reduce rating: -2"),
    -1: ("downcode1", "Reduce rating: -1"),
    0: ("no-change", "No change to rating"),
    1: ("upcode1", "Increase rating: +1"),
    2: ("upcode2", "Increase rating: +2"),
}
STATISTICS: Mapping[str, tuple[str, str]] = {
    "proportion": ("C44256", "Proportion"),
    "risk ratio": ("C93152", "Relative Risk"),
    "odds ratio": ("C16932", "Odds Ratio"),
    "hazard ratio": ("C93150", "Hazard Ratio"),
    "rate ratio": ("rate-ratio", "Incidence Rate Ratio"),
    "risk difference": ("0000424", "Risk Difference"),
    "mean difference": ("0000457", "Mean Difference"),
    "standardised mean difference": ("0000100", "Standardized Mean Difference"),
    "mean": ("C53319", "Mean"),
    "median": ("C28007", "Median"),
    "median over products": ("C28007", "Median"),
    "minimum": ("C25570", "Minimum"),
    "maximum": ("C25564", "Maximum"),
    "count": ("C25463", "Count"),
    "studies in the register": ("C25463", "Count"),
}
"""Measures that HL7's list of statistics has; any other stands in its words alone."""
ESTIMATES: Mapping[str, Coding] = {
    "confidence": (f"{TERMS}/attribute-estimate-type", "C53324", "Confidence interval"),
    "credible": (f"{TERMS}/attribute-estimate-type", "0000455", "Credible interval"),
    "range": (f"{TERMS}/attribute-estimate-type", "C38013", "Range"),
    "q": (f"{TERMS}/attribute-estimate-type", "0000419", "Cochran's Q statistic"),
    "p-value": (f"{TERMS}/attribute-estimate-type", "C44185", "P-value"),
    "tau2": (f"{TERMS}/attribute-estimate-type", "0000421", "Tau squared"),
    "i2": (f"{TERMS}/attribute-estimate-type", "0000420", "I-squared"),
    "prediction": (f"{BASE}/CodeSystem/attribute-estimate", "prediction-interval", "Prediction interval"),
    "weight": (f"{BASE}/CodeSystem/attribute-estimate", "weight", "Weight in the pooled estimate"),
}
UCUM_UNITS = frozenset({"%", "mg/g"})
"""Units of ours that are spelled as UCUM spells them."""
