"""The gazetteer: every place that a law can belong to, by its code, and what is near a name that is none.

Names alone are never taken for a place: "Georgia" is a country and a state. The files of US counties and municipalities are
read when the first place of their kind is asked for.
"""

import csv
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from equipoise.records.faults import EvidenceError, Fault

NATIONS, COUNTIES, MUNICIPALITIES = "nations", "us-counties", "us-municipalities"
COLUMNS = ("id", "name", "kind", "parent", "code", "zone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place: ``US-CA/San Diego``, in ``US-CA/San Diego County``; ``code`` is ISO 3166, an OCD division or a Census GEOID.

    ``zone`` is an IANA time zone, or None where the place has several. ``level``: nation, state, county or municipality.
    """

    id: str
    name: str
    kind: str
    parent: str | None
    code: str
    zone: str | None
    level: str


_TERRITORIES = frozenset({"as", "gu", "mp", "pr", "vi"})
"""Areas of the United States that ISO 3166 lists as countries too: one place, under the law of the United States."""
_RESERVED = {
    **dict.fromkeys(("uk", "england", "scotland", "wales", "northern ireland", "britain", "great britain"), "GB"),
    **dict.fromkeys(("america", "u.s.", "u.s.a.", "united states of america"), "US"),
    "el": "GR",
    "holland": "NL",
    "deutschland": "DE",
    "osterreich": "AT",
    "espana": "ES",
}
"""What people write in place of a code: letters that ISO 3166 keeps for them, names of parts, and a country's own name."""


def folded(text: str) -> str:
    """A name without case and accents, to look it up by."""
    if text.isascii():
        return text.casefold().strip()
    plain = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold().strip()


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """The places of one evidence folder."""

    folder: Path
    _lines: dict[str, Mapping[str, Sequence[str]]] = field(default_factory=dict, repr=False, compare=False)
    _rows: dict[tuple[str, str], Mapping[str, Sequence[str]]] = field(default_factory=dict, repr=False, compare=False)
    _names: dict[tuple[str, ...], Mapping[str, Sequence[str]]] = field(default_factory=dict, repr=False, compare=False)

    def find(self, name: str) -> Spot | None:
        """The place with this code, whatever its case; None where there is none."""
        key = "/".join(part.strip() for part in folded(name).split("/"))
        if "/" not in key:
            return self._spot(NATIONS, key) or (self._spot(NATIONS, f"us-{key}") if key in _TERRITORIES else None)
        state = key.partition("/")[0].upper()
        return self._spot(COUNTIES, key, state) or self._spot(MUNICIPALITIES, key, state)

    def stack(self, spot: Spot) -> tuple[Spot, ...]:
        """The place and all around it, the widest first."""
        around = None if spot.parent is None else self.find(spot.parent)
        return (spot,) if around is None else (*self.stack(around), spot)

    def near(self, name: str, most: int = 5) -> list[str]:
        """Codes of places that may be meant: those so named first, then those written alike.

        A misspelt town is looked for in the state that is written before it alone.
        """
        from difflib import get_close_matches  # noqa: PLC0415 - for an error alone

        whole = folded(name)
        within, _, tail = whole.rpartition("/")
        nations = self._called((NATIONS,))
        everywhere = within or whole not in nations
        spots = self._called((NATIONS, COUNTIES, MUNICIPALITIES)) if everywhere else nations
        named = [*spots.get(tail, ())]
        named += [_RESERVED[whole]] if whole in _RESERVED else []
        named.sort(key=lambda code: (not folded(code).startswith(within), code.count("/"), code))
        keys = {key: [key] for key in self._beside(within)} if within else nations
        alike = [code for key in get_close_matches(whole, keys, n=most, cutoff=0.75) for code in keys[key]]
        return list(dict.fromkeys([*named, *(spot.id for code in alike if (spot := self.find(code)) is not None)]))[:most]

    def _called(self, tables: tuple[str, ...]) -> Mapping[str, Sequence[str]]:
        """Codes by what people call a place: its name, its code, and the last part of its code."""
        held = self._names.get(tables)
        if held is None:
            names: dict[str, list[str]] = {}
            for table in tables:
                for spot in self.table(table).values():
                    key = folded(spot.id)
                    for called in {folded(spot.name), key, key.rpartition("/")[2], _last(spot), folded(spot.code)}:
                        names.setdefault(called, []).append(spot.id)
            held = self._names[tables] = names
        return held

    def _beside(self, state: str) -> Iterator[str]:
        """The folded codes of the counties and towns of a state."""
        for table in (COUNTIES, MUNICIPALITIES):
            yield from self._cells(table, state.upper())

    def table(self, name: str) -> Mapping[str, Spot]:
        """The places of one file by their folded codes.

        Raises
        ------
        EvidenceError
            The file is not there, or is not a table of places.
        """
        return {key: _spot(name, cells) for key, cells in self._cells(name).items()}

    def _spot(self, name: str, key: str, state: str = "") -> Spot | None:
        cells = self._cells(name, state).get(key)
        return None if cells is None else _spot(name, cells)

    def _cells(self, name: str, state: str = "") -> Mapping[str, Sequence[str]]:
        """The rows of one file, or of one state in it, by their folded codes; a row becomes a place when it is asked for."""
        held = self._rows.get((name, state))
        if held is None:
            if name not in self._lines:
                self._lines[name] = _by_state(self.folder / f"{name}.csv")
            lines = self._lines[name]
            chosen = lines.get(state, ()) if state else [line for listed in lines.values() for line in listed]
            held = self._rows[name, state] = {folded(cells[0]): cells for cells in _split(name, chosen)}
        return held


def _last(spot: Spot) -> str:
    """The last part of an ISO code, by which people call a state: TN."""
    return folded(spot.id).rpartition("-")[2]


def _by_state(path: Path) -> Mapping[str, Sequence[str]]:
    """The lines of a table by what stands before the slash of a code; they are read as places when they are asked for."""
    file = f"gazetteer/{path.name}"
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as refused:
        raise EvidenceError((Fault(file, 0, "", f"cannot be opened ({refused.strerror}); should be a table"),)) from refused
    except UnicodeDecodeError as refused:
        raise EvidenceError((Fault(file, 0, "", "is not UTF-8; should be saved as UTF-8"),)) from refused
    header, *lines = text.splitlines() or [""]
    if header != ",".join(COLUMNS):
        raise EvidenceError((Fault(file, 1, "", f"has other columns; should have {', '.join(COLUMNS)}"),))
    states: dict[str, list[str]] = {}
    for line in lines:
        states.setdefault(line.lstrip('"').partition(",")[0].partition("/")[0], []).append(line)
    return states


def _split(table: str, lines: Iterable[str]) -> Iterator[Sequence[str]]:
    for cells in csv.reader(lines):
        if len(cells) != len(COLUMNS):
            found = f"has {len(cells)} cells beside {cells[0]!r}; should have {len(COLUMNS)}"
            raise EvidenceError((Fault(f"gazetteer/{table}.csv", 0, "", found),))
        yield cells


def _spot(table: str, cells: Sequence[str]) -> Spot:
    ident, name, kind, parent, code, zone = cells
    return Spot(
        id=ident,
        name=name,
        kind=kind,
        parent=None if parent == "none" else parent,
        code=code,
        zone=None if zone in ("several", "none") else zone,
        level=_level(table, ident),
    )


def _level(table: str, ident: str) -> str:
    if table == NATIONS:
        return "state" if "-" in ident else "nation"
    return "county" if table == COUNTIES else "municipality"
