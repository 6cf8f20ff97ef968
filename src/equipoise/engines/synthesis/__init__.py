"""Evidence synthesis: effect sizes, their pooled mean or regression, and the looks that follow it.

Every name below is imported when it is first asked for, so that a command pays for what it uses.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from equipoise.engines.synthesis.asymmetry import begg, egger, harbord, peters
    from equipoise.engines.synthesis.clusters import aggregate, robust, working_covariance
    from equipoise.engines.synthesis.conversions import from_interval, from_p_value
    from equipoise.engines.synthesis.cut_points import thresholds
    from equipoise.engines.synthesis.declaration import Choices, choices
    from equipoise.engines.synthesis.deletion import baujat, influence, radial
    from equipoise.engines.synthesis.doses import dose_response
    from equipoise.engines.synthesis.effects import MEASURES, Effects, effect_size, wanted
    from equipoise.engines.synthesis.failsafe import failsafe_n
    from equipoise.engines.synthesis.filling import trim_and_fill
    from equipoise.engines.synthesis.levels import multilevel, multivariate
    from equipoise.engines.synthesis.limit import limit_meta_analysis
    from equipoise.engines.synthesis.mixed_counts import glmm
    from equipoise.engines.synthesis.multiverses import Multiverse, multiverse, summary
    from equipoise.engines.synthesis.networks import contrasts_from_arms, network
    from equipoise.engines.synthesis.null_curve import null
    from equipoise.engines.synthesis.pooling import Pooled, pool
    from equipoise.engines.synthesis.posterior import bayesian
    from equipoise.engines.synthesis.precision_effect import pet_peese, uwls, waap
    from equipoise.engines.synthesis.regression import contrast, dummies, predict, subgroups
    from equipoise.engines.synthesis.resampling import bootstrap, cumulative, leave_one_out, permute, subsets
    from equipoise.engines.synthesis.scale_model import location_scale
    from equipoise.engines.synthesis.scales import Readable, natural, readable
    from equipoise.engines.synthesis.selection_models import selection
    from equipoise.engines.synthesis.significance import excess_significance
    from equipoise.engines.synthesis.stratified import mantel_haenszel, peto

_PLACES = {
    "asymmetry": ("begg", "egger", "harbord", "peters"),
    "clusters": ("aggregate", "robust", "working_covariance"),
    "conversions": ("from_interval", "from_p_value"),
    "cut_points": ("thresholds",),
    "declaration": ("Choices", "choices"),
    "deletion": ("baujat", "influence", "radial"),
    "doses": ("dose_response",),
    "effects": ("MEASURES", "Effects", "effect_size", "wanted"),
    "failsafe": ("failsafe_n",),
    "filling": ("trim_and_fill",),
    "levels": ("multilevel", "multivariate"),
    "limit": ("limit_meta_analysis",),
    "mixed_counts": ("glmm",),
    "multiverses": ("Multiverse", "multiverse", "summary"),
    "networks": ("contrasts_from_arms", "network"),
    "null_curve": ("null",),
    "pooling": ("Pooled", "pool"),
    "posterior": ("bayesian",),
    "precision_effect": ("pet_peese", "uwls", "waap"),
    "regression": ("contrast", "dummies", "predict", "subgroups"),
    "resampling": ("bootstrap", "cumulative", "leave_one_out", "permute", "subsets"),
    "scale_model": ("location_scale",),
    "scales": ("Readable", "natural", "readable"),
    "selection_models": ("selection",),
    "significance": ("excess_significance",),
    "stratified": ("mantel_haenszel", "peto"),
}
_MODULE = {name: module for module, names in _PLACES.items() for name in names}

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


def __getattr__(name: str) -> Any:
    if name not in _MODULE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(__import__(f"{__name__}.{_MODULE[name]}", fromlist=[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
