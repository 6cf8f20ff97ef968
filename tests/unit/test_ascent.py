"""Local maxima of functions whose maxima are known."""

import numpy as np
import pytest

from equipoise.engines.synthesis.ascent import climb, line_maxima


def test_a_line_has_its_maxima_where_its_slope_falls_through_zero():
    """The slope -(x - 1)(x - 2)(x - 3) has maxima at 1 and 3; the first place counts where nothing rises, the last never."""

    def slope(x):
        return -(x - 1) * (x - 2) * (x - 3)

    grid = np.linspace(0, 5, 12)
    tops, evaluations = line_maxima(slope, grid)
    assert tops == pytest.approx([1, 3], rel=1e-12)
    assert evaluations > grid.size
    assert line_maxima(slope, grid[grid > 1])[0] == pytest.approx([grid[grid > 1][0], 3], rel=1e-12)
    assert line_maxima(slope, np.linspace(0, 0.9, 5)) == ([], 5)
    assert line_maxima(slope, np.linspace(3.5, 5, 5)) == ([3.5], 5)


def test_a_climb_leaves_a_saddle():
    """The surface -(a - 1)^2 + b^2 - b^4 has a saddle at (1, 0) and its maxima at b = 0.7071 and -0.7071."""

    def surface(at):
        a, b = at
        curvature = np.diag((-2.0, 2 - 12 * b**2))
        return -((a - 1) ** 2) + b**2 - b**4, np.array((-2 * (a - 1), 2 * b - 4 * b**3)), curvature

    top = climb(surface, np.array((5.0, 0.0)), np.full(2, 1e-3))
    assert (top.position[0], abs(top.position[1]), top.reached) == pytest.approx((1, np.sqrt(0.5), True), rel=1e-9)
