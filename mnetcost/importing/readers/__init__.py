"""Bytes to a `Source`: a file a format, by the standard library alone, without a look at weights.

Each has `looks_like(head)`, whether a file that begins with these bytes (4,096 at most) is of its
format, and `read(data, label)`.
"""
