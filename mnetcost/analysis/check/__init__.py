"""Do published figures hold, is a network within its budget, and is another one the same?

Read: `check` (figures and budgets), then `against` (another network, such as a trained one) and
`increase` (how much more than that one it may cost).
"""
