"""Maps of the United States and of the world: a pattern for each look, a legend in the same patterns, a link for each place.

Outlines are files made by ``scripts/geography``; ``geography/README.md`` says from what. Every look has a pattern that stays
itself without colour, so that a map reads in grey, in print and in forced colours.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypedDict

from markupsafe import Markup, escape

from equipoise.outputs.figures import frame
from equipoise.outputs.plots import text_width

LOOKS = ("unlawful", "lawful-if", "lawful", "not-scheduled", "unknown", "stale", "conflict")
"""What a place on a map can look like; each has a pattern of its own."""
NONE = "none"
"""The look of a place without a shade: an outline and nothing in it."""
NOT_SEEN = "not looked at"

_GEOGRAPHY = Path(__file__).parent / "geography"
_LETTER = 16.5
"""Size of the letters of a state: above 9 pixels in the column of a page, and as in its style."""
_ROOM = 9.0
"""Distance from the edges that two letters need."""
_BOX = (34.0, 22.0)
_SWATCH = (38.0, 22.0)
_GAP = 10.0
_LINE = 32.0
_PATTERNS = {
    "lawful-if": (8, 45, '<path class="weave thick good" d="M4 0V8"/>'),
    "lawful": (8, 0, '<path class="weave good" d="M0 4H8"/>'),
    "not-scheduled": (9, 0, '<circle class="speck" cx="2" cy="2" r="1.6"/><circle class="speck" cx="6.5" cy="6.5" r="1.6"/>'),
    "unknown": (11, 0, '<path class="weave pale" d="M5.5 1.5V6.5"/>'),
    "stale": (10, -45, '<path class="weave pale" d="M5 0V6"/>'),
    "conflict": (8, 45, '<path class="weave thin" d="M4 0V8M0 4H8"/>'),
}  # fmt: skip
"""Side, turn and marks of a tile; ``unlawful`` is solid and has none."""
_GRAIN = {"us": 1.0, "world": 0.65}
"""Size of the tiles, finer where places are small."""


class Place(TypedDict, total=False):
    """A place of a map: ``at`` a point inside it, ``room`` from there to its edges, ``box`` the middle of its box at sea."""

    name: str
    path: str
    at: tuple[float, float]
    room: float
    box: tuple[float, float]
    beside: tuple[float, float]


class Geography(TypedDict):
    """A file of outlines."""

    width: int
    height: int
    places: dict[str, Place]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shade:
    """One place on a map: ``look`` is a class of the legend, ``says`` what a pointer or a screen reader gets.

    ``href`` is its page, if it has one.

    Raises
    ------
    ValueError
        The look is none of `LOOKS`, or there is nothing to say.
    """

    look: str
    says: str
    href: str | None

    def __post_init__(self) -> None:
        if self.look not in LOOKS:
            raise ValueError(f"{self.look!r} is no look of a map; should be one of {', '.join(LOOKS)}")
        if not self.says.strip():
            raise ValueError(f"a shade of the look {self.look!r} says nothing; should name its place and its law")


def us_map(shades: Mapping[str, Shade], looks: Mapping[str, str], *, ident: str, title: str, plain: bool = False) -> Markup:
    """The states and the district, shaded; ``shades`` by ids such as ``US-TN``, ``looks`` the words of the legend in order.

    States too small for their letters have a box off the coast. A place of ``shades`` that the map lacks is left out.
    ``plain`` gives one picture without links and with its legend inside, for `plots.standalone` and print.

    Raises
    ------
    ValueError
        A look that has no pattern, or a shade whose look the legend lacks.
    """
    return _map("us", shades, looks, ident=ident, title=title, plain=plain)


def world_map(shades: Mapping[str, Shade], looks: Mapping[str, str], *, ident: str, title: str, plain: bool = False) -> Markup:
    """The countries of the world, as `us_map`; ids are those of ISO 3166-1. Countries too small to see are round marks."""
    return _map("world", shades, looks, ident=ident, title=title, plain=plain)


@cache
def _geography(name: str) -> Geography:
    held: Geography = json.loads((_GEOGRAPHY / f"{name}.json").read_text(encoding="utf-8"))
    return held


def _map(name: str, shades: Mapping[str, Shade], looks: Mapping[str, str], *, ident: str, title: str, plain: bool) -> Markup:
    if unknown := [look for look in looks if look not in LOOKS]:
        raise ValueError(f"{unknown[0]!r} is no look of a map; should be one of {', '.join(LOOKS)}")
    if lost := [(place, shade.look) for place, shade in shades.items() if shade.look not in looks]:
        raise ValueError(f"{lost[0][0]} looks {lost[0][1]!r}, which the legend lacks; should be one of {', '.join(looks)}")
    held = _geography(name)
    shown = {place: shade for place, shade in shades.items() if place in held["places"]}
    words = dict(looks)
    if len(shown) < len(held["places"]):
        words[NONE] = NOT_SEEN
    named = escape(ident)
    inside = Markup().join(
        (_defs(words, named, _GRAIN[name]), *_lands(held, shown, words, named, plain=plain), *_letters(held, shown))
    )
    said = _said(held, shown, words)
    if plain:
        return _picture(held, inside, words, ident=named, title=title, said=said)
    drawn = Markup(
        '<svg class="outlines {name}" role="group" aria-labelledby="{ident}-title" aria-describedby="{ident}-desc" '
        'viewBox="0 0 {wide} {high}"><title id="{ident}-title">{title}</title><desc id="{ident}-desc">{said}</desc>'
        "{inside}</svg>"
    ).format(ident=named, name=name, wide=held["width"], high=held["height"], title=title, said=said, inside=inside)
    still = Markup("") if any(shade.href for shade in shown.values()) else Markup(' tabindex="0"')  # else no key scrolls it
    return Markup('<div class="atlas"><div class="sheet"{}>{}</div>{}</div>').format(still, drawn, _legend(words, named))


def _defs(words: Mapping[str, str], ident: Markup, grain: float) -> Markup:
    tiles = [
        Markup(
            '<pattern id="{}-{}" width="{s}" height="{s}" patternUnits="userSpaceOnUse" '
            'patternTransform="rotate({}) scale({:g})">{}</pattern>'
        ).format(ident, look, turn, grain, Markup(marks), s=side)  # noqa: S704 - marks of our own
        for look, (side, turn, marks) in _PATTERNS.items()
        if look in words
    ]
    return Markup("<defs>{}</defs>").format(Markup().join(tiles))


def _filled(look: str, ident: Markup) -> Markup:
    """The start of a group whose shapes have a look's pattern: by class where it is one colour, else by its tile."""
    if look in _PATTERNS:
        return Markup('<g fill="url(#{}-{})">').format(ident, look)
    return Markup('<g class="{}">').format(look)


