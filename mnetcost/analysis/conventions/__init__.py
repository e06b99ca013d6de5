"""What does each convention count, and by which terms do they differ?

Read: `terms` (from plain multiply-accumulates to a number), then `definitions` (what is meant by
parameters).
"""
