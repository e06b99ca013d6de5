"""What does one output channel of a layer cost, and what is saved where it is taken away?

Structured pruning, after DepGraph: Fang et al. 2023, arXiv:2301.12900.

Read: `groups` (which channels go together), then `channels` (what they cost).
"""
