"""How does one number lead to another, and what gives a printed one?

Read: `way` (from convention to convention); then, of a printed number, `portions` (the parts of a
network), `readings` (other networks that may be meant), `settings` (the same at other settings),
`candidates` (the numbers of them all) and `matches` (which print so, and whether by chance).
"""
