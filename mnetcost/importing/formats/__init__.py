"""Bytes to a `Source`: a file a format, by the standard library alone, without a look at weights.

Each has `looks_like(head)`, whether a file that begins with these bytes (4,096 at most) is of its
format, and `read(data, label)`.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from mnetcost.importing.model import Source

HEAD = 4096  # bytes by which a format is told
FORMATS = ("onnx", "pt2", "keras", "tflite", "ncnn", "darknet", "caffe")  # the surest first


def reader_of(head: bytes) -> Callable[[Any, str], Source] | None:
    """What reads a file that begins so; None for a file of no known format."""
    for name in FORMATS:
        reader = import_module(f"{__name__}.{name}")
        if reader.looks_like(head):
            return reader.read  # type: ignore[no-any-return]
    return None
