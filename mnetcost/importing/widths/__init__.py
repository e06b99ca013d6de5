"""What does α do to a network that was read from a model file?

Read: `options` (what is asked for), `families` (what authors' code does, by family and library),
`resolving` (the rules that follow from both), `chain` (what reads what, and how many channels there
are), `ends` (which widths stay, or get no narrower), `expansions` (which follow from another one),
`squeezes` (how gates follow from their maps), then `following`, which does all of it, and `words`,
which says so.
"""
