"""What reads no values has no input map: in tables, CSV, JSON, formulas and differences."""

import json

import mnetcost
from mnetcost import cli

SPEC = """\
input: {height: 3, width: 5, channels: 4}
layers:
  - learned: {name: token, out: 4}
  - constant: {name: grid, channels: 2, like: input}
  - flatten: {name: line, into: height, from: input}
  - concat: {from: [token, line], axis: height}
"""


def test_a_source_has_no_input(tmp_path, capsys) -> None:
    path = tmp_path / "sources.yaml"
    path.write_text(SPEC, encoding="utf-8")

    def printed(*words: str) -> str:
        assert cli.run([*words]) == 0
        return str(capsys.readouterr().out)

    rows = [line.split() for line in printed("table", str(path), "--all").splitlines()]
    assert ["token", "learned", "–", "1×1×4", "0", "0.00", "0", "0.00"] in rows
    assert ["grid", "constant", "–", "3×5×2", "0", "0.00", "0", "0.00"] in rows
    assert ["line", "flatten", "3×5×4", "15×1×4", "0", "0.00", "0", "0.00"] in rows
    lines = printed("table", str(path), "--format", "csv").splitlines()
    assert lines[1].startswith("token,learned,,,,1,1,4,")
    for command, key in (("table", "layers"), ("expand", "nodes"), ("explain", "layers")):
        document = json.loads(printed(command, str(path), "--format", "json"))
        found = {one["name"]: one["input"] for one in document[key]}
        assert found.get("token") is found.get("grid") is None
        assert found.get("line", [3, 5, 4]) == [3, 5, 4]
    assert "token (learned): 1×1×4" in printed("explain", str(path), "token")
    other = tmp_path / "other.yaml"
    other.write_text(
        SPEC.replace("  - learned: {name: token, out: 4}\n", "").replace("token", "line")
    )
    assert "1×1×4" in printed("diff", str(path), str(other))


def test_in_python() -> None:
    layers = mnetcost.load(SPEC).cost().layers
    assert [one.read for one in layers] == [None, None, (3, 5, 4), (16, 1, 4)]
    assert layers[0].input == (3, 5, 4)
