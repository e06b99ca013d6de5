"""Cases made by chance, from a seed: specs and other texts, and commands that read them."""

from random import Random
from typing import NamedTuple

from paths import SPECS

from mnetcost.conventions.presets import NAMES
from mnetcost.layers import LAYERS
from mnetcost.layers.fields import Choice, Flag, Integer, Nested, fields_of
from mnetcost.spec.builder import BRANCHES_KEYS, CALL_KEYS, ROWS_KEYS

SHIPPED = [path.read_text(encoding="utf-8") for path in sorted(SPECS.glob("*.yaml"))]
SHORT = [text for text in SHIPPED if len(text) < 3_000]

WORDS = [
    *(
        "no",
        "true",
        "false",
        "~",
        "null",
        "",
        "''",
        '""',
        "...",
        "---",
        "%TAG ! x",
        "&a",
        "*a",
        "<<",
    ),
    *("0", "1", "2", "3", "8", "16", "-1", "010", "0x10", "0b_", "1_0", "1:30", "1e9", "1e400"),
    *(
        "1e-400",
        ".inf",
        ".nan",
        "0.75",
        "6/7",
        "1/0",
        "16777216",
        "65536",
        "9" * 50,
        "1.5M",
        "569M",
    ),
    *("same", "valid", "batch", "relu6", "input", "rest", "a", "b", "c", "n", "x" * 120, "名", "é"),
    *("$in", "$here", "$turn", "$n", "$a", "${n}", "${a}/x", "$missing", "$in - 8", "$here / 3"),
    *("$in / 0", "$in * 1e400", "$in + 1e-400", "ceil($in * 1.0000000000000000001)", "$in ** 9"),
    *(
        "divisible($here, 8)",
        "$n == 1",
        "$turn > 1",
        "not $a",
        "$a == relu6",
        "($in",
        "1if $n else 2",
    ),
    *(
        "\u202e",
        "\u061c",
        "\U000e0041",
        "\ufff9",
        "\xad",
        "\x85",
        "\u2028",
        "\ud800",
        "\0",
        "\x1b[2J",
    ),
]
PIECES = [
    *("\n", "\n  ", "\n    - ", "- ", ": ", ", ", "{", "}", "[", "]", "#", "'", '"', "|\n", ">\n"),
    *("\t", "\r", "? ", "$", "${", "&a ", "*a ", "!!int ", "<<: ", "--- ", "%YAML 1.1\n", "@", "`"),
    *(f"\n  - {name}\n" for name in LAYERS),
    *(f"{key}: " for key in ("kernel", "stride", "out", "name", "from", "when", "repeat", "like")),
]
PRESET = """words: own
unit: MAC
multiply_add: 1
work: {every: {multiply_accumulate: 1}, relu: {activation: {module: 1, functional: 2}}}
parameters: [weights, biases]
notes: [{relu: as the tool does}, plain]
free: {it moves: [flatten, split]}
"""
SCORES = "alpha,resolution,accuracy\n1,224,70.9\n0.5,160,60%\n# a line\n0.25,8,50.1\n"
SECTIONS = ("name", "source", "width", "variants", "defaults", "expect", "budget")


RIGHT = {"from": "input", "when": "$here > 2", "round": "floor", "in": "$here", "like": "input"}


class Case(NamedTuple):
    """A command with what stands in its standard input."""

    arguments: tuple[str, ...]
    text: str


