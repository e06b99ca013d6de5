"""The canonical form of a spec: keys in order, layers on lines, every comment and value kept."""

from collections.abc import Callable
from typing import Any, TypeAlias

import yaml

from mnetcost.problems import TOP, Collector, Origin, Problem, SpecError
from mnetcost.spec.nodes import Entries, Items, Node, Scalar, read_nodes

ORDER = (
    *("mnetcost", "name", "source", "input", "width", "knobs"),
    *("variants", "defaults", "blocks", "layers", "expect", "budget"),
)
MAX_ROUNDS = 4  # a comment that moves is at rest after two

Tree: TypeAlias = tuple[Any, ...]


def canonical(origin: Origin) -> str:
    """The spec in canonical form.

    Raises SpecError where the text is no YAML, or where a comment or value would be lost, and
    UsageError where ruamel.yaml is not installed.
    """
    root = _read(origin)
    ordered = _in_order(origin, root)
    text = _settle(origin, ordered)
    try:
        same = _tree(_read(Origin(origin.label, text))) == _tree(root)
        kept = _comments(text) == _comments(ordered)
    except (SpecError, yaml.YAMLError):
        same = kept = False
    if not same:
        raise _refusal(origin, "the canonical form would hold other values")
    if not kept:
        raise _refusal(origin, "the canonical form would lose a comment")
    return text


def _settle(origin: Origin, text: str) -> str:
    """The text after as many rounds as it takes until nothing moves."""
    for _ in range(MAX_ROUNDS):
        before, text = text, _round_trip(Origin(origin.label, text))
        if text == before:
            return text
    raise _refusal(origin, "the canonical form does not come to rest")


def _refusal(origin: Origin, message: str) -> SpecError:
    expected = "comments on lines of their own, or at the end of a whole entry"
    return SpecError([Problem(origin.label, TOP, "format", message, expected)])


def _read(origin: Origin) -> Entries:
    """The located nodes of a spec, which is a mapping. Raises SpecError."""
    collector = Collector(origin)
    root = read_nodes(collector)
    collector.raise_if_any()
    if not isinstance(root, Entries):
        raise SpecError([Problem(origin.label, TOP, "wrong-type", "the spec is not a mapping")])
    return root


def _tree(node: Node, depth: int = 0) -> Tree:
    """A node's texts without their places. The order counts, but not that of the top-level keys."""
    match node:
        case Scalar():
            return ("text", node.text, node.plain)
        case Items():
            return ("list", *(_tree(one, depth + 1) for one in node.nodes))
        case Entries():
            pairs = [
                (key.text, key.plain, _tree(value, depth + 1)) for key, value in node.nodes.values()
            ]
            return ("mapping", *(pairs if depth else sorted(pairs, key=lambda pair: pair[0])))
    return ()


def _comments(text: str) -> list[tuple[str, str, str]]:
    """The comments, each with the value that it stands after on a line, or above.

    They are what fills the gaps between the tokens.
    """
    found: list[tuple[str, str, str]] = []
    above: list[str] = []
    end, last = 0, ""
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        beside, whole = _gap(text, end, token.start_mark.index)
        found += [(comment, "after", last) for comment in beside]
        above += whole
        end = max(end, token.end_mark.index)
        if isinstance(token, yaml.ScalarToken):
            if token.style in ("|", ">"):  # the one token that a comment can stand in
                head = text.find("\n", token.start_mark.index)
                beside, _ = _gap(text, token.start_mark.index, head)
                found += [(comment, "after", last) for comment in beside]
            last = token.value
            found += [(comment, "above", last) for comment in above]
            above = []
    return sorted(found + [(comment, "above", "") for comment in above])


def _gap(text: str, start: int, end: int) -> tuple[list[str], list[str]]:
    """The comments in a gap: those after something on its line, and those on lines of their own."""
    lines = text[start:end].splitlines()
    comments = [line[line.index("#") :].rstrip() if "#" in line else "" for line in lines]
    beside = 1 if start > 0 and text[start - 1] != "\n" else 0
    return list(filter(None, comments[:beside])), list(filter(None, comments[beside:]))


def _rank(name: str) -> int:
    return ORDER.index(name) if name in ORDER else len(ORDER)


