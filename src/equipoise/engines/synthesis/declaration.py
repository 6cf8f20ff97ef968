"""The defensible choices of a meta-analysis, as declared before anyone looks at a result.

A declaration is a plain mapping of words, lists and mappings, as YAML gives it; ``docs/multiverse.md`` shows one.
"""

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from equipoise.engines.synthesis.effects import MEASURES, Correct, variance_formulas
from equipoise.engines.synthesis.pooling import OTHER_NAMES, Method, Test

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]
Table = Mapping[str, Sequence[object] | NDArray[np.generic]]
"""Columns of one length by name: one candidate result a row."""

Rule = Literal["largest", "smallest", "newest", "oldest", "first", "last", "value"]

HOW = ("measure", "method", "test", "continuity", "vtype")
"""Factors of how results are pooled; every other factor says which results are."""

MOST_SPECIFICATIONS = 1_000_000
"""A larger grid is refused: nobody could look at it."""

_KNOWN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "measure": MEASURES,
        "method": tuple(method for method in get_args(Method) if method not in ("GENQ", "GENQM")),  # they need weights
        "test": get_args(Test),
        "vtype": tuple(dict.fromkeys(vtype for measure in MEASURES for vtype in variance_formulas(measure))),
    }
)
_BY_NUMBER = ("largest", "smallest", "newest", "oldest")
_DEFAULT = "default"


@dataclass(frozen=True, kw_only=True)
class Continuity:
    """A continuity correction: ``add`` on the rows that ``to`` names; ``drop00`` leaves out two-arm rows that say nothing."""

    to: Correct
    add: float
    drop00: bool = False


@dataclass(frozen=True, kw_only=True)
class Among:
    """The word in ``column`` is one of ``words``, or with ``negated`` none of them; an empty cell is neither."""

    column: str
    words: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, kw_only=True)
class Between:
    """The number in ``column`` lies from ``low`` to ``high``, both included; an empty cell does not."""

    column: str
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Keep:
    """A preference among rows: for the largest (newest) or smallest (oldest) number, a place, or the first of some words."""

    rule: Rule
    column: str = ""
    words: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class OneOf:
    """Of the rows that share a word in ``group``, the one that ``keep`` prefers; a later preference decides among equals."""

    group: str
    keep: tuple[Keep, ...]


Conditions = tuple[Among | Between, ...]
"""Conditions that a row meets all of; none for ``all``."""

Meaning = str | Continuity | None | Conditions | OneOf


@dataclass(frozen=True, kw_only=True)
class Option:
    """A named option of a factor and what it does: a word (None for the usual one), a correction, conditions, or a pick."""

    name: str
    does: Meaning