class Chance:
    """Makes cases from a seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def case(self, files: dict[str, str]) -> Case:
        """A case; `files` are the paths of files that hold its text, by their kind."""
        return Case(self.arguments(files), self.text())

    def text(self) -> str:
        """A text that a command may be given: a spec, nearly one, or a shipped one that is cut."""
        if self.one_in(4):
            text = self.random.choice(SHORT)
            return text if self.one_in(3) else self.mutant(text)
        return self.spec()

    def one_in(self, count: int) -> bool:
        """True once in so many times."""
        return self.random.randrange(count) == 0

    def word(self) -> str:
        """A value, most often a small number."""
        if not self.one_in(4):
            return str(self.random.choice((1, 1, 2, 3, 4, 8, 16)))
        return self.random.choice(WORDS)

    def value(self, depth: int = 0) -> str:
        """A value of any form."""
        form = self.random.randrange(10) if depth < 3 else 0
        if form < 8:
            return self.word()
        inner = [self.value(depth + 1) for _ in range(self.random.randrange(4))]
        if form == 8:
            return f"[{', '.join(inner)}]"
        return "{" + ", ".join(f"{self.word()}: {one}" for one in inner) + "}"

    # specs

    def spec(self) -> str:
        """A text that is nearly a spec."""
        parts = [f"input: {{height: {self.side()}, width: 8, channels: {self.side()}}}"]
        if self.one_in(20):
            parts = [f"input: {self.value()}"]
        parts += [self.section(name) for name in SECTIONS if self.one_in(8)]
        names = ("knobs", "blocks") if not self.one_in(12) else ()
        parts += [self.section(name) for name in names]
        parts.append("layers:\n" + self.layers(2) + "  - relu: {when: $n != $a}\n  - b\n")
        if self.one_in(9):
            self.random.shuffle(parts)
        text = "\n".join(parts) + "\n"
        return self.mutant(text) if self.one_in(9) else text

    def side(self) -> str:
        return str(self.random.choice((8, 16, 24)))

    def section(self, name: str) -> str:
        """A section of this name, more often right than wrong."""
        if self.one_in(12):
            return f"{name}: {self.value()}"
        layers = self.layers(6)
        return {
            "name": f"name: {self.word()}",
            "source": f"source: {self.word()}",
            "width": "width: {round: " + self.random.choice(("floor", "nearest", "none")) + "}",
            "knobs": f"knobs: {{n: 2, a: {self.word()}}}",
            "variants": f"variants:\n  v: {{knobs: {{n: {self.word()}}}}}\n  w: {self.value()}",
            "defaults": "defaults: {conv: {act: relu}, "
            + "relu: {called_as: "
            + self.word()
            + "}}",
            "blocks": f"blocks:\n  b:\n    takes: {{c: 4}}\n    layers:\n{layers}"
            "      - relu: {when: $c != 3}",
            "expect": f"expect:\n  - {{params: {self.word()}, alpha: {self.word()}}}",
            "budget": f"budget: {{mult_adds: {self.word()}, resolution: {self.word()}}}",
        }[name]

    def layers(self, indent: int) -> str:
        """Entries of a list of layers, a line each."""
        entries = [self.entry(0) for _ in range(self.random.randint(1, 3))]
        return "".join(f"{' ' * indent}- {entry}\n" for entry in entries)

    def entry(self, depth: int) -> str:
        """One entry, in one line."""
        form = self.random.randrange(-25, 14)
        if form < 9 or depth > 2:
            return self.layer()
        inner = ", ".join(self.entry(depth + 1) for _ in range(self.random.randrange(3)))
        when = f", when: {self.word()}" if self.one_in(5) else ""
        if form == 9:
            return f"{{repeat: {self.word()}, layers: [{inner}]{when}}}"
        if form == 10:
            merge = self.random.choice(("add", "concat", "multiply", self.word()))
            return f"{{branches: [[{inner}], [{self.layer()}]], merge: {merge}{when}}}"
        if form == 11:
            pairs = ", ".join(
                f"{self.random.choice((*CALL_KEYS, 'c'))}: {self.word()}" for _ in "ab"
            )
            return self.random.choice(("b", f"{{b: {{{pairs}}}}}", f"{{b: {self.value()}}}"))
        if form == 12:
            name = self.random.choice(("b", *LAYERS))
            rows = f"rows: {name}, columns: [out, repeat], values: [[8, {self.word()}], [8, 1]]"
            more = f", {self.random.choice(ROWS_KEYS)}: {self.value()}" if self.one_in(2) else ""
            return f"{{{rows}{more}{when}}}"
        return f"{{{self.random.choice((*BRANCHES_KEYS, 'layers'))}: {self.value()}}}"

    def layer(self) -> str:
        """A layer with some of its keys."""
        name = self.random.choice(tuple(LAYERS)) if not self.one_in(3) else "conv"
        needed = [key for key, field in fields_of(LAYERS[name]).items() if field.required]
        keys = {key: "8" for key in needed if not self.one_in(40)}
        for _ in range(self.random.choice((0, 0, 1, 2))):
            key, value = self.key(name)
            keys[key] = value
        pairs = ", ".join(f"{key}: {value}" for key, value in keys.items())
        return f"{{{name}: {{{pairs}}}}}" if pairs else name

    def key(self, layer: str) -> tuple[str, str]:
        """A key of a layer with a value of its kind, or of another."""
        common = ("name", "in", "from", "weights", "when", "expand", "round", "like")
        fields = fields_of(LAYERS[layer])
        name = self.random.choice(common if self.one_in(6) or not fields else tuple(fields))
        kind = fields[name].kind if name in fields else None
        if self.one_in(12):
            return name, self.value()
        match kind:
            case Integer():
                return name, str(self.random.choice((1, 2, 4, 8, kind.minimum, "$here", "$in / 2")))
            case Choice():
                return name, self.random.choice(kind.options)
            case Flag():
                return name, self.random.choice(("true", "false", *kind.words))
            case Nested():
                return name, "{norm: batch}"
        return name, RIGHT.get(name, "1")

    def mutant(self, text: str) -> str:
        """A text after a few cuts and copies."""
        for _ in range(self.random.randint(1, 4)):
            start = self.random.randint(0, len(text))
            end = start + self.random.choice((0, 0, 1, 5, 30))
            copied = self.random.randint(0, len(text))
            part = text[copied : copied + self.random.randint(0, 60)]
            piece = self.random.choice(
                (part, self.random.choice(PIECES), self.word(), self.value())
            )
            text = text[:start] + piece + text[end:]
        return text

    # commands

    def arguments(self, files: dict[str, str]) -> tuple[str, ...]:
        """A command, most often one that reads standard input."""
        choose = self.random.choice
        spec = choose(("-", "-", "-", "-", "-", "-", files["spec"]))
        command = choose(tuple(COMMANDS))
        given = [part.replace("SPEC", spec) for part in choose(COMMANDS[command])]
        given = [self.setting() if part == "?" else part for part in given]
        given = [choose((files["preset"], *NAMES)) if part == "PRESET" else part for part in given]
        given = [files["scores"] if part == "SCORES" else part for part in given]
        if self.one_in(5):
            given += self.option()
        if command == "plot":  # pixels take long
            given += ["--format", choose(("text", "text", "text", "svg"))]
        elif command not in ("fmt", "help", "show", "rewrite") and not self.one_in(4):
            given += ["--format", choose(("json", "json", "csv", "markdown", "text"))]
        return (command, *given)

    def setting(self) -> str:
        """The value of an option."""
        if not self.one_in(5):
            return self.random.choice(("1", "0.5", "3/4", "2", "24", "1", "1,0.5", "0"))
        return self.word().replace("\0", "\\0").replace("\ud800", "?")

    def option(self) -> list[str]:
        """An option that many commands take, and its value."""
        names = ("--alpha", "--rho", "--resolution", "--input", "--set", "--batch", "--convention")
        name = self.random.choice((*names, "--max-params", "--pass"))
        knob = f"{self.random.choice('nab')}={self.setting()}"
        return [name, knob if name == "--set" else self.setting()]


# Ways to call each command. The costly ones stand once, others twice.
_PLAIN = [
    ["SPEC"],
    ["SPEC", "--alpha", "?"],
    ["SPEC", "--resolution", "?"],
    ["SPEC", "--set", "n=2"],
]
COMMANDS: dict[str, list[list[str]]] = {
    "table": [*_PLAIN, ["SPEC", "--view", "types"], ["SPEC", "--convention", "PRESET"]],
    "check": [["SPEC"], ["SPEC", "--max-mult-adds", "?"]],
    "compare": [["SPEC", "mobilenet_v1_layer"], ["SPEC", "mobilenet_v1_layer@alpha=0.5,set.n=1"]],
    "conventions": [["SPEC"]],
    "diff": [["SPEC", "mobilenet_v1_layer"], ["mobilenet_v1_layer", "SPEC"]],
    "expand": _PLAIN,
    "explain": [["mobilenet_v1_layer", "?"], ["SPEC", "conv_1"]],
    "fit": [["SPEC", "--max-mult-adds", "?"], ["SPEC", "--scores", "SCORES", "--max-params", "9M"]],
    "fmt": [["SPEC"]],
    "help": [["?"]],
    "plot": [
        ["SPEC", "--alpha", "?"],
        *(["SPEC", "--kind", kind] for kind in ("layers", "types", "cumulative", "reduction")),
        *(["SPEC", "--kind", kind, "--max-params", "?"] for kind in ("heat", "lines", "fit")),
        ["SPEC", "--scores", "SCORES"],
    ],
    "reconcile": [["SPEC", "--from", "PRESET", "--to", "PRESET"], ["SPEC", "--printed", "?"]],
    "rewrite": [["SPEC", "--to", "separable"], ["SPEC", "--to", "standard", "--layers", "?"]],
    "show": [["?"]],
    "sweep": [["SPEC", "--alpha", "?", "--rho", "?"], ["SPEC", "--set", "n=?", "--alpha", "?"]],
}
