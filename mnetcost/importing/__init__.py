"""What network is in a model file?

Read: `model` (a model as its file has it), `formats` (bytes to that, a file a format), `axes`
(which axes of a value are which of a map) and `arranging` (those of another map), `values` (what is
known of one), `ledger` (what was read), `translation` (what rules read and write), `rules` (what
operators do, for all formats), `operators` (which operator of a format is which rule), `following`
(sizes at two inputs) and `resizing` (calls at another input than the file's own), `translate` (all
calls, one by one), `riders` and `gates` (what people write otherwise than files), `plain` (all of
these), `widths` (what α does to it), `spelling` (layers as the text of a spec), `folding` (blocks
and rows found again), then `opening`, which does everything. `live` gets the file of a PyTorch
module.
"""