@dataclass(frozen=True, kw_only=True)
class Factor:
    """A choice to be made, with its options: ``how`` results are pooled, or ``which`` are."""

    name: str
    kind: Literal["how", "which"]
    options: tuple[Option, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the options."""
        return tuple(option.name for option in self.options)


@dataclass(frozen=True, kw_only=True)
class Choices:
    """The declared grid: the five factors of how, then the factors of which in their declared order."""

    factors: tuple[Factor, ...]

    @property
    def specifications(self) -> int:
        """Number of combinations."""
        return math.prod(len(factor.options) for factor in self.factors)

    @property
    def canonical(self) -> str:
        """The grid as JSON that does not depend on the order of factors, options or words, where order has no meaning.

        It has a meaning among picks (``one_of``), each of which chooses from what the one before has left, and within
        ``keep``: there it stays.
        """
        kind: dict[str, dict[str, object]] = {"how": {}, "which": {}}
        for factor in self.factors:
            kind[factor.kind][factor.name] = {option.name: _plain(option.does) for option in factor.options}
        picks = [factor.name for factor in self.factors if any(isinstance(option.does, OneOf) for option in factor.options)]
        return _json({**kind, "order": picks})

    @property
    def declared(self) -> str:
        """SHA-256 of the canonical text: proof, if published beforehand, that the grid came before the result."""
        return hashlib.sha256(self.canonical.encode()).hexdigest()


def choices(declaration: Mapping[str, object]) -> Choices:
    """Read a declaration.

    Parameters
    ----------
    declaration
        ``how`` maps ``measure`` (needed), ``method``, ``test`` and ``vtype`` to lists of words, and ``continuity`` to named
        pairs of ``to`` and ``add``. ``which`` maps a factor to its options, and an option to ``all``, to conditions
        (column to a list of words, ``{not: [...]}`` or ``{from: ..., to: ...}``) or to a pick
        (``{one_of: column, keep: [...]}``). What is not declared has one option: REML, Knapp-Hartung, and the usual
        correction and variance of the measure.

    Raises
    ------
    ValueError
        Anything unclear: what was found, where, and what would be right.
    """
    given = _mapping(declaration, "the declaration", "how and which")
    _known(given, ("how", "which"), "the declaration")
    how = _mapping(given.get("how", {}), "how", "factors")
    _known(how, HOW, "how")
    if "measure" not in how:
        raise ValueError("how names no measure; it should list at least one, such as measure: [OR]")
    which = _mapping(given.get("which", {}), "which", "factors")
    if clash := [name for name in which if name in HOW]:
        raise ValueError(
            f"which has a factor {clash[0]!r}; this word is kept for a factor of how, so it should have another name"
        )
    factors = (*(_how(name, how) for name in HOW), *(_which(name, options) for name, options in which.items()))
    result = Choices(factors=factors)
    if result.specifications > MOST_SPECIFICATIONS:
        raise ValueError(
            f"the grid has {result.specifications:,} specifications; it should have at most {MOST_SPECIFICATIONS:,}"
        )
    return result


def cell(choices: Choices, primary: Mapping[str, str]) -> tuple[int, ...]:
    """Return the option of each factor that the primary specification takes."""
    known = [factor.name for factor in choices.factors]
    if strange := [name for name in primary if name not in known]:
        raise ValueError(f"primary names the factor {strange[0]!r}; it should be one of {', '.join(known)}")
    taken = []
    for factor in choices.factors:
        if factor.name not in primary and len(factor.options) > 1:
            raise ValueError(f"primary says nothing of {factor.name}; it should be one of {', '.join(factor.names)}")
        option = primary.get(factor.name, factor.names[0])
        option = OTHER_NAMES.get(option, option) if factor.name in ("method", "test") else option
        if option not in factor.names:
            raise ValueError(f"primary has {factor.name} {option!r}; it should be one of {', '.join(factor.names)}")
        taken.append(factor.names.index(option))
    return tuple(taken)


def grid(sizes: Sequence[int]) -> NDArray[np.int16]:
    """Return all combinations of options, one a row, the last factor changing fastest."""
    return np.indices(tuple(sizes), dtype=np.int16).reshape(len(sizes), -1).T if sizes else np.zeros((1, 0), dtype=np.int16)


def chosen(table: Table, rows: int, which: Sequence[Factor]) -> tuple[Flags, list[str]]:
    """Return the rows of each combination of the factors of which, shape (W, n), and in order why some have none.

    Conditions of all factors hold first; picks then choose, factor by factor, from what is left.
    """
    choice = grid([len(factor.options) for factor in which])
    rows_of = np.ones((choice.shape[0], rows), dtype=np.bool_)
    for factor, taken in zip(which, choice.T, strict=True):
        for at, option in enumerate(factor.options):
            if isinstance(option.does, tuple):
                rows_of[taken == at] &= included(option.does, table, f"{factor.name}: {option.name}")
    for factor, taken in zip(which, choice.T, strict=True):
        for at, option in enumerate(factor.options):
            if isinstance(option.does, OneOf):
                rows_of[taken == at] = picked(option.does, table, rows_of[taken == at], f"{factor.name}: {option.name}")
    empty = []
    for options in choice[~rows_of.any(axis=1)].tolist():
        taken_by = zip(which, options, strict=True)
        rules = [f"{factor.name}: {factor.names[at]}" for factor, at in taken_by if factor.options[at].does]
        empty.append(f"no row is left by {', '.join(rules)}" if rules else "there is no row")
    return rows_of, empty


def _how(name: str, how: Mapping[str, object]) -> Factor:
    place = f"how.{name}"
    if name == "continuity":
        return _continuity(how, place)
    defaults = {"method": "REML", "test": "knapp-hartung"}
    if name not in how:
        word = defaults.get(name)
        return Factor(name=name, kind="how", options=(Option(name=word or _DEFAULT, does=word),))
    words = [OTHER_NAMES.get(word, word) for word in _words(how[name], place)]
    for word in words:
        if word not in _KNOWN[name]:
            raise ValueError(f"{place} lists {word!r}; it should be one of {', '.join(_KNOWN[name])}")
    _different(words, place)
    return Factor(name=name, kind="how", options=tuple(Option(name=word, does=word) for word in words))


def _continuity(how: Mapping[str, object], place: str) -> Factor:
    if "continuity" not in how:
        return Factor(name="continuity", kind="how", options=(Option(name=_DEFAULT, does=None),))
    options = []
    for name, found in _mapping(how["continuity"], place, "named corrections").items():
        here = f"{place}.{name}"
        pair = _mapping(found, here, "to and add, such as {to: only0, add: 0.5}")
        _known(pair, ("to", "add", "drop00"), here)
        if not {"to", "add"} <= pair.keys():
            raise ValueError(
                f"{here} has {', '.join(pair) or 'nothing'}; it should say both to and add, such as {{to: only0, add: 0.5}}"
            )
        to, add = pair["to"], _number(pair["add"], f"{here}.add")
        if to not in get_args(Correct):
            raise ValueError(f"{here}.to is {to!r}; it should be one of {', '.join(get_args(Correct))}")
        if not 0 <= add < math.inf:
            raise ValueError(f"{here}.add is {add:g}; it should be 0 or more, such as 0.5")
        drop00 = {"true": True, "false": False}.get(str(pair.get("drop00", "false")).lower())
        if drop00 is None:
            raise ValueError(f"{here}.drop00 is {pair['drop00']!r}; it should be true or false")
        options.append(Option(name=name, does=Continuity(to=to, add=add, drop00=drop00)))  # type: ignore[arg-type] # just checked
    return Factor(name="continuity", kind="how", options=_some(options, place))


def _which(name: str, found: object) -> Factor:
    place = f"which.{name}"
    options = [
        Option(name=option, does=_rule(rule, f"{place}.{option}"))
        for option, rule in _mapping(found, place, "options by name").items()
    ]
    return Factor(name=name, kind="which", options=_some(options, place))


def _rule(found: object, place: str) -> Conditions | OneOf:
    if found == "all":
        return ()
    if not isinstance(found, Mapping) or not found:
        raise ValueError(f"{place} is {found!r}; it should be all, conditions on columns, or one_of with keep")
    rule = _mapping(found, place, "columns")
    if "one_of" not in rule:
        return tuple(_condition(column, condition, f"{place}.{column}") for column, condition in rule.items())
    if rule.keys() != {"one_of", "keep"}:
        raise ValueError(
            f"{place} has {', '.join(rule)}; a pick should have one_of and keep alone, and conditions a factor of their own"
        )
    return OneOf(group=_word(rule["one_of"], f"{place}.one_of"), keep=tuple(_keeps(rule["keep"], f"{place}.keep")))


def _condition(column: str, found: object, place: str) -> Among | Between:
    if not isinstance(found, Mapping):
        return Among(column=column, words=_words(found, place))
    test = _mapping(found, place, "a list, not, or from and to")
    if test.keys() == {"not"}:
        return Among(column=column, words=_words(test["not"], f"{place}.not"), negated=True)
    if not test or not test.keys() <= {"from", "to"}:
        raise ValueError(
            f"{place} has {', '.join(test) or 'nothing'}; it should be a list, {{not: [...]}} or {{from: ..., to: ...}}"
        )
    low, high = (
        _number(test[end], f"{place}.{end}") if end in test else default
        for end, default in (("from", -math.inf), ("to", math.inf))
    )
    if low > high:
        raise ValueError(f"{place} runs from {low:g} to {high:g}; from should not exceed to")
    return Between(column=column, low=low, high=high)


def _keeps(found: object, place: str) -> Iterator[Keep]:
    """Yield the preferences of a pick; one alone needs no list."""
    rules = found if isinstance(found, list | tuple) else [found]
    if not rules:
        raise ValueError(f"{place} is empty; it should say which row to keep, such as first or {{largest: total}}")
    for rule in rules:
        if rule in ("first", "last"):
            yield Keep(rule=rule)
            continue
        if not isinstance(rule, Mapping) or len(rule) != 1:
            raise ValueError(f"{place} holds {rule!r}; it should be first, last, {{largest: column}} or {{column: [words]}}")
        ((key, value),) = rule.items()
        if key in _BY_NUMBER:
            yield Keep(rule=key, column=_word(value, f"{place}.{key}"))
        else:
            yield Keep(rule="value", column=_word(key, place), words=_words(value, f"{place}.{key}"))


def _plain(does: Meaning) -> object:
    """Return what an option does as JSON can say it, in one order."""
    if isinstance(does, Continuity):
        return {"to": does.to, "add": does.add, "drop00": does.drop00}
    if isinstance(does, OneOf):
        return {"one_of": does.group, "keep": [[keep.rule, keep.column, list(keep.words)] for keep in does.keep]}
    if isinstance(does, tuple):
        return sorted((_plain_condition(condition) for condition in does), key=_json)
    return does


def _json(value: object) -> str:
    """Return words, numbers, lists and mappings as JSON, keys in order and no spaces: one text for one value, for ever."""
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{_json(key)}:{_json(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_json, value)) + "]"
    if isinstance(value, str):
        return '"' + "".join(f"\\u{ord(one):04x}" if one < " " or one in '"\\' else one for one in value) + '"'
    return {None: "null", True: "true", False: "false"}[value] if value is None or isinstance(value, bool) else repr(value)


def _plain_condition(condition: Among | Between) -> list[object]:
    if isinstance(condition, Among):
        return [condition.column, "not" if condition.negated else "in", sorted(condition.words)]
    ends = (condition.low, condition.high)
    return [condition.column, "between", *(end if math.isfinite(end) else None for end in ends)]


def _mapping(found: object, place: str, right: str) -> Mapping[str, object]:
    if not isinstance(found, Mapping):
        raise ValueError(f"{place} is {found!r}; it should be a mapping of {right}")  # noqa: TRY004 - a fault of a file
    for key in found:
        _word(key, f"a name in {place}")
    return {_word(key, place): value for key, value in found.items()}


def _known(found: Mapping[str, object], known: Sequence[str], place: str) -> None:
    if strange := [key for key in found if key not in known]:
        raise ValueError(f"{place} has {strange[0]!r}; it should have no other keys than {', '.join(known)}")


def _some(options: list[Option], place: str) -> tuple[Option, ...]:
    if not options:
        raise ValueError(f"{place} has no options; it should have at least one")
    return tuple(options)


def _words(found: object, place: str) -> tuple[str, ...]:
    if not isinstance(found, list | tuple) or not found:
        raise ValueError(f"{place} is {found!r}; it should be a list of at least one word, such as [low, some concerns]")
    words = tuple(_word(word, place) for word in found)
    _different(words, place)
    return words


def _word(found: object, place: str) -> str:
    if isinstance(found, bool):
        raise ValueError(f"{place} holds {found}; YAML reads words such as NO, off and yes so: it should stand in quotes")  # noqa: TRY004
    if isinstance(found, int | float | str) and (word := text(found)) is not None:
        return word
    raise ValueError(f"{place} holds {found!r}; it should be a word")


def _number(found: object, place: str) -> float:
    if isinstance(found, int | float | str) and not isinstance(found, bool):
        try:
            number = float(found)
        except ValueError:
            number = math.nan
        if not math.isnan(number):
            return number
    raise ValueError(f"{place} is {found!r}; it should be a number")


def _different(words: Sequence[str], place: str) -> None:
    if twice := [word for at, word in enumerate(words) if word in words[:at]]:
        raise ValueError(f"{place} has {twice[0]!r} twice; each should stand there once")


def text(cell: object) -> str | None:
    """Return a cell as a word, whole numbers without a point, and None for an empty one (None, not a number, or blanks)."""
    if cell is None:
        return None
    if isinstance(cell, float | np.floating):
        if math.isnan(cell):
            return None
        return str(int(cell)) if float(cell).is_integer() else repr(float(cell))
    return str(cell).strip() or None


def included(does: Conditions, table: Table, place: str) -> Flags:
    """Return which rows of a table meet all conditions; ``place`` names the option in errors."""
    rows = len(next(iter(table.values())))
    chosen = np.ones(rows, dtype=np.bool_)
    for condition in does:
        cells = _column(table, condition.column, place)
        if isinstance(condition, Among):
            here = [cell is not None and (cell in condition.words) != condition.negated for cell in map(text, cells)]
            chosen &= np.array(here, dtype=np.bool_)
        else:
            found = numbers(cells, f"{place}: {condition.column}")
            chosen &= (found >= condition.low) & (found <= condition.high)
    return chosen


def picked(one_of: OneOf, table: Table, chosen: Flags, place: str) -> Flags:
    """Return, for each set of rows (shape (W, n)), the one row that is kept of each group.

    Rows without a word in the group's column count for themselves; rows without any of the words that a preference lists
    are not kept. Equals that no preference tells apart raise ValueError.
    """
    names = [text(cell) for cell in _column(table, one_of.group, place)]
    rank, able = _ranks(one_of.keep, table, place)
    result = chosen & able
    groups: dict[str, list[int]] = {}
    for row, name in enumerate(names):
        if name is not None:
            groups.setdefault(name, []).append(row)
    for name, members in groups.items():
        rows = np.array(sorted(members, key=lambda row: rank[row]))
        here = result[:, rows]
        best = np.where(here, rank[rows], np.iinfo(np.int64).max).min(axis=1)
        kept = here & (rank[rows] == best[:, None])
        if (alike := np.flatnonzero(kept.sum(axis=1) > 1)).size:
            first, second = (int(row) for row in rows[kept[alike[0]]][:2])
            raise ValueError(
                f"{place}: rows {first} and {second} of {one_of.group} {name} are equal by what keep says; "
                "it should end with a rule that decides, such as first"
            )
        result[:, rows] = kept
    return result


def _ranks(keep: Sequence[Keep], table: Table, place: str) -> tuple[NDArray[np.int64], Flags]:
    """Return the place of each row in the order of preference (0 is best, equals share one), and which may be kept at all."""
    rows = len(next(iter(table.values())))
    able = np.ones(rows, dtype=np.bool_)
    keys = []
    for rule in keep:
        if rule.rule in ("first", "last"):
            key = np.arange(rows, dtype=np.float64)
        elif rule.rule == "value":
            words = [text(cell) for cell in _column(table, rule.column, place)]
            key = np.array([rule.words.index(word) if word in rule.words else math.inf for word in words])
            able &= np.isfinite(key)
        else:
            key = numbers(_column(table, rule.column, place), f"{place}: {rule.column}")
        keys.append(-key if rule.rule in ("last", "largest", "newest") else key)
    keys = [np.where(np.isnan(key), math.inf, key) for key in keys]  # an empty cell is the last resort
    _, rank = np.unique(np.stack(keys, axis=1), axis=0, return_inverse=True)
    return rank.reshape(-1).astype(np.int64), able


def _column(table: Table, name: str, place: str) -> list[object]:
    if name not in table:
        raise ValueError(f"{place} asks for the column {name!r}; it should be one of {', '.join(table)}")
    return list(table[name])


def numbers(cells: Sequence[object] | NDArray[np.generic], name: str) -> Floats:
    """Return cells as numbers, NaN for an empty one; ``name`` names their column in errors."""
    found = np.full(len(cells), math.nan)
    for row, cell in enumerate(cells):
        if (word := text(cell)) is None:
            continue
        try:
            found[row] = float(word)
        except ValueError:
            raise ValueError(f"{name} of row {row} is {word!r}; it should be a number") from None
    return found
