"""The knobs of a sweep: a grid for each of their values."""

import pandas

import mnetcost

# --- knobs


def test_knobs_loop_outside():
    grids = mnetcost.sweep("efficientnet", "1,0.5", 1, set={"depth": [1, "1.2"], "classes": 10})
    assert len(grids) == len(grids[:]) == 2
    assert [one["classes"] for one in grids.sets] == [10, 10]
    net = mnetcost.load("efficientnet")
    for grid, depth in zip(grids, ("1", "1.2"), strict=True):
        cost = net.set(depth=depth, classes=10).cost(0.5)
        assert grid.mult_adds[1, 0] == cost.mult_adds
    single = mnetcost.sweep("efficientnet", "1", 1, set={"classes": 10})
    assert single.params[0, 0] == net.set(classes=10).cost().params


def test_knobs_are_columns_of_one_frame(tmp_path):
    grids = mnetcost.sweep("efficientnet", "1,0.5", 1, set={"depth": [1, "1.2"], "classes": 10})
    grids.to_parquet(tmp_path / "grid.parquet")
    for frame in (grids.to_pandas(), pandas.read_parquet(tmp_path / "grid.parquet")):
        assert frame["depth"].tolist() == [1, 1, 1.2, 1.2]
        assert frame["alpha"].tolist() == [1, 0.5, 1, 0.5]
        expected = [grid.mult_adds[a, 0] for grid in grids for a in (0, 1)]
        assert frame["mult_adds"].tolist() == expected


def test_knobs_called_as_columns_are_and_words_that_are_formulas(tmp_path):
    spec = (
        "input: {height: 3, width: 2, channels: 1}\nknobs: {params: 4, act: relu}\n"
        "layers:\n  - conv: {out: $params, when: $act != none}\n  - conv: {out: 1}\n"
    )
    grids = mnetcost.sweep(spec, 1, 1, set={"params": [4, 5], "act": ["relu", "=1+1"]})
    frame = grids.to_pandas()
    assert frame["set_params"].tolist() == [4, 4, 5, 5]
    assert frame["params"].tolist() == [8, 8, 10, 10]
    grids.to_csv(tmp_path / "grid.csv")
    lines = (tmp_path / "grid.csv").read_text("utf-8").splitlines()
    assert [line.split(",")[1] for line in lines] == ["act", "relu", "'=1+1", "relu", "'=1+1"]
