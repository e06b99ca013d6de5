"""The house rules: one-way imports, light start-up, small files, one definition a layer."""

import ast
import inspect
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from networks import example

import mnetcost
from mnetcost.cli.app import COMMANDS
from mnetcost.conventions import EVERY, PARAMETERS, WORK
from mnetcost.conventions.presets import paper
from mnetcost.layers import LAYERS
from mnetcost.layers.base import Compound, Layer, Map, layer
from mnetcost.layers.fields import fields_of

PACKAGE = Path(mnetcost.__file__).parent
FILES = sorted(path for path in PACKAGE.rglob("*.py") if "specs" not in path.parts)

# The rooms from the ground up: a room imports only from those before it.
ROOMS = [
    {"text", "files", "version", "record", "steps"},
    {"problems"},
    {"manual"},
    {"exact"},
    {"multipliers", "printed"},
    {"expressions"},
    {"layers"},
    {"graph"},
    {"norm_folding", "literal_sides"},
    {"spec"},
    {"targets", "revisions"},
    {"conventions"},
    {"cost"},
    {"devices"},
    {"importing"},
    {"analysis"},
    {"tabular", "picture"},
    {"reports"},
    {"render"},
    {"notebook"},
    {""},  # the package itself: what a notebook imports
    {"cli"},
    {"__main__"},
]
RANK = {name: rank for rank, names in enumerate(ROOMS) for name in names}

# What a command says and what answers it bear its name; these say it otherwise.
TEXTS = {"completion", "help", "import", "schema", "show", "fmt"}  # print a text, and no report
COUNTED = {"table", "specs", "expand", "time", "devices"}  # are answered by the count itself
DRAWN = {"plot"}  # shows the answers to other commands
BY_NAME = {  # formats and commands are modules of their names
    *("render/__init__.py", "cli/app.py"),
    *("importing/formats/__init__.py", "importing/translate.py"),
}
SHARED = {
    "cli": {"app", "candidates", "errors", "options", "others", "output", "targets"},
    "reports": {
        *("choices", "documents", "measures", "notes", "runs", "settings"),  # of several
        *("tree", "layer_columns", "pairs", "layer_views", "layer_algorithms"),  # of `table`
        *("layer_bytes", "layer_memory"),  # of `table`, in bytes
        "table_document",
        "sweep_document",  # of `sweep`
        *("fit_parts", "fit_knobs", "fit_scores"),  # of `fit`, of several knobs, and of `--scores`
        # of `check --against`, with `--max-increase`, and of its `--summary`
        *("against", "increase", "costliest"),
        *("plot_sweep", "plot_fronts", "plot_memory"),  # of `plot`
    },
    # of `table` and `explain`; of every count; of `table` when asked for
    "analysis": {"separable", "warnings", "receptive_fields", "channels"},
}


def _trees() -> Iterator[tuple[str, ast.Module]]:
    for path in FILES:
        yield path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


TREES = dict(_trees())
files = pytest.mark.parametrize("name", TREES)


def _room(module: str) -> str:
    """The room of "mnetcost.layers.base" or of "layers/base.py"."""
    parts = module.removesuffix(".py").replace("/", ".").removeprefix("mnetcost").strip(".")
    room = parts.split(".")[0]
    return "" if room == "__init__" else room


def _imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and dotted name of every import, those inside functions too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute, so that this test sees them"
            for alias in node.names:
                submodule = f"{node.module}.{alias.name}"
                yield node.lineno, submodule if _file(submodule) else str(node.module)


def _file(module: str) -> str | None:
    """The file of "mnetcost.layers.base", below the package; None for no module of it."""
    path = module.removeprefix("mnetcost").strip(".").replace(".", "/")
    names = (f"{path}.py", f"{path}/__init__.py".lstrip("/"))
    return next((name for name in names if name in TREES), None)


def test_every_module_has_a_room() -> None:
    assert {_room(name) for name in TREES} == set(RANK)


