"""A timeline of the law: a mark for each change over the month in which it came, in three shapes that need no colour."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

from markupsafe import Markup

from equipoise.outputs.figures import frame
from equipoise.outputs.law_table import MONTHS, Change

_PENDING = "proposed, or no longer proposed"
_KINDS = {"began": "in force", "ended": "ended", "lapsed": "ended", "proposed": _PENDING, "closed": _PENDING}
_MARKS = {
    "in force": '<rect class="dot" x="{x:.1f}" y="{y:.1f}" width="{side:g}" height="{side:g}"/>',
    "ended": '<rect class="not" x="{x:.1f}" y="{y:.1f}" width="{side:g}" height="{side:g}"/>',
    _PENDING: '<circle class="not" cx="{mid:.1f}" cy="{rise:.1f}" r="3"/>',
}
"""The words of the legend, and their marks; from the axis upward in this order."""
_STEP, _SIDE, _RISE, _TOP = 17.0, 7.0, 10.0, 26.0


def timeline(changes: Sequence[Change], as_of: date, *, ident: str) -> Markup:
    """The last months before ``as_of``. A change whose month is not known has no place here, and is left to the list."""
    last = as_of.year * 12 + as_of.month - 1
    first = last - MONTHS
    stacks: dict[int, list[str]] = defaultdict(list)
    for change in changes:
        year, _, rest = change.entry.date.partition("-")
        if rest and year.isdigit() and first <= (month := int(year) * 12 + int(rest[:2]) - 1) <= last:
            stacks[month - first].append(_KINDS[change.entry.what])
    axis = _TOP + _RISE * max(map(len, stacks.values()), default=1) + 4
    marks = [
        _mark(kind, at * _STEP + 5, axis - 2 - _RISE * (place + 1))
        for at, kinds in sorted(stacks.items())
        for place, kind in enumerate(sorted(kinds, key=list(_MARKS).index))
    ]
    counts = {kind: sum(kinds.count(kind) for kinds in stacks.values()) for kind in _MARKS}
    said = f"{_month(first)} to {_month(last)}: {', '.join(f'{kind} {count}' for kind, count in counts.items())}."
    return frame(
        ident,
        title="Changes of the law by month",
        said=said,
        size=(_STEP * (MONTHS + 1) + 4, axis + 22),
        inside=Markup().join((*_legend(), *marks, *_axis(first, axis))),
        kind="plot",
    )


def _mark(kind: str, x: float, y: float) -> Markup:
    return Markup(_MARKS[kind]).format(x=x, y=y, side=_SIDE, mid=x + _SIDE / 2, rise=y + _SIDE / 2)  # noqa: S704 - marks of our own


def _legend() -> Iterator[Markup]:
    x = 5.0
    for kind in _MARKS:
        yield _mark(kind, x, 4)
        yield Markup('<text class="tick" x="{:.1f}" y="12">{}</text>').format(x + 13, kind)
        x += 92


def _axis(first: int, top: float) -> Iterator[Markup]:
    wide = _STEP * (MONTHS + 1) + 2
    yield Markup('<path class="axis" d="M2 {0:.1f}H{1:.1f}"/>').format(top, wide)
    for at in range(MONTHS + 1):
        if (first + at) % 12 == 0:
            x = at * _STEP + 2
            yield Markup('<path class="axis" d="M{0:.1f} {1:.1f}v5"/>').format(x, top)
            yield Markup('<text class="tick" x="{:.1f}" y="{:.1f}">{}</text>').format(x + 4, top + 15, (first + at) // 12)


def _month(count: int) -> str:
    return f"{date(count // 12, count % 12 + 1, 1):%B %Y}"