def _lands(
    held: Geography, shown: Mapping[str, Shade], words: Mapping[str, str], ident: Markup, *, plain: bool
) -> Iterator[Markup]:
    """The places, one group for each look; those without a shade first, so that their edges lie under the others'."""
    for look in (NONE, *(look for look in words if look != NONE)):
        inside = []
        for key, place in held["places"].items():
            shade = shown.get(key)
            if look == (shade.look if shade else NONE):
                inside.append(_land(place, shade, plain=plain))
        if inside:
            hidden = Markup("") if look != NONE or plain else Markup('<g aria-hidden="true">')
            yield Markup("{}{}{}</g>{}").format(
                hidden, _filled(look, ident), Markup().join(inside), Markup("</g>") if hidden else ""
            )


def _land(place: Place, shade: Shade | None, *, plain: bool) -> Markup:
    """A place's outline, and its box where it has one, in the link or the picture that it is to a screen reader."""
    shape = Markup('<path class="land" d="{}"/>').format(place["path"])
    if "box" in place:
        x, y = place["box"]
        shape += Markup('<rect class="land" x="{:g}" y="{:g}" width="{:g}" height="{:g}"/>').format(
            x - _BOX[0] / 2, y - _BOX[1] / 2, *_BOX
        )
    if plain:
        return shape
    if shade is None:
        return Markup("<g><title>{}: {}</title>{}</g>").format(place["name"], NOT_SEEN, shape)
    if shade.href is None:
        return Markup('<g role="img" aria-label="{0}"><title>{0}</title>{1}</g>').format(shade.says, shape)
    return Markup('<a href="{0}" aria-label="{1}"><title>{1}</title>{2}</a>').format(shade.href, shade.says, shape)


