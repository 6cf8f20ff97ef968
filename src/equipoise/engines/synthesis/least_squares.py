r"""Weighted least squares of many analyses at once: studies along the first axis, analyses along the last.

With weights :math:`W = \operatorname{diag}(w_i)` and a design :math:`X` of p columns, everything that estimation of tau
squared asks for comes from the matrix

.. math:: P = W - W X (X' W X)^{-1} X' W

which is never formed. At :math:`w_i = 1 / (v_i + \tau^2)`, :math:`dP / d\tau^2 = -PP`, so that :math:`y'Py`,
:math:`y'PPy`, :math:`\operatorname{tr} P` and :math:`\operatorname{tr} PP` all fall as tau squared grows: the search for
the best tau squared in :mod:`likelihood` rests on that.

A study that takes no part has an infinite variance, and so no weight.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


@dataclass(frozen=True, kw_only=True)
class Fit:
    """Weighted least squares of B analyses with p coefficients.

    ``coefficient`` (p, B) and ``inverse`` (p, p, B), the inverse of :math:`X'WX`; ``residual`` (k, B); ``free`` (k, B),
    one minus the leverage of each study.
    """

    coefficient: Floats
    inverse: Floats
    residual: Floats
    free: Floats


@dataclass(frozen=True, kw_only=True)
class Location:
    """Analyses without moderators: the design is a column of ones.

    ``effect`` and ``variance`` have shape (k, B). The first row of each analysis is its most precise study, and that study's
    effect is 0: no other weight exceeds its weight, so that nothing loses digits even where one study has nearly all of it.
    """

    effect: Floats
    variance: Floats

    columns: ClassVar[int] = 1

    @property
    def single(self) -> bool:
        """Whether this is one analysis in which every study takes part, which :mod:`alone` does in plain numbers."""
        return self.effect.shape[1] == 1 and bool(np.isfinite(self.variance).all())

    def take(self, chosen: Indices) -> "Location":
        """Return the chosen analyses."""
        return Location(effect=self.effect[:, chosen], variance=self.variance[:, chosen])

    def fit(self, w: Floats) -> Fit:
        """Return the weighted mean and what it leaves, for weights of shape (k, B)."""
        others = w[1:].sum(axis=0)
        total = w[0] + others
        mean = np.einsum("kb,kb->b", w, self.effect) / total
        free = 1 - w / total
        free[0] = others / total
        return Fit(coefficient=mean[None], inverse=1 / total[None, None], residual=self.effect - mean, free=free)

    def q(self, tau2: Floats) -> tuple[Floats, Floats]:
        """Return y'Py and minus its slope, y'PPy, each of shape (B,)."""
        w = np.reciprocal(self.variance + tau2)
        residual = self.effect - np.einsum("kb,kb->b", w, self.effect) / w.sum(axis=0)
        weighted = w * residual
        return np.einsum("kb,kb->b", weighted, residual), np.einsum("kb,kb->b", weighted, weighted)

    def curve(self, tau2: Floats, *, restricted: bool) -> Floats:
        """Return y'PPy, its fall 2y'PPPy, the trace of P (ML: of W) and its fall, the trace of PP (ML: of WW): shape (4, B)."""
        w = np.reciprocal(self.variance + tau2)
        lead, rest = w[0], w[1:]
        others = rest.sum(axis=0)
        total = lead + others
        weighted = w * (self.effect - np.einsum("kb,kb->b", w, self.effect) / total)
        apart = weighted - weighted[0]  # from the lead, so that its weight cancels nothing
        pull = w * apart
        squares = rest * rest
        second, third = squares.sum(axis=0), np.einsum("kb,kb->b", squares, rest)
        if restricted:
            trace = (others * (lead + total) - second) / total
            fall = (lead**2 * (others**2 + second) + second * (total**2 + lead**2 + second) - 2 * total * third) / total**2
        else:
            trace, fall = total, lead**2 + second
        found = np.empty((4, total.size))
        found[0] = np.einsum("kb,kb->b", weighted, weighted)
        found[1] = 2 * (np.einsum("kb,kb->b", pull, apart) - pull.sum(axis=0) ** 2 / total)
        found[2], found[3] = trace, fall
        return found

    def height(self, tau2: Floats, *, restricted: bool) -> Floats:
        """Return twice the profile log-likelihood up to a constant, shape (B,)."""
        spread = self.variance + tau2
        w = np.reciprocal(spread)
        total = w.sum(axis=0)
        logs = np.log(spread, where=np.isfinite(spread), out=np.zeros_like(spread)).sum(axis=0)
        value: Floats = -logs - self.q(tau2)[0]
        return value - np.log(total) if restricted else value


@dataclass(frozen=True, kw_only=True)
class Regression:
    r"""Analyses with moderators, seen from p of their studies, the *leads*, which would settle the p coefficients alone.

    ``effect`` and ``variance`` (k, B) and ``design`` (p, k, B) have the leads as their first p rows. ``along`` (p, k - p, B),
    the matrix Z below, writes the design of each other study as a combination of the leads'. With the weights split alike,
    and :math:`c = y_O - Z y_L`,

    .. math::
        P_{OO} = W_O - W_O Z G^{-1} Z' W_O, \quad P_{OL} = -W_O Z G^{-1} W_L, \quad P_{LL} = A G^{-1} W_L, \quad
        A = Z' W_O Z, \quad G = W_L + A

    so that nothing loses digits where leads have nearly all of the weight, which is what :func:`regression` chooses them for.
    """

    effect: Floats
    variance: Floats
    design: Floats
    along: Floats

    single: ClassVar[bool] = False

    @property
    def columns(self) -> int:
        """Number of coefficients."""
        return int(self.design.shape[0])

    def take(self, chosen: Indices) -> "Regression":
        """Return the chosen analyses."""
        return Regression(
            effect=self.effect[:, chosen],
            variance=self.variance[:, chosen],
            design=self.design[:, :, chosen],
            along=self.along[:, :, chosen],
        )

    def _among(self, w: Floats) -> Floats:
        """Return A for weights of shape (k, B): shape (p, p, B)."""
        return np.asarray(np.einsum("imb,jmb->ijb", self.along * w[self.columns :], self.along))

    def _gram(self, among: Floats, w: Floats) -> Floats:
        """Return G, shape (p, p, B): the matrix X'WX, if the leads' effects are coefficients."""
        found, each = among.copy(), np.arange(self.columns)
        found[each, each] += w[: self.columns]
        return found

    def from_leads(self, matrix: Floats) -> Floats:
        """Turn a covariance (p, p, B) of the leads' fitted effects into that of the coefficients."""
        corner = np.linalg.inv(np.moveaxis(self.design[:, : self.columns], -1, 0))  # (B, p, p): of X_L'
        return np.asarray(np.einsum("bji,jlb,blm->imb", corner, matrix, corner))

    def _left(self, w: Floats, inverse: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return what the fit leaves of a column, at the leads (p, B) and at the others (k - p, B)."""
        p = self.columns
        apart = y[p:] - np.einsum("imb,ib->mb", self.along, y[:p])
        lead = np.einsum("ijb,jb->ib", inverse, np.einsum("jmb,mb->jb", self.along, w[p:] * apart))
        return -lead, apart - np.einsum("imb,ib->mb", self.along, lead)

    def fit(self, w: Floats) -> Fit:
        """Return coefficients and what they leave, for weights of shape (k, B)."""
        p = self.columns
        among = self._among(w)
        inverse = _inverse(self._gram(among, w))
        lead, other = self._left(w, inverse, self.effect)
        corner = np.moveaxis(self.design[:, :p], -1, 0).swapaxes(1, 2)
        coefficient = np.asarray(np.linalg.solve(corner, (self.effect[:p] - lead).T[:, :, None]), dtype=np.float64)[:, :, 0].T
        free = np.concatenate([np.einsum("ijb,jib->ib", among, inverse), 1 - w[p:] * self._leverage(inverse)])
        return Fit(coefficient=coefficient, inverse=self.from_leads(inverse), residual=np.concatenate([lead, other]), free=free)

    def q(self, tau2: Floats) -> tuple[Floats, Floats]:
        """Return y'Py and minus its slope, y'PPy, each of shape (B,)."""
        w = np.reciprocal(self.variance + tau2)
        left = np.concatenate(self._left(w, _inverse(self._gram(self._among(w), w)), self.effect))
        weighted = w * left
        return np.einsum("kb,kb->b", weighted, left), np.einsum("kb,kb->b", weighted, weighted)

    def curve(self, tau2: Floats, *, restricted: bool) -> Floats:
        """Return y'PPy, its fall 2y'PPPy, the trace of P (ML: of W) and its fall, the trace of PP (ML: of WW): shape (4, B)."""
        w = np.reciprocal(self.variance + tau2)
        among = self._among(w)
        inverse = _inverse(self._gram(among, w))
        weighted = w * np.concatenate(self._left(w, inverse, self.effect))
        twice = np.concatenate(self._left(w, inverse, weighted))
        found = np.empty((4, tau2.size))
        found[0] = np.einsum("kb,kb->b", weighted, weighted)
        found[1] = 2 * np.einsum("kb,kb,kb->b", w, twice, twice)
        if not restricted:
            found[2], found[3] = w.sum(axis=0), np.einsum("kb,kb->b", w, w)
            return found
        found[2], found[3] = self._traces(w, among, inverse)
        return found

    def _leverage(self, inverse: Floats) -> Floats:
        """Return z'G^-1 z of the studies that are no leads, shape (k - p, B)."""
        return np.asarray(np.einsum("imb,imb->mb", np.einsum("ijb,jmb->imb", inverse, self.along), self.along))

    def _traces(self, w: Floats, among: Floats, inverse: Floats) -> tuple[Floats, Floats]:
        """Return the traces of P and PP by its blocks."""
        lead, other = w[: self.columns], w[self.columns :]
        scaled = self.along * other
        squares = np.einsum("imb,jmb->ijb", scaled, scaled)
        leverage = other * self._leverage(inverse)
        back = inverse * lead  # G^-1 W_L
        corner = np.einsum("ijb,jlb->ilb", among, back)
        turned = np.einsum("ijb,jlb->ilb", inverse, squares)
        trace = (other * (1 - leverage)).sum(axis=0) + np.einsum("iib->b", corner)
        fall = (other**2 * (1 - 2 * leverage)).sum(axis=0) + np.einsum("ijb,jib->b", turned, turned)
        fall += 2 * np.einsum("ijb,ijb->b", back, np.einsum("ilb,ljb->ijb", squares, back)) + np.einsum(
            "ijb,ijb->b", corner, corner
        )
        return trace, fall

    def height(self, tau2: Floats, *, restricted: bool) -> Floats:
        """Return twice the profile log-likelihood up to a constant, shape (B,)."""
        spread = self.variance + tau2
        logs = np.log(spread, where=np.isfinite(spread), out=np.zeros_like(spread)).sum(axis=0)
        value: Floats = -logs - self.q(tau2)[0]
        if not restricted:
            return value
        w = np.reciprocal(spread)
        return np.asarray(value - np.linalg.slogdet(np.moveaxis(self._gram(self._among(w), w), -1, 0))[1])


def regression(effect: Floats, variance: Floats, design: Floats) -> tuple[Regression, Indices]:
    """Choose leads, and return the model and which row each of its rows was, shape (k, B).

    Leads are the most precise study of each analysis, and then, one by one, that study which settles most of what the others
    leave open. The first column of the ``design`` (p, k, B) is ones, and no column a combination of others.
    """
    k, every = effect.shape[0], np.arange(effect.shape[1])
    leads = [np.argmin(variance, axis=0)]
    apart = np.where(np.isfinite(variance), design[1:] - design[1:, leads[0], every][:, None], 0.0)
    apart /= np.abs(apart).max(axis=1, keepdims=True)
    open_ = apart.copy()
    for _ in range(design.shape[0] - 1):
        size = np.einsum("qkb,qkb->kb", open_, open_)
        leads.append(np.argmax(size / variance, axis=0))
        unit = open_[:, leads[-1], every] / np.sqrt(size[leads[-1], every])
        open_ -= unit[:, None] * np.einsum("qb,qkb->kb", unit, open_)
        open_[:, np.einsum("qkb,qkb->kb", open_, open_) <= 1e-24 * size] = 0.0  # nothing but rounding
    key = np.zeros(effect.shape, dtype=np.int64)
    for place, lead in enumerate(leads):
        key[lead, every] = place - k
    order = np.argsort(key, axis=0, kind="stable")
    apart = np.moveaxis(apart[:, order, every], -1, 0)  # (B, q, k)
    q = apart.shape[1]
    shares = np.moveaxis(np.linalg.solve(apart[:, :, 1 : q + 1], apart[:, :, q + 1 :]), 0, -1)
    along = np.concatenate([1 - shares.sum(axis=0, keepdims=True), shares])
    model = Regression(
        effect=effect[order, every], variance=variance[order, every], design=design[:, order, every], along=along
    )
    return model, order


Model = Location | Regression


def _inverse(gram: Floats) -> Floats:
    """Return the inverse of positive matrices (p, p, B) whose diagonals may differ by any factor (Gauss and Jordan)."""
    root = np.sqrt(np.einsum("iib->ib", gram))
    scale = root[:, None] * root
    left = gram / scale
    for j in range(root.shape[0]):
        column, row = left[:, j].copy(), left[j] / left[j, j]
        row[j] = 1 / column[j]
        column[j] = left[:, j] = 0.0
        left -= column[:, None] * row
        left[j] = row
    return np.asarray(left / scale)
