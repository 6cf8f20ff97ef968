"""Published results: Jackson, Turner, Rhodes & Viechtbauer 2014, BMC Medical Research Methodology 14:103; residual tau.

Both examples, data and digits as in the test suite of R metafor (test_analysis_example_jackson2014.r), which names no table
and whose root finder stops within 1.2e-4.
"""

import numpy as np
import pytest

from equipoise.engines.synthesis import pool

EXAMPLES = {  # effects, variances, covariate
    "binary covariate": (
        (
            0.0267, 0.8242, 0.393, 2.4405, 2.1401, 1.2528, 2.4849, 0.3087, 1.4246, 0.1823, 1.1378, 1.2321, 2.0695,
            4.0237, 1.4383, 1.6021,
        ),
        (
            0.1285, 0.0315, 0.0931, 2.0967, 1.0539, 0.1602, 1.0235, 0.0218, 0.5277, 0.0556, 0.3304, 0.1721, 0.4901,
            2.02, 0.3399, 0.183,
        ),
        (
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1,
        ),
    ),
    "year": (
        (
            0.54, 0.4, 0.64, 0.365, 0.835, 0.02, 0.12, 0.085, 1.18, 0.08, 0.18, 0.325, 0.06, 0.715, 0.065, 0.245,
            0.24, 0.06, 0.19,
        ),
        (
            0.0176, 0.019, 0.0906, 0.0861, 0.0063, 0.0126, 0.0126, 0.0041, 0.0759, 0.0126, 0.0104, 0.0242, 0.0026,
            0.2629, 0.0169, 0.0156, 0.0481, 0.0084, 0.0044,
        ),
        (
            1986, 1987, 1988, 1988, 1998, 1999, 2000, 2000, 2000, 2001, 2001, 2001, 2002, 2002, 2002, 2002, 2003,
            2003, 2003,
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("example", "method", "power", "interval"),
    [
        ("binary covariate", "GENQ", 1, (0.0029, 0.6907)),
        ("binary covariate", "GENQ", 0.5, (0.0000, 1.1245)),
        ("binary covariate", "PM", None, (0.0023, 1.4871)),
        ("year", "GENQ", 1, (0.0170, 0.1393)),
        ("year", "GENQ", 0.5, (0.0180, 0.1375)),
        ("year", "PM", None, (0.0178, 0.1564)),
    ],
)
def test_interval_of_what_the_covariate_leaves(example, method, power, interval):
    """Generalised Q with weights 1/v and 1/sqrt(v), and the Q-profile."""
    effect, variance, covariate = EXAMPLES[example]
    weights = None if power is None else np.array(variance) ** -power
    p = pool(effect, variance, moderators=covariate, method=method, weights=weights)
    assert p.tau2_interval == pytest.approx(interval, abs=1.2e-4)
