"""What does depthwise separation save? Howard et al. 2017, section 3.1.

Read: `pairs` (which layers are a depthwise-separable pair), then `reduction` (each pair and the
whole network against standard convolutions).
"""
