"""What changed from one network to another?

Read: `alignment` (two sequences of layers side by side), then `diff` (what differs in a pair).
"""
