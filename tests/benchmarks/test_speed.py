"""Speed and memory, measured side by side; nothing here fails for being slow.

Run with `pytest -m speed`; with the extra `compare` installed, fvcore is measured too.
"""

import sys

import efficientnet_b0
import pytest
from measuring import compare, measure, run
from paths import BENCHMARKS, SPECS

import mnetcost

pytestmark = pytest.mark.speed

SPEC = SPECS / "mobilenet_v1.yaml"


@pytest.mark.benchmark(group="MobileNet v1, whole process")
def test_table_process(benchmark):
    command = [sys.executable, "-m", "mnetcost", "table", str(SPEC)]
    measure(benchmark, command, 20, "568,740,352")


@pytest.mark.benchmark(group="MobileNet v1, whole process beside its imports")
def test_table_beside_its_imports(benchmark):
    """The `ratio` is that of its processor time to that of `import click, yaml` alone."""
    table = [sys.executable, "-m", "mnetcost", "table", "--format", "json"]
    imports = [sys.executable, "-c", "import click, yaml"]
    assert '"mult_adds": 568740352' in run(table)
    compare(benchmark, table, imports, rounds=30)


@pytest.mark.benchmark(group="MobileNet v1, whole process")
def test_fvcore_process(benchmark):
    pytest.importorskip("fvcore", reason="install the extra `compare` to measure fvcore")
    measure(benchmark, [sys.executable, str(BENCHMARKS / "fvcore_total.py")], 3, "578875904")


TABLE = [sys.executable, "-m", "mnetcost", "table"]
MULT_ADDS = "385,814,752"
GIGABYTE = 10**9


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """EfficientNet-B0 as a file of ONNX: 21 MB, and with a gigabyte of other weights in a hole."""
    folder = tmp_path_factory.mktemp("models")
    for name, hole in (("small", 0), ("large", GIGABYTE)):
        efficientnet_b0.write(folder / f"{name}.onnx", hole)
    return {path.stem: str(path) for path in folder.iterdir()}


@pytest.mark.benchmark(group="EfficientNet-B0, whole process")
@pytest.mark.parametrize("name", ["small", "large"])
def test_table_of_a_model(benchmark, models, name):
    measure(benchmark, [*TABLE, models[name]], 20, MULT_ADDS)


@pytest.mark.benchmark(group="EfficientNet-B0, whole process")
def test_table_of_the_same_by_name(benchmark):
    measure(benchmark, [*TABLE, "efficientnet_b0"], 20, MULT_ADDS)


@pytest.mark.benchmark(group="EfficientNet-B0, a file beside its name")
@pytest.mark.parametrize("name", ["small", "large"])
def test_table_of_a_model_beside_its_name(benchmark, models, name):
    """The `ratio` is that of its processor time to that of the same network by name."""
    compare(benchmark, [*TABLE, models[name]], [*TABLE, "efficientnet_b0"], rounds=30)


@pytest.mark.benchmark(group="EfficientNet-B0, whole process")
def test_loading_by_onnx(benchmark, models):
    pytest.importorskip("onnx", reason="`pip install onnx` to measure it")
    script = efficientnet_b0.__file__
    measure(benchmark, [sys.executable, script, "onnx", models["small"]], 3, "239")


@pytest.mark.benchmark(group="EfficientNet-B0, whole process")
def test_fvcore_of_a_built_model(benchmark):
    pytest.importorskip("fvcore", reason="install the extra `compare` to measure fvcore")
    command = [sys.executable, efficientnet_b0.__file__, "fvcore"]
    measure(benchmark, command, 3, "385814752")


@pytest.mark.benchmark(group="in a running Python")
def test_cost(benchmark):
    network = mnetcost.load("mobilenet_v1")
    assert benchmark(network.cost).mult_adds == 568_740_352


@pytest.mark.benchmark(group="in a running Python")
def test_load(benchmark):
    assert benchmark(mnetcost.load, "mobilenet_v1").name == "MobileNet v1"


@pytest.mark.benchmark(group="a million points")
def test_sweep(benchmark):
    network = mnetcost.load("mobilenet_v1")
    axes = {"alpha": "0.001:1:0.001", "rho": "0.201:1.2:0.001"}
    grid = benchmark.pedantic(mnetcost.sweep, (network,), axes, rounds=5, warmup_rounds=1)
    assert grid.mult_adds.shape == (1000, 1000)


@pytest.mark.benchmark(group="every width at seven resolutions")
@pytest.mark.parametrize("name", ["mobilenet_v1", "resnet152"])
def test_fit(benchmark, name):
    """Every step of α up to 1, at the input of 224 px and each multiple of 32 px below it."""
    network = mnetcost.load(name)
    found = benchmark.pedantic(mnetcost.fit, (network, "150M", "2M"), rounds=3, warmup_rounds=1)
    assert len(found.settings) == 7
    assert max(one.mult_adds for one in found.fitting) <= 150_000_000


@pytest.mark.benchmark(group="10,000 layers")
def test_a_diff_of_the_longest_networks(benchmark):
    """10,000 layers of three kinds against the same with every tenth left out."""
    head = "input: {height: 32, width: 24, channels: 8}\nlayers:\n"
    kinds = ["conv: {out: 8, kernel: 3}", "conv: {out: 8, kernel: 5}", "relu"]
    layers = [f"  - {kinds[turn % 3]}\n" for turn in range(10_000)]
    shorter = [layer for turn, layer in enumerate(layers) if turn % 10]
    costs = [mnetcost.load(head + "".join(one)).cost() for one in (layers, shorter)]
    found = benchmark.pedantic(mnetcost.diff, args=costs, rounds=3)
    assert len(found.after.layers) == 9_000
