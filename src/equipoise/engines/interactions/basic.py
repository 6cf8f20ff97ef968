r"""The basic models of ICH M12: ratios that ask whether to look further, by cut-offs that over-warn on purpose.

They are no estimate of what happens in a person. ICH M12 compares I/Ki with 0.02 and 10; papers before it, and Tanna 2023,
print R = 1 + I/Ki and compare with 1.02 and 11, which is the same.

References
----------
.. [1] ICH M12 sections 2.1.2.1 (reversible), 2.1.4.1 (induction), as ddir 0.16.0 restates them: R/cyp.R, R/transporter.R.
.. [2] Tanna 2023, Drug Metabolism and Disposition 51:923-935, Table 5, notes (b) and (*).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from equipoise.engines.interactions.kinetics import Floats, checked

REVERSIBLE = {"systemic": 1.02, "inlet": 1.02, "lumen": 11.0}
TIME_DEPENDENT, INDUCTION, TRANSPORTER = 1.25, 0.8, 10.0
CONCENTRATION = 5.0
"""Times of the unbound Cmax at which inactivation is judged; guidance before ICH M12 took 50."""
CONCENTRATION_OF_INDUCTION = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Basic:
    """The ratio, the cut-off, and whether the ratio reaches it: above, or for induction below."""

    ratio: Floats
    cut_off: float
    reached: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


def reversible(inhibitor_um: ArrayLike, ki_um: ArrayLike, *, at: Literal["systemic", "inlet", "lumen"]) -> Basic:
    """R1 = 1 + I/Ki, with unbound I in plasma or at the inlet of the liver, or total I in the lumen of the gut [1]_ [2]_."""
    inhibitor, ki = checked("inhibitor_um", inhibitor_um, least=0.0), checked("ki_um", ki_um, above=0.0)
    return _above(1 + inhibitor / ki, REVERSIBLE[at])


def transporter(lumen_um: ArrayLike, ic50_um: ArrayLike) -> Basic:
    """I/IC50 of P-glycoprotein (or BCRP) in the gut, with I in its lumen; the cut-off is 10 [1]_."""
    return _above(
        checked("lumen_um", lumen_um, least=0.0) / checked("ic50_um", ic50_um, above=0.0),
        TRANSPORTER,
    )


def time_dependent(
    cmax_unbound_um: ArrayLike, *, inactivation_um: ArrayLike, inactivation_per_h: ArrayLike, degradation_per_h: ArrayLike
) -> Basic:
    r"""How much enzyme is lost for good in the liver.

    .. math:: R_2 = \frac{k_{obs} + k_{deg}}{k_{deg}}, \qquad
              k_{obs} = \frac{k_{inact} \cdot 5 C_{max,u}}{K_I + 5 C_{max,u}}
    """
    inhibitor = CONCENTRATION * checked("cmax_unbound_um", cmax_unbound_um, least=0.0)
    half = checked("inactivation_um", inactivation_um, above=0.0)
    observed = checked("inactivation_per_h", inactivation_per_h, least=0.0) * inhibitor / (half + inhibitor)
    degradation = checked("degradation_per_h", degradation_per_h, above=0.0)
    return _above((observed + degradation) / degradation, TIME_DEPENDENT)


def induction(cmax_unbound_um: ArrayLike, *, induction_um: ArrayLike, induction_fold: ArrayLike, scale: float = 1.0) -> Basic:
    r"""How much more enzyme is made; reached at 0.8 and below.

    .. math:: R_3 = 1 \Big/ \left(1 + d \frac{E_{max} \cdot 10 C_{max,u}}{EC_{50} + 10 C_{max,u}}\right)
    """
    inhibitor = CONCENTRATION_OF_INDUCTION * checked("cmax_unbound_um", cmax_unbound_um, least=0.0)
    half = checked("induction_um", induction_um, above=0.0)
    rise = checked("scale", scale, above=0.0) * checked("induction_fold", induction_fold, least=0.0)
    ratio = np.asarray(1 / (1 + rise * inhibitor / (half + inhibitor)))
    return Basic(ratio=ratio, cut_off=INDUCTION, reached=np.asarray(ratio <= INDUCTION))


def _above(ratio: ArrayLike, cut_off: float) -> Basic:
    value = np.asarray(ratio)
    return Basic(ratio=value, cut_off=cut_off, reached=np.asarray(value >= cut_off))