def _letters(held: Geography, shown: Mapping[str, Shade]) -> Iterator[Markup]:
    """The two letters of each state where they fit, and lines to the boxes of those where they do not."""
    marks = []
    for key, place in held["places"].items():
        letters = key.rpartition("-")[2]
        (x, y), inner = place["at"], True
        if "box" in place:
            marks.append(_leader(place["at"], place["box"]))
            x, y = place["box"]
        elif "beside" in place:
            (x, y), inner = place["beside"], False
        elif place.get("room", 0) < _ROOM:
            continue
        shade = shown.get(key)
        solid = inner and shade is not None and shade.look == "unlawful"
        marks.append(
            Markup('<text class="letters{} mid" x="{:.1f}" y="{:.1f}">{}</text>').format(
                " turned" if solid else " halo", x, y + 0.36 * _LETTER, letters
            )
        )
    if marks:
        yield Markup('<g class="over" aria-hidden="true">{}</g>').format(Markup().join(marks))


def _leader(start: Sequence[float], box: Sequence[float]) -> Markup:
    """A line from inside a small state to the nearest edge of its box."""
    dx, dy = start[0] - box[0], start[1] - box[1]
    share = min(_BOX[0] / 2 / abs(dx) if dx else math.inf, _BOX[1] / 2 / abs(dy) if dy else math.inf)
    return Markup(
        '<path class="leader" d="M{:.1f} {:.1f}L{:.1f} {:.1f}"/><circle class="pin" cx="{:.1f}" cy="{:.1f}" r="2"/>'
    ).format(start[0], start[1], box[0] + share * dx, box[1] + share * dy, start[0], start[1])


def _said(held: Geography, shown: Mapping[str, Shade], words: Mapping[str, str]) -> str:
    """How many places have each look, in words."""
    counts = {look: sum(shade.look == look for shade in shown.values()) for look in words if look != NONE}
    counts[NONE] = len(held["places"]) - len(shown)
    said = [f"{words[look]}: {count}" for look, count in counts.items() if count]
    return f"Of {len(held['places'])} places on the map, {'; '.join(said)}."


def _legend(words: Mapping[str, str], ident: Markup) -> Markup:
    """The legend under a map: a sample of each pattern and its words."""
    wide, high = _SWATCH
    items = [
        Markup(
            '<li><svg class="sample" viewBox="0 0 {w:g} {h:g}" width="{w:g}" height="{h:g}" aria-hidden="true" '
            'focusable="false">{look}<rect class="land" x="1" y="1" width="{x:g}" height="{y:g}"/></g></svg> {said}</li>'
        ).format(w=wide, h=high, x=wide - 2, y=high - 2, look=_filled(look, ident), said=said)
        for look, said in words.items()
    ]
    return Markup('<ul class="looks">{}</ul>').format(Markup().join(items))


def _picture(held: Geography, inside: Markup, words: Mapping[str, str], *, ident: Markup, title: str, said: str) -> Markup:
    """One picture with the legend in it, as many entries a line as fit."""
    marks, x, y = [inside], 0.0, held["height"] + 12.0
    for look, label in words.items():
        wide = _SWATCH[0] + _GAP + text_width(label, size=_LETTER)
        if x and x + wide > held["width"]:
            x, y = 0.0, y + _LINE
        marks.append(
            Markup('{}<rect class="land" x="{:.1f}" y="{:.1f}" width="{:g}" height="{:g}"/></g>').format(
                _filled(look, ident), x + 1, y, *_SWATCH
            )
        )
        marks.append(
            Markup('<text class="letters" x="{:.1f}" y="{:.1f}">{}</text>').format(
                x + _SWATCH[0] + _GAP, y + _SWATCH[1] / 2 + 0.36 * _LETTER, label
            )
        )
        x += wide + 2 * _GAP
    size = (held["width"], y + _LINE)
    return frame(ident, title=title, said=said, size=size, inside=Markup().join(marks), kind="outlines")
