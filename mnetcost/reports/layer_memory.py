"""What is in memory at every step of a network: as a table, and for programs."""

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from mnetcost.cost import Count, share
from mnetcost.devices.memory import Memory
from mnetcost.devices.steps import Tensor
from mnetcost.reports.choices import Shown
from mnetcost.reports.layer_bytes import byte_notes, bytes_said, needs_shown
from mnetcost.reports.layer_views import LayerView
from mnetcost.tabular import Column, Kind, Table

STEPS = """\
Memory
(bytes; a step needs what it reads and writes, and what later steps read)"""
TENSORS = """\
Tensors
(from the step that writes it to the last that reads it; an output stays)"""
PEAK = "peak"


def memory_view(count: Count, shown: Shown) -> LayerView:
    """The steps with what is in memory, and in an arena where each tensor lies."""
    needs = needs_shown(count, shown)
    memory = needs.memory
    steps = _steps_table(memory)
    return LayerView(
        (steps, _tensors_table(memory)) if memory.offsets else (steps,),
        steps,
        [{} for _ in count.layers],
        {"steps": list(_step_documents(memory)), "tensors": list(_tensor_documents(memory))},
        tuple(bytes_said(needs, count)),
        byte_notes(needs, count),
        needs,
    )


def _steps_table(memory: Memory) -> Table:
    saves = any(one.saved for one in memory.steps)
    placed, peak, highest = bool(memory.offsets), memory.peak, memory.at
    columns = (
        Column("name", "Step", Kind.TEXT),
        Column("type", "Type", Kind.TEXT, leaves=6),
        Column("reads", "Reads", Kind.AMOUNT, leaves=3),
        Column("writes", "Writes", Kind.AMOUNT, leaves=4),
        Column("kept", "Kept", Kind.AMOUNT, leaves=2),
        *([Column("saved", "Saved", Kind.AMOUNT, leaves=1)] if saves else []),
        *([Column("needed", "Needed", Kind.AMOUNT)] if placed else []),
        Column("bytes", "Reaches" if placed else "In memory", Kind.AMOUNT),
        Column("bar", "", Kind.BAR, leaves=5),
        Column("peak", "", Kind.TEXT),
    )
    rows = tuple(
        (
            memory.run.tensors[one.step.writes].name,
            one.step.layer.type,
            *(one.reads, one.writes, one.kept),
            *([one.saved] if saves else []),
            *([one.needed] if placed else []),
            one.bytes,
            share(one.bytes, peak),
            PEAK if at == highest else "",
        )
        for at, one in enumerate(memory.steps)
    )
    return Table("memory", STEPS, columns, rows)


def _tensors_table(memory: Memory) -> Table:
    columns = (
        Column("name", "Tensor", Kind.TEXT),
        Column("bytes", "Bytes", Kind.AMOUNT),
        Column("last", "Last read by", Kind.TEXT, leaves=1),
        Column("offset", "Offset", Kind.AMOUNT),
    )
    rows = tuple(
        (one.name, one.size, _reader(memory, one), offset)
        for one, offset in zip(memory.run.tensors, memory.offsets)
    )
    return Table("tensors", TENSORS, columns, rows)


def _reader(memory: Memory, of: Tensor) -> str:
    """The last step that reads a tensor."""
    steps = memory.run.steps
    if of.last == len(steps):
        return "output"
    return memory.run.tensors[steps[of.last].writes].name


def _step_documents(memory: Memory) -> Iterator[dict[str, Any]]:
    for one in memory.steps:
        yield {
            "layer": one.layer,
            "tensor": memory.run.tensors[one.step.writes].name,
            **{name: getattr(one, name) for name in ("reads", "writes", "kept", "saved")},
            "needed": one.needed,
            "bytes": one.bytes,
        }


def _tensor_documents(memory: Memory) -> Iterator[dict[str, Any]]:
    """Each with its first and last step, numbered from 0; the last of an output is none."""
    ends = len(memory.steps)
    for one, offset in zip_longest(memory.run.tensors, memory.offsets):
        yield {
            "name": one.name,
            "bytes": one.size,
            "first": one.first,
            "last": None if one.last == ends else one.last,
            **({"offset": offset} if memory.offsets else {}),
        }
