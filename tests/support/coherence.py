"""What holds of every `Source`, whichever reader has made it."""

from collections import Counter

from mnetcost.importing.model import MAX_RANK, Source


def coherent(source: Source) -> Source:
    """The source, of which each value is written once and before it is read."""
    written = Counter([*source.inputs, *source.stored])
    for call in source.calls:
        assert {"", *written} >= set(call.inputs), call
        written.update(name for name in call.outputs if name)
        assert all(isinstance(name, str) for name in call.arguments)
    assert set(written.values()) <= {1}
    assert set(source.outputs) <= written.keys()
    assert source.shapes.keys() <= written.keys() - source.inputs.keys() - source.stored.keys()
    shapes = [*source.inputs.values(), *source.shapes.values()]
    assert all(side is None or side >= 0 for shape in shapes for side in shape)
    assert all(len(shape) <= MAX_RANK for shape in shapes)
    return source
