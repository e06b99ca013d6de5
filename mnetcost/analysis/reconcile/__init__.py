"""How does one number lead to another, and what gives a printed one?

Read: `way` (from convention to convention), then `matches` (a printed number).
"""
