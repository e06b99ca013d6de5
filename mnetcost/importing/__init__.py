"""What network is in a model file?

Read: `source` (a model as its file has it), `readers` (bytes to that, a file a format),
`live` (a PyTorch module to such bytes).
"""
