"""Measure the parameters that Keras prints, into tests/data/tool_counts_keras.csv. No test runs it.

    python tests/benchmarks/keras_counts.py

with keras and one of its backends installed fills the column of every row.
"""

from typing import Any

import keras
from keras import layers as L  # noqa: N812 - as in the rows
from tool_counts import DATA, read, write

PATH = DATA / "tool_counts_keras.csv"


def attend(heads: int, size: int) -> Any:
    """Self-attention of so many heads of this size, over tokens of as many values."""
    x = L.Input((None, heads * size))
    return keras.Model(x, L.MultiHeadAttention(heads, size)(x, x))


def main() -> None:
    """Fill the column."""
    comments, rows = read(PATH)
    for row in rows:
        shape = tuple(map(int, row["shape"].split("x")))
        model = keras.Sequential([L.Input(shape), eval(row["module"])])  # the row is ours
        row["keras"] = str(model.count_params())
    write(PATH, comments, rows)


if __name__ == "__main__":
    main()
