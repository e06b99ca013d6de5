"""A PyTorch module of this process, as the bytes of an archive that `formats.pt2` reads.

PyTorch is the user's own, and so is the code that runs here. It is imported when asked for, and
what it raises is said as a UsageError with its own type and words.
"""

from collections.abc import Sequence
from functools import partial
from types import TracebackType
from typing import Any

from mnetcost.graph import Graph
from mnetcost.importing.opening import Imported, imported
from mnetcost.importing.widths.options import Widths
from mnetcost.problems import UsageError
from mnetcost.text import clip, first_line


def of_module(module: Any, size: Sequence[int], widths: Widths | None = None) -> Imported:
    """The network of a module, run on one input of this size. `widths` says what α does to it.

    At another input it is exported again.
    """
    found = imported(exported(module, size), f"<{clip(type(module).__name__)}>", widths)
    assert found is not None  # an archive is a format that is read
    return found.reread(partial(_at, module, size, widths))


def _at(module: Any, size: Sequence[int], widths: Widths | None, height: int, width: int) -> Graph:
    return of_module(module, (*size[:-2], height, width), widths).graph()


def exported(module: Any, size: Sequence[int]) -> bytes:
    """What `torch.export.save` writes of the module, run on one input of this size, such as NCHW.

    The module stays as it is: what is exported is a copy in eval mode, which shares its tensors.
    Nothing is computed, and no weight is saved: PyTorch follows the sizes. A tensor that the
    module has under two names has the first of them in the archive.
    """
    from io import BytesIO

    torch = _torch()
    _check(module, f"a {type(module).__name__}", torch)
    archive = BytesIO()
    # Without gradients no_grad() in a module changes nothing, and leaves no body in the graph.
    with _Theirs(f"torch.export of {type(module).__name__}"), torch.no_grad():
        copy = _sharing(module, torch).eval()
        program = torch.export.export(copy, (_input(copy, size, torch),), strict=False)
        _name_once(program, copy)
        program.example_inputs = None
        for saved in (program.state_dict, program.constants):
            saved.update(_weightless(saved, torch))
        torch.export.save(program, archive)
    return archive.getvalue()


def named(words: str) -> Any:
    """The module that "package.module:name" is or makes, called without arguments.

    The user's own code runs: the package is imported, from the folders where Python looks.
    """
    from pkgutil import resolve_name

    if ":" not in words:
        raise UsageError(f"{clip(words)} names no module: expected package.module:callable")
    torch = _torch()
    with _Theirs(clip(words)):
        found = resolve_name(words)
        made = found if isinstance(found, torch.nn.Module) else found()
    _check(made, f"{clip(words)} makes a {type(made).__name__}, which", torch)
    return made


class _Theirs:
    """Around code of the user's or PyTorch's: what it raises becomes a UsageError."""

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(error, SystemExit):
            raise UsageError(f"{self._what} ends the process: exit status {error.code}") from error
        if isinstance(error, Exception):
            words = f"{self._what} raises {type(error).__name__}: {first_line(error)}"
            raise UsageError(words) from error


def _torch() -> Any:
    """PyTorch, imported when first needed. Raises UsageError where it is not installed."""
    try:
        import torch
    except ImportError:
        raise UsageError("a module needs PyTorch, your own: pip install torch") from None
    return torch


def _check(module: object, what: str, torch: Any) -> None:
    if not isinstance(module, torch.nn.Module):
        raise UsageError(f"{what} is no torch.nn.Module")


def _sharing(module: Any, torch: Any) -> Any:
    """A copy of the module, of whose tensors there is no second one."""
    from copy import deepcopy

    own = (value for part in module.modules() for value in vars(part).values())
    plain = (value for value in own if isinstance(value, torch.Tensor))
    tensors = (*module.parameters(), *module.buffers(), *plain)
    return deepcopy(module, {id(one): one for one in tensors})


def _input(module: Any, size: Sequence[int], torch: Any) -> Any:
    """A tensor of this size, of the kind and in the place of the module's parameters."""
    floats = (one for one in module.parameters() if one.is_floating_point())
    like = next(floats, torch.empty(0))
    return torch.empty(tuple(size), dtype=like.dtype, device=like.device)


def _weightless(saved: Any, torch: Any) -> dict[str, Any]:
    """The tensors among what is saved by name, with their sizes and without their numbers."""
    found = {}
    for name, tensor in saved.items():
        if isinstance(tensor, torch.Tensor):
            empty = torch.empty_like(tensor, device="meta")
            learned = isinstance(tensor, torch.nn.Parameter)
            found[name] = torch.nn.Parameter(empty, requires_grad=False) if learned else empty
    return found


def _name_once(program: Any, copy: Any) -> None:
    """Say the first name of a tensor wherever the program's signature says another of its names."""
    first: dict[int, str] = {}
    names: dict[str, str] = {}
    for named in (copy.named_parameters, copy.named_buffers):
        for name, tensor in named(remove_duplicate=False):
            names[name] = first.setdefault(id(tensor), name)
    for spec in program.graph_signature.input_specs:
        spec.target = names.get(spec.target, spec.target)