def _in_order(origin: Origin, root: Entries) -> str:
    """The text with its top-level sections in order, each with the comments right above its key."""
    keys = [key for key, _ in root.nodes.values()]
    if not keys or any(key.mark.column > 1 for key in keys):
        return origin.text  # in braces: put in order once it is read
    lines = origin.lines()
    if not lines[-1]:
        lines.pop()
    starts = [_first_line(lines, key.mark.line - 1) for key in keys]
    if starts[0] == 0:
        starts[0] = keys[0].mark.line - 1  # the comment that heads the file stays there
    sections = {
        key.text: lines[start:end]
        for key, start, end in zip(keys, starts, [*starts[1:], len(lines)])
    }
    ordered = (line for name in sorted(sections, key=_rank) for line in sections[name])
    return "\n".join([*lines[: starts[0]], *ordered, ""])


def _first_line(lines: list[str], line: int) -> int:
    """Where the comments right above a line begin."""
    while line > 0 and lines[line - 1].startswith("#"):
        line -= 1
    return line


def _round_trip(origin: Origin) -> str:
    from mnetcost.spec.roundtrip import Broken, dump, load

    try:
        root = load(origin.text)
        _lay_out(root)
        return dump(root)
    except Broken as error:
        words = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise _refusal(origin, f"cannot be written: {words}") from None


def _lay_out(root: Any) -> None:
    """Set which mappings and lists stand on one line."""
    root.fa.set_block_style()
    for key in sorted(root, key=_rank):
        root.move_to_end(key)
    for key in filter(root.__contains__, ORDER):
        if key in ("input", "width", "knobs"):
            _flow(root, key)
        elif key == "layers":
            _layers(root, key)
        elif key == "blocks":
            _each(root, key, _lay_out_block)
        elif key in ("defaults", "expect", "variants"):
            _each(root, key, _flow)
        elif key == "budget":
            _budget(root, key)


def _budget(root: Any, key: str) -> None:
    """Lay out a budget, or a list of them."""
    if isinstance(root[key], list):
        _each(root, key, _flow)
    else:
        _flow(root, key)


def _each(parent: Any, place: Any, lay_out: Callable[[Any, Any], None]) -> None:
    """Give a collection lines of its own, and lay out what is in it."""
    value = parent[place]
    if _block(parent, place):
        for one in value if isinstance(value, dict) else range(len(value)):
            lay_out(value, one)


def _lay_out_block(parent: Any, place: Any) -> None:
    if isinstance(parent[place], dict):
        _each(parent, place, _lay_out_key)


def _layers(parent: Any, place: Any) -> None:
    """Lay out a list of layers."""
    if isinstance(parent[place], list):
        _each(parent, place, _entry)


def _entry(parent: Any, place: Any) -> None:
    """Lay out a layer, or another entry of a list of layers."""
    if isinstance(parent[place], dict):
        _each(parent, place, _lay_out_key)


def _lay_out_key(parent: Any, place: Any) -> None:
    """Lay out the value of a key of an entry, branch or block."""
    if place == "layers":
        _layers(parent, place)
    elif place == "branches" and isinstance(parent[place], list):
        _each(parent, place, _branch)
    elif place == "values" and isinstance(parent[place], list):
        _each(parent, place, _flow)
    else:
        _flow(parent, place)


def _branch(parent: Any, place: Any) -> None:
    branch = parent[place]
    if isinstance(branch, list):
        _layers(parent, place)
    elif isinstance(branch, dict):
        _entry(parent, place)


def _block(parent: Any, place: Any) -> bool:
    """Give a collection lines of its own; whether it is one with something in it."""
    from mnetcost.spec.roundtrip import sink_comment

    value = parent[place]
    if not _holds(value) or not value:
        return False
    sink_comment(parent, place)
    value.fa.set_block_style()
    return True


def _flow(parent: Any, place: Any) -> None:
    """Put the collection at `place` on one line, unless comments stand within it."""
    from mnetcost.spec.roundtrip import lift_comment

    value = parent[place]
    if _holds(value) and _fits(value) and lift_comment(parent, place):
        value.fa.set_flow_style()


def _fits(value: Any) -> bool:
    """Whether no text within would end early between braces: an expression with a comma."""
    if isinstance(value, dict):
        return all(map(_fits, value.values()))
    if isinstance(value, list):
        return all(map(_fits, value))
    return not set(str(value)) & set(",[]{}") or _quoted(value)


def _quoted(value: Any) -> bool:
    return type(value).__name__ in ("DoubleQuotedScalarString", "SingleQuotedScalarString")


def _holds(value: Any) -> bool:
    return isinstance(value, (dict, list))
