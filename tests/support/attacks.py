"""Specs of at most a mebibyte that are made to cost much, one of each kind of work."""

HEAD = "input: {height: 8, width: 12, channels: 8}\nlayers:\n"
TURNS = 9_990


def _turns(layers: str, head: str = HEAD) -> str:
    """A repeat of layers as often as there may be layers."""
    return f"{head}  - repeat: {TURNS}\n    layers: [{layers}]\n"


def _fill(head: str, line: str, tail: str = "") -> str:
    """Nearly a mebibyte of one line."""
    return head + line * ((2**20 - len(head) - len(tail)) // len(line)) + tail


def _filled(head: str, lines: str, tail: str = "") -> str:
    """Nearly a mebibyte of lines, each with its number."""
    found, size, number = [], len(head) + len(tail), 0
    while size + len(line := lines.format(number)) < 2**20:
        found.append(line)
        size, number = size + len(line.encode()), number + 1
    return head + "".join(found) + tail


def _names(count: int, word: str = "k") -> list[str]:
    return [f"{word}{number}" for number in range(count)]


def _mapping(names: list[str], value: str = "1") -> str:
    return "{" + ", ".join(f"{name}: {value}" for name in names) + "}"


def _block(takes: str, layers: str, calls: str) -> str:
    return f"blocks: {{b: {{takes: {takes}, layers: [{layers}]}}}}\n{HEAD}{calls}"


_LONG = "$here" + " + 0 * 7 - 0" * 16
_LISTS = "".join(
    f"  b{level}: {{layers: {'[{branches: [' * 14}[b{level + 1}]{']}]' * 14}}}\n"
    for level in range(20)
)
_ROW = "[" + ", ".join("1" * 1 for _ in range(1_000)) + "]"
_ALIASES = "a: &a [lol]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi")
)

