"""Blocks, their calls and rows as lines of a spec."""

from collections.abc import Iterator, Mapping, Sequence

from mnetcost.importing.folding.blocks import Block
from mnetcost.importing.folding.conditions import lines_of
from mnetcost.importing.folding.names import unused
from mnetcost.importing.folding.parameters import Body, Joined, Line
from mnetcost.importing.folding.rows import Call
from mnetcost.importing.spelling import quoted, written
from mnetcost.spec.blocks import BLOCK_INPUT
from mnetcost.spec.builder import MERGES

QUOTE = '"'
MERGED = {"axis", "name", "when", "from"}  # keys that branches have too


def block_lines(name: str, block: Block) -> Iterator[str]:
    """The definition of a block."""
    yield f"  {name}:"
    if block.takes:
        yield f"    takes: {_flow(block.takes)}"
    yield "    layers:"
    yield from _layers(block)
    if block.residual:
        yield f"    residual: {_scalar(block.residual)}"


def call_lines(name: str, block: Block, call: Call, called: str, start: str) -> Iterator[str]:
    """One call of a block; it reads `start`, "" for what is before it.

    Where only the first of repeated parts has some values, that is a call of its own.
    """
    values = [call.values]
    count = len(call.parts)
    if count > 1 and any(call.values[key] != block.usual[key] for key in block.first):
        values.append({**call.values, **{key: block.usual[key] for key in block.first}})
    for number, one in enumerate(values):
        last = number == len(values) - 1
        keys = {"name": quoted(called)} if called and last else {}
        keys |= {"from": quoted(start)} if start and not number else {}
        keys |= {key: value for key, value in one.items() if value != block.takes[key]}
        times = count - number if last else 1
        keys |= {"repeat": str(times)} if times > 1 else {}
        yield f"  - {written(name, keys)}"


def row_lines(
    name: str, block: Block, rows: Sequence[Call], called: Sequence[str]
) -> Iterator[str]:
    """Calls of a block that follow each other as rows; `called` are their names, or none."""
    keys = [
        key
        for key, default in block.takes.items()
        if not default or any(row.values[key] != default for row in rows)
    ]
    repeated = any(len(row.parts) > 1 for row in rows)
    once = [key for key in keys if key in block.first] if repeated else []
    keys = [key for key in keys if key not in once]
    columns = ["name"] if called else []
    columns += [*keys, *(["repeat"] if repeated else []), *once]
    table: list[list[str]] = []
    for number, row in enumerate(rows):
        values = {**row.values, "repeat": str(len(row.parts))}
        values |= {"name": quoted(called[number])} if called else {}
        table.append([values[column] for column in columns])
    yield f"  - rows: {name}"
    yield f"    columns: [{', '.join(columns)}]"
    if once:
        yield f"    first: [{', '.join(once)}]"
    yield "    values:"
    widths = [max(map(len, column)) for column in zip(*table)]
    for cells in table:
        texts = [
            cell.rjust(width) if cell.isdecimal() else cell.ljust(width)
            for cell, width in zip(cells, widths)
        ]
        yield f"      - [{', '.join(texts)}]"


def _flow(keys: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{key}: {text}" for key, text in keys.items()) + "}"


def _scalar(text: str) -> str:
    """An expression as a value between braces: in quotes where it has a comma."""
    plain = "," not in text and not text.startswith(("[", "{"))
    return text if plain else text if text.startswith(("[", "{", '"')) else f'"{text}"'


def _layers(block: Block) -> Iterator[str]:
    taken = {line.keys.get("name", "") for line in lines_of(block.body)}
    _give_names(block.body, None, taken)
    for first, text in _list(block.body, BLOCK_INPUT):
        yield f"      {'- ' if first else '  '}{text}"


def _is_merged(one: Joined) -> bool:
    """Whether branches say it, as they do of joins that need no more keys."""
    return one.line.word in MERGES and one.line.keys.keys() <= MERGED


def _give_names(body: Body, before: Line | None, taken: set[str]) -> None:
    """Name what layers that do not follow it directly read; `before` is what the list reads."""
    for one in body:
        if isinstance(one, Joined):
            apart = not _is_merged(one)
            if apart and before:
                _name(before, taken)
            for branch in filter(None, one.branches):
                _give_names(branch, before, taken)
                if apart:
                    _name(end_of(branch), taken)
        before = one.line if isinstance(one, Joined) else one


def _name(line: Line, taken: set[str]) -> None:
    if "name" not in line.keys:
        name = unused("part", taken)
        taken.add(name)
        keys = {"name": name, **line.keys}
        line.keys.clear()
        line.keys.update(keys)


def start_of(body: Body) -> Line:
    """The layer that a list begins with."""
    first = body[0]
    while isinstance(first, Joined):
        branch = next(filter(None, first.branches), None)
        if branch is None:
            return first.line
        first = branch[0]
    return first


def end_of(body: Body) -> Line:
    """The layer whose map a list gives."""
    last = body[-1]
    return last.line if isinstance(last, Joined) else last


def _list(body: Body, start: str, apart: bool = False) -> Iterator[tuple[bool, str]]:
    """The lines of a list, and which of them begin an entry; it begins at the map `start`.

    Where that is `apart`, not directly before the list, its first layer says that it reads it.
    """
    at = start
    for one in body:
        if isinstance(one, Line):
            yield True, written(one.word, _reading(one, at if apart else ""))
            at = one.keys.get("name", "")
        else:
            yield from (_branches if _is_merged(one) else _apart)(one, at, apart)
            at = one.line.keys.get("name", "")
        apart = False


def _reading(line: Line, *names: str) -> dict[str, str]:
    """The keys of a layer that reads these maps, or what is before it."""
    said = ", ".join(filter(None, names))
    keys = {"name": line.keys.get("name", ""), "from": f"[{said}]" if len(names) > 1 else said}
    return {key: text for key, text in {**keys, **line.keys}.items() if text}


def _branches(one: Joined, start: str, apart: bool) -> Iterator[tuple[bool, str]]:
    """Branches that begin at one map and are merged."""
    yield True, "branches:"
    for branch in one.branches:
        if not branch:
            yield False, "  - []"
        for number, (begins, text) in enumerate(_list(branch, start)):
            yield False, f"  {'  ' if number else '- '}{'- ' if begins else '  '}{text}"
    yield False, f"merge: {one.line.word}"
    for key, text in _reading(one.line, start if apart else "").items():
        yield False, f"{key}: {text}"


def _apart(one: Joined, start: str, apart: bool) -> Iterator[tuple[bool, str]]:
    """Branches one after the other, and the layer that reads all of them by their names."""
    ends = []
    for branch in one.branches:
        ends.append(end_of(branch).keys["name"] if branch else start)
        if not branch:
            continue
        if apart and not all(start_of(branch).there):
            yield True, written("identity", {"from": start})
            apart = False
        yield from _list(branch, start, apart)
        if not all(end_of(branch).there):
            ends[-1] = quoted(f"{ends[-1].strip(QUOTE)}_end")
            yield True, written("identity", {"name": ends[-1]})
        apart = True
    yield True, written(one.line.word, _reading(one.line, *ends))
