"""Blocks, repeats and rows found again in a list of layers.

`items` joins branches, `alike` says which parts are alike and aligns them, `repeats` chooses what
becomes a block, `parameters` what a block takes, `conditions` when a layer of one is there, `rows`
writes its calls, `folded` the whole spec.
"""
