"""Which of several networks does no other beat?

Read: `pareto` (fronts of any priced things), then `compare` (networks side by side).
"""
