"""Which width and resolution multipliers fill a budget best?

Read: `plateaus` (where α matters), then `fit` (the search), and `scores` (the same among networks
that somebody has trained and measured).
"""
