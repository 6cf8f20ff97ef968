"""Evidence synthesis: effect sizes, their pooled mean or regression, and the looks that follow it."""

from equipoise.engines.synthesis.asymmetry import begg, egger, harbord, peters
from equipoise.engines.synthesis.bayesian import bayesian
from equipoise.engines.synthesis.choices import Choices, choices
from equipoise.engines.synthesis.conversions import from_interval, from_p_value
from equipoise.engines.synthesis.dose_response import dose_response
from equipoise.engines.synthesis.effects import MEASURES, Effects, effect_size, wanted
from equipoise.engines.synthesis.excess_significance import excess_significance
from equipoise.engines.synthesis.failsafe import failsafe_n
from equipoise.engines.synthesis.glmm import glmm
from equipoise.engines.synthesis.influence import baujat, influence, radial
from equipoise.engines.synthesis.limit import limit_meta_analysis
from equipoise.engines.synthesis.location_scale import location_scale
from equipoise.engines.synthesis.mantel_haenszel import mantel_haenszel, peto
from equipoise.engines.synthesis.multilevel import multilevel, multivariate
from equipoise.engines.synthesis.multiverse import Multiverse, multiverse, summary
from equipoise.engines.synthesis.network import contrasts_from_arms, network
from equipoise.engines.synthesis.null_curve import null
from equipoise.engines.synthesis.pooling import Pooled, pool
from equipoise.engines.synthesis.precision_effect import pet_peese, uwls, waap
from equipoise.engines.synthesis.regression import contrast, dummies, predict, subgroups
from equipoise.engines.synthesis.resampling import bootstrap, cumulative, leave_one_out, permute, subsets
from equipoise.engines.synthesis.robust import aggregate, robust, working_covariance
from equipoise.engines.synthesis.scales import Readable, natural, readable
from equipoise.engines.synthesis.selection import selection
from equipoise.engines.synthesis.thresholds import thresholds
from equipoise.engines.synthesis.trim_and_fill import trim_and_fill

__all__ = [
    "MEASURES",
    "Choices",
    "Effects",
    "Multiverse",
    "Pooled",
    "Readable",
    "aggregate",
    "baujat",
    "bayesian",
    "begg",
    "bootstrap",
    "choices",
    "contrast",
    "contrasts_from_arms",
    "cumulative",
    "dose_response",
    "dummies",
    "effect_size",
    "egger",
    "excess_significance",
    "failsafe_n",
    "from_interval",
    "from_p_value",
    "glmm",
    "harbord",
    "influence",
    "leave_one_out",
    "limit_meta_analysis",
    "location_scale",
    "mantel_haenszel",
    "multilevel",
    "multivariate",
    "multiverse",
    "natural",
    "network",
    "null",
    "permute",
    "pet_peese",
    "peters",
    "peto",
    "pool",
    "predict",
    "radial",
    "readable",
    "robust",
    "selection",
    "subgroups",
    "subsets",
    "summary",
    "thresholds",
    "trim_and_fill",
    "uwls",
    "waap",
    "wanted",
    "working_covariance",
]
