"""Two small networks, the second with a layer put in and one made wider."""

import mnetcost

HEAD = "input: {height: 8, width: 6, channels: 3}\nwidth: {round: nearest}\nlayers:\n"
# The stem has 3·1·3·4 = 36 weights, used 8·6 = 48 times: 1,728 mult-adds.
STEM = "conv: {out: 4, kernel: [3, 1]}"
BEFORE = [STEM, "relu", "conv: {out: 8}"]  # 4·8 = 32 weights, 1,536 mult-adds
# 9·4 = 36 weights, 1,728 mult-adds; 4·10 = 40 weights, 1,920 mult-adds
AFTER = [STEM, "depthwise", "relu", "conv: {out: 10}"]


def net(layers: list[str]) -> mnetcost.Network:
    return mnetcost.load(HEAD + "".join(f"  - {layer}\n" for layer in layers))