@files
def test_a_room_imports_only_itself_and_rooms_before_it(name: str) -> None:
    mine = _room(name)
    for line, module in _imported(TREES[name]):
        if module.split(".")[0] == "mnetcost":
            room = _room(module)
            allowed = room == mine or RANK[room] < RANK[mine]
            assert allowed, f"{name}:{line} imports {module}, a later room"


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Nor through an import inside a function, or one for types alone."""
    left = {
        name: {_file(module) for _, module in _imported(tree)} - {None, name}
        for name, tree in TREES.items()
    }
    while free := [name for name, imports in left.items() if not imports & left.keys()]:
        for name in free:
            del left[name]
    assert not left, "each of these imports another of them"


def test_no_two_modules_differ_by_an_s() -> None:
    """But for the commands, whose names are a promise."""
    names = {part for name in TREES for part in name.removesuffix(".py").split("/")}
    assert not {name for name in names if f"{name}s" in names - set(COMMANDS)}


def _modules(room: str) -> set[str]:
    """The files and the packages that lie in a room."""
    names = {name.removeprefix(f"{room}/").split("/")[0] for name in TREES if _room(name) == room}
    return {name.removesuffix(".py") for name in names} - {"__init__"}


def test_a_command_has_one_name_on_every_floor() -> None:
    commands = set(COMMANDS)
    assert _modules("cli") == commands | SHARED["cli"]
    assert _modules("reports") == commands - TEXTS | SHARED["reports"]
    assert _modules("analysis") == commands - TEXTS - COUNTED - DRAWN | SHARED["analysis"]
    assert {f"analysis/{one}/{one}.py" for one in _modules("analysis")} - TREES.keys() == {
        "analysis/conventions/conventions.py",  # two questions, a file each
        "analysis/reconcile/reconcile.py",
        "analysis/separable/separable.py",
    }


def test_a_question_says_in_which_order_its_files_are_read() -> None:
    for room in _modules("analysis"):
        said = ast.get_docstring(TREES[f"analysis/{room}/__init__.py"]) or ""
        assert "?" in said.split("\n")[0]
        assert "Read: " in said
        inside = {name for name in TREES if name.startswith(f"analysis/{room}/")}
        for name in inside - {f"analysis/{room}/__init__.py"}:
            assert f"`{name.split('/')[-1].removesuffix('.py')}`" in said, name


def test_a_package_says_in_which_order_it_is_read() -> None:
    for name in (one for one in TREES if one.count("/") == 1 and one.endswith("__init__.py")):
        room = name.split("/")[0]
        said = ast.get_docstring(TREES[name]) or ""
        if room in ("analysis", "manual"):  # packages, each with an order of its own; and pages
            continue
        assert "Read" in said, name
        own = _modules(room) - (set(COMMANDS) if room in ("cli", "reports") else set())
        assert {one for one in own if f"`{one}`" not in said} == set(), name


@files
def test_formats_and_commands_alone_are_imported_by_name(name: str) -> None:
    dynamic = {"import_module", "__import__"}
    for node in ast.walk(TREES[name]):
        if isinstance(node, ast.Call):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            assert called not in dynamic or name in BY_NAME


@files
def test_files_and_functions_stay_small(name: str) -> None:
    text = (PACKAGE / name).read_text(encoding="utf-8")
    assert text.count("\n") <= 400
    for node in ast.walk(TREES[name]):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            size = (node.end_lineno or 0) - node.lineno + 1
            assert size <= 50, f"{name}:{node.lineno} {node.name} has {size} lines"


@files
def test_every_module_class_and_public_function_says_what_it_is_for(name: str) -> None:
    tree = TREES[name]
    assert ast.get_docstring(tree)
    for node in tree.body:
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{name}:{node.lineno} {node.name}"


@files
def test_nothing_is_evaluated_and_no_error_is_hidden(name: str) -> None:
    for node in ast.walk(TREES[name]):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in {"eval", "exec", "compile"}, f"{name}:{node.lineno}"
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None, f"{name}:{node.lineno} catches everything"
            caught = {one.id for one in ast.walk(node.type) if isinstance(one, ast.Name)}
            assert "Exception" not in caught, f"{name}:{node.lineno}"
            if "BaseException" in caught:  # to tidy up, and then let it through
                last = node.body[-1]
                assert isinstance(last, ast.Raise), f"{name}:{node.lineno}"
                assert last.exc is None, f"{name}:{node.lineno}"


@files
def test_the_command_line_computes_nothing(name: str) -> None:
    if _room(name) == "cli":
        operators = (ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.Sub)
        for node in ast.walk(TREES[name]):
            assert not (isinstance(node, ast.BinOp) and isinstance(node.op, operators))


def _loaded(code: str) -> set[str]:
    """The modules that a fresh interpreter holds after `code`."""
    report = "; import json, sys; print(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    command = [sys.executable, "-c", code + report]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return set(json.loads(ran.stderr.splitlines()[-1]))


HEAVY = {
    "numpy",
    "sympy",
    "hypothesis",
    "pandas",
    "torch",
    "dask",
    "matplotlib",
    "plotille",
    "jinja2",
}
HEAVY |= {"pyarrow", "distributed"}


def test_importing_loads_nothing_heavy() -> None:
    assert not _loaded("import mnetcost") & (HEAVY | {"rich", "click"})


@pytest.mark.parametrize("format_", ["text", "json", "csv", "markdown", "latex", "html"])
def test_a_table_loads_nothing_heavy(format_: str) -> None:
    words = ["table", "mobilenet_v1", "--alpha", "0.75", "--format", format_]
    loaded = _loaded(f"from mnetcost import cli; assert cli.run({words!r}) == 0")
    assert not loaded & HEAVY
    assert "mnetcost" in loaded


# Of the standard library and the dependencies; click and PyYAML themselves load none of these.
NEEDLESS = {"dataclasses", "difflib", "pathlib", "rich", "subprocess", "tempfile", "textwrap"}
NEEDED = {
    "analysis": {"separable"},
    "cli": {"app", "options", "output", "table", "targets"},
    "devices": set(),
    "notebook": {"cost", "network", "shown"},
    "render": {"json"},
    "reports": {"choices", "documents", "settings", "table_document"},
}


def test_a_table_loads_nothing_that_only_others_need() -> None:
    """What is imported is what starting takes: see the benchmark of a table beside its imports."""
    loaded = _loaded("from mnetcost import cli; assert cli.run(['table', '--format', 'json']) == 0")
    assert not loaded & NEEDLESS
    parts = [name.split(".") for name in loaded if name.startswith("mnetcost.")]
    for room, needed in NEEDED.items():
        assert {one[2] for one in parts if one[1] == room and len(one) > 2} <= needed
    assert not loaded & {"mnetcost.tabular", "mnetcost.spec.schema", "mnetcost.targets"}


@pytest.mark.parametrize(
    "words", [["diff", "resnet18", "resnet34"], ["compare", "vgg16"], ["plot"]]
)
def test_a_comparison_loads_nothing_heavy(words: list[str]) -> None:
    assert not _loaded(f"from mnetcost import cli; assert cli.run({words!r}) == 0") & HEAVY


def test_a_problem_loads_nothing_heavy() -> None:
    code = "from mnetcost import cli; assert cli.run(['table', 'mobilenet_v']) == 1"
    assert not _loaded(code) & HEAVY


def test_a_sweep_loads_arrays_and_nothing_else_that_is_heavy() -> None:
    code = "from mnetcost import cli; assert cli.run(['sweep']) == 0"
    assert _loaded(code) & HEAVY == {"numpy"}


# --- one definition a layer

X = Map(12, 10, 8)


def _plain(written: str) -> list[Layer]:
    """The layers that `written` stands for, plain and with a bias, `norm` and `act`."""
    keys = fields_of(LAYERS[written])
    riding = {"bias": "true", "norm": "batch", "act": "prelu"}
    more = ", ".join(f"{key}: {value}" for key, value in riding.items() if key in keys)
    return [
        part
        for defaults in ("", more)
        for node in example(written, f"defaults: {{{written}: {{{defaults}}}}}\n").graph.nodes
        for part in (node.layer, *node.layer.riders())
    ]


@pytest.mark.parametrize("written", LAYERS)
def test_the_example_of_a_layer_ends_with_it(written: str) -> None:
    *_, last = LAYERS[written].example.split("\n")
    assert last.split(":")[0] == written
    assert len(example(written).graph.nodes) >= 1


@pytest.mark.parametrize("written", LAYERS)
def test_a_layer_says_what_it_is_and_exposes_known_parts(written: str) -> None:
    record = LAYERS[written]
    own = vars(record).get("__doc__") or ""
    assert len(own.strip()) > 5, "a docstring of its own"
    assert record.written == written
    assert len(inspect.getsource(record).split("\n")) <= 60
    for part in _plain(written):
        y = part.output(X, lambda channels, scale: channels)
        assert {one.kind for one in part.work(X, y)} <= WORK.keys()
        assert {one.kind for one in part.parameters(X, y)} <= PARAMETERS.keys()


@pytest.mark.parametrize("written", LAYERS)
def test_a_layer_is_frozen(written: str) -> None:
    for part in _plain(written):
        with pytest.raises(AttributeError, match="frozen"):
            part.kernel = 3  # type: ignore[attr-defined]
        hash(part)


def test_the_layers_that_every_mobile_network_needs_are_there() -> None:
    assert LAYERS.keys() >= {
        *("conv", "depthwise", "pointwise", "separable", "dense", "max_pool", "avg_pool"),
        *("global_avg_pool", "global_max_pool", "batch_norm", "softmax", "flatten", "dropout"),
        *("relu", "relu6", "sigmoid", "tanh", "swish", "hard_swish", "gelu"),
    }


def test_the_convention_counts_known_parts() -> None:
    assert paper().work.keys() == {EVERY}
    assert paper().work[EVERY].keys() <= WORK.keys()
    assert paper().parameters.keys() == {EVERY}
    assert paper().parameters[EVERY].keys() <= PARAMETERS.keys()
    cost = mnetcost.load("mobilenet_v1").cost()
    assert set(cost.parameters._fields) == set(PARAMETERS)


def test_a_second_registration_is_an_error() -> None:
    before = dict(LAYERS)
    with pytest.raises(TypeError, match="'conv' is registered twice"):
        layer("conv")(type(LAYERS["relu"].__name__, (LAYERS["relu"],), {}))
    assert before == LAYERS


@pytest.mark.parametrize("forgotten", ["output", "parameters", "work"])
def test_a_record_that_forgets_a_method_is_an_error(forgotten: str) -> None:
    methods = {name: lambda *_: () for name in ("output", "parameters", "work")}
    del methods[forgotten]
    record = type("Forgetful", (Layer,), methods)
    with pytest.raises(TypeError, match=f"'forgetful' does not say its {forgotten}"):
        layer("forgetful")(record)
    assert "forgetful" not in LAYERS


def test_a_compound_that_does_not_expand_is_an_error() -> None:
    with pytest.raises(TypeError, match="expand"):
        layer("empty")(type("Empty", (Compound,), {}))
    assert "empty" not in LAYERS


def test_what_a_notebook_holds_is_frozen() -> None:
    net = mnetcost.load("mobilenet_v1")
    for value in (net, net.cost(), net.graph):
        with pytest.raises(AttributeError, match="frozen"):
            value.name = "other"  # type: ignore[misc]


def test_the_public_names_are_documented_and_typed() -> None:
    assert (PACKAGE / "py.typed").exists()
    for name in mnetcost.__all__:
        public = getattr(mnetcost, name)
        assert inspect.getdoc(public)
        if inspect.isfunction(public):
            signature = inspect.signature(public)
            assert all(one.annotation is not one.empty for one in signature.parameters.values())