# What is refused, or is a network: each within the bounds.
ATTACKS = {
    # YAML itself
    "aliases": _ALIASES,
    "brackets": "[" * 100_000,
    "one long list": _fill("a: [", "1,"),
    "one long key": f"{HEAD}  - {'x' * 1_000_000}: 1\n",
    "one long text": f"name: {'x' * 1_000_000}\n{HEAD}  - relu\n",
    "one long quoted text": _fill('name: "', "\\x41", f'"\n{HEAD}  - relu\n'),
    "digits": f"{HEAD}  - conv: {{out: {'9' * 1_000_000}}}\n",
    "tags": _fill("a: [", "!!str 1,"),
    "tag directives": _filled("", "%TAG !a{}! x\n", "---\na: 1\n"),
    "anchors": _filled("a: [", "&a{} 1,", "]\n"),
    "explicit keys": _fill("", "? a\n: b\n"),
    "equal keys": _fill("", "a:\n"),
    "documents": _fill("", "--- a\n"),
    "blank lines": _fill(
        "input: {height: 8, width: 12, channels: 8}\nblocks:\n  down:\n    layers: [relu]\n",
        "\n",
        "layers: [down]\n",
    ),
    "comments": _fill(HEAD, "# down: $here\n", "  - relu\n"),
    "pairs in a list": _fill("a: [", "{a: b},"),
    "short lines": _fill("a: |\n", " ab\n"),
    # lists of layers
    "written layers": HEAD + "  - conv: {out: 8, kernel: 3, norm: batch, act: relu}\n" * TURNS,
    "short layers": HEAD + "  - relu\n" * TURNS,
    "unknown layers": _filled(HEAD, "  - sperable{}\n"),
    "unknown keys": _filled(HEAD + "  - conv:\n", "      outt{}: 8\n"),
    "one unknown layer in turn": _turns("sperable, relu"),
    "repeats of nothing": _turns("{repeat: 9990, layers: [{relu: {when: false}}]}"),
    "nested repeats": HEAD
    + "".join(
        f"{'  ' * level}  - repeat: 10000\n{'  ' * level}    layers:\n" for level in range(0, 40, 2)
    )
    + " " * 84
    + "- relu\n",
    "a wrong entry in turn": _turns("{concat: {residual: $in/0, weights: 16, out: 29}}"),
    "a wrong expression in turn": _turns("{conv: {out: 1e400 * $here}}"),
    "empty branches": _turns(f"{{branches: [{', '.join(['[]'] * 2_000)}]}}"),
    "branches of nothing": _turns(
        "{branches: [" + ", ".join(["[{relu: {when: false}}]"] * 200) + "]}"
    ),
    "tensors of a join": _turns(
        f"{{add: {{from: [{', '.join(['a'] * 2_000)}]}}}}", HEAD + "  - relu: {name: a}\n"
    ),
    "unknown tensors": HEAD
    + "".join(f"  - relu: {{name: layer_number_{number}}}\n" for number in range(9_800))
    + "".join(f"  - relu: {{from: layr_numbr_{number}}}\n" for number in range(190)),
    "unknown tensors in turn": _turns("{relu: {name: a}}, {relu: {from: nowhere}}"),
    "shared weights": _turns(
        "{conv: {out: 8, weights: c}}", HEAD + "  - conv: {name: c, out: 8}\n"
    ),
    # expressions
    "derived widths": _turns("{conv: {out: $in}}"),
    "long expressions": _turns(f"{{conv: {{out: {_LONG}, groups: {_LONG}, kernel: {_LONG}}}}}"),
    "many expressions": _filled(HEAD, f"  - conv: {{{{out: {{0}} + {_LONG}}}}}\n"),
    "distinct conditions": _filled(HEAD, "  - relu: {{when: $here + {0} * 0 == 8}}\n"),
    "deep expressions": _turns("{conv: {out: " + "-" * 190 + "$here}}"),
    "large numbers": _turns(
        "{conv: {out: " + "$here" + " * 0.9999999999999999999 / 0.9999999999999999999" * 4 + "}}"
    ),
    # knobs, blocks, rows
    "a long template": _turns(
        '{relu: {name: "' + "${w}" * 1_000 + '"}}', f"knobs: {{w: {'x' * 30}}}\n{HEAD}"
    ),
    "a template of long texts": _turns(
        '{relu: {name: "' + "$w" * 90 + '"}}', f"knobs: {{w: {'x' * 300}}}\n{HEAD}"
    ),
    "long knobs": _turns(
        "{relu: {when: $a == $b and $a == $b}}",
        f"knobs: {{a: {'x' * 400_000}, b: {'x' * 400_000}}}\n{HEAD}",
    ),
    "many knobs": _turns("{conv: {out: $in}}", f"knobs: {_mapping(_names(5_000))}\n{HEAD}")
    + "".join(f"  - relu: {{when: ${name} == 2}}\n" for name in _names(5_000)),
    "unused knobs": f"knobs: {_mapping(_names(70_000))}\n{HEAD}  - relu\n",
    "unknown knobs": f"knobs: {_mapping(_names(40_000))}\n{HEAD}"
    + "".join(f"  - conv: {{out: $knob_{number}}}\n" for number in range(200)),
    "unused blocks": "blocks:\n"
    + "".join(f"  b{number}: {{layers: [relu]}}\n" for number in range(25_000))
    + f"{HEAD}  - relu\n",
    "unknown blocks": "blocks:\n"
    + "".join(f"  block_{number}: {{layers: [relu]}}\n" for number in range(20_000))
    + HEAD
    + "".join(f"  - blok_{number}\n" for number in range(200)),
    "arguments": _block(
        _mapping(_names(9_000), ""),
        "relu",
        f"  - b: {_mapping([*_names(9_000), 'repeat'], '99')}\n",
    ),
    "defaults of arguments": _block(
        _mapping(_names(9_000)), "relu", f"  - repeat: {TURNS}\n    layers: [b]\n"
    ),
    "a list as argument": _block(
        "{list: }",
        "{add: {from: $list}}",
        f"  - b: {{list: [{', '.join(['input'] * 9_000)}], repeat: 9000}}\n",
    ),
    "blocks in blocks": "blocks:\n"
    + "".join(f"  b{n}: {{layers: [b{n + 1}, b{n + 1}, b{n + 1}]}}\n" for n in range(19))
    + f"  b19: {{layers: [relu]}}\n{HEAD}  - b0\n",
    "blocks of nothing in blocks": "blocks:\n"
    + "".join(f"  b{n}: {{layers: [b{n + 1}, b{n + 1}, b{n + 1}]}}\n" for n in range(19))
    + f"  b19: {{layers: [{{relu: {{when: false}}}}]}}\n{HEAD}  - b0\n",
    "lists in blocks in blocks": f"blocks:\n{_LISTS}  b20: {{layers: [relu]}}\n{HEAD}  - b0\n",
    "long names in blocks": "blocks:\n"
    + "".join(f"  b{n}: {{layers: [{{b{n + 1}: {{name: {'x' * 99}}}}}]}}\n" for n in range(18))
    + f"  b18: {{layers: [{{repeat: {TURNS}, layers: [relu]}}]}}\n{HEAD}  - b0\n",
    "columns": f"{HEAD}  - rows: relu\n    columns: [{', '.join(_names(9_000))}]\n"
    f"    values: [[{', '.join(['1'] * 9_000)}]]\n",
    "rows and columns": _block(
        _mapping(_names(300), ""),
        "relu",
        f"  - rows: b\n    columns: [{', '.join(_names(300))}]\n    values:\n"
        + f"      - [{', '.join(['1'] * 300)}]\n" * 300,
    ),
    "columns in turn": HEAD
    + f"  - rows: relu\n    columns: [repeat, {', '.join(_names(200))}]\n"
    + f"    values: [[{TURNS}, {', '.join(['1'] * 200)}]]\n",
    "keys of all rows": f"{HEAD}  - rows: relu\n    columns: [name]\n"
    + f"    with: {_mapping(_names(5_000))}\n    values:\n"
    + "".join(f"      - [r{number}]\n" for number in range(5_000)),
    "columns of the first row": f"{HEAD}  - rows: relu\n    columns: [{', '.join(_names(9_000))}]\n"
    + f"    first: [{', '.join(_names(9_000))}]\n    values: [[]]\n",
    # figures and variants
    "expectations": f"{HEAD}  - relu\nexpect:\n" + "  - {params: 0, source: x}\n" * 9_900,
    "expectations of unknown variants": f"variants: {_mapping(_names(9_000), '{name: x}')}\n"
    f"{HEAD}  - relu\nexpect:\n"
    + "".join(f"  - {{params: 0, variant: v{number}}}\n" for number in range(200)),
    "knobs of expectations": f"knobs: {_mapping(_names(200))}\n{HEAD}  - relu: {{when: $k0 == 1}}\n"
    + "expect:\n"
    + f"  - {{params: 0, set: {_mapping(_names(200))}}}\n" * 400,
    "budgets": f"{HEAD}  - relu\nbudget:\n" + "  - {mult_adds: 1k}\n" * 9_900,
    "variants": "knobs: {n: 1}\nvariants:\n"
    + "".join(f"  v{number}: {{knobs: {{n: {number}}}}}\n" for number in range(25_000))
    + f"{HEAD}  - relu: {{when: $n == 1}}\n",
}
