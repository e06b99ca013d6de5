"""Small networks in memory, for the tests of it."""

from hypothesis import strategies as st

import mnetcost
from mnetcost.devices.dtypes import read_dtypes
from mnetcost.devices.memory import Memory, memory_of, read_ways

HEAD = "input: {height: 4, width: 6, channels: 2}\nlayers:\n"


def memory(layers: str, ways: str = "plain", dtype: str = "int8", **setting: object) -> Memory:
    cost = mnetcost.load(HEAD + layers).cost(**setting)
    return memory_of(cost, read_dtypes(dtype), read_ways(ways))


@st.composite
def networks(draw: st.DrawFn) -> str:
    """A chain of layers of any kind, with sums of maps of one size anywhere."""
    lines = []
    for at in range(draw(st.integers(1, 9))):
        kind = draw(st.sampled_from(["conv", "depthwise", "relu", "add", "concat", "back"]))
        if kind == "conv":
            lines.append(f"  - conv: {{name: n{at}, out: {draw(st.integers(1, 5))}, kernel: 1}}")
        elif kind == "back" and at:
            lines.append(f"  - tanh: {{name: n{at}, from: n{draw(st.integers(0, at - 1))}}}")
        elif kind == "concat" and at > 1:
            one, other = draw(st.integers(0, at - 2)), at - 1
            lines.append(f"  - concat: {{name: n{at}, from: [n{one}, n{other}]}}")
        elif kind == "add" and at:
            lines.append(f"  - conv: {{name: c{at}, out: 2, kernel: 1, from: n{at - 1}}}")
            lines.append(f"  - add: {{name: n{at}, from: [c{at}, input]}}")
        else:
            kind = kind if kind == "depthwise" else "relu"
            lines.append(f"  - {kind}: {{name: n{at}}}")
    return "\n".join(lines) + "\n"
