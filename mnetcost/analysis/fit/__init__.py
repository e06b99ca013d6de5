"""Which width and resolution multipliers fill a budget best?

Read: `plateaus` (where α matters), then `fit` (the search), `knobs` (the same with several values
of knobs), and `scores` (the same among networks that somebody has trained and measured).
"""
