"""A network as a notebook holds it."""

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mnetcost.conventions.presets import convention as find_convention
from mnetcost.cost import Basis
from mnetcost.graph import Graph
from mnetcost.importing.opening import open_graph
from mnetcost.multipliers import make_setting
from mnetcost.notebook.cost import Cost
from mnetcost.record import Record
from mnetcost.spec import read_graph, resized
from mnetcost.text import counted as so_many

if TYPE_CHECKING:  # a rewriting needs ruamel.yaml, and a spec has no widths that are unsaid
    from mnetcost.importing.widths.options import Widths
    from mnetcost.notebook.rewrite import Rewriting


class Network(Record):
    """A network read from a spec. Costs nothing until asked."""

    graph: Graph

    @property
    def name(self) -> str:
        """What the spec calls it."""
        return self.graph.name

    @property
    def source(self) -> str:
        """Where the spec says it comes from."""
        return self.graph.source

    @property
    def ledger(self) -> Mapping[str, Any] | None:
        """What was read of its model file; None of a spec."""
        return self.graph.ledger

    def cost(  # noqa: PLR0913 - the setting, and what is counted
        self,
        alpha: Any = 1,
        rho: Any = None,
        resolution: Any = None,
        input: Any = None,  # noqa: A002 - the CLI's own word
        *,
        convention: "str | os.PathLike[str] | None" = None,
        batch: int = 1,
        pass_: str = "forward",
    ) -> Cost:
        """The cost at width multiplier `alpha` and resolution multiplier `rho`.

        Multipliers are exact: "0.75", "6/7", 0.75 or a Fraction. `resolution` (px) sets the longer
        side instead of ρ; `input` ("320x256" or (height, width), px) replaces the spec's input, and
        "96x96x1" the knob too that its channels are.

        `convention` is the name of a preset or the path of a preset file: it gives `cost.counted`
        beside `params` and `mult_adds`, which keep the paper's meaning. `batch` images multiply the
        work; `pass_` is "forward", "backward" or "training" and chooses whose mult-adds.

        Raises UsageError for an unreadable or non-positive value, or for ρ with a resolution, and
        SpecError where the network is impossible at the setting, or for a wrong preset file.
        """
        return self.counted(make_basis(convention, batch, pass_), alpha, rho, resolution, input)

    def counted(
        self,
        basis: Basis,
        alpha: Any = 1,
        rho: Any = None,
        resolution: Any = None,
        input: Any = None,  # noqa: A002 - the CLI's own word
    ) -> Cost:
        """The cost on a basis: a batch, a pass and a convention."""
        graph, size = resized(self.graph, input)
        setting = make_setting(graph.base, alpha, rho, resolution, size)
        return Cost.of(graph, setting, basis)

    @property
    def variant(self) -> str:
        """The variant of its spec that it is, or an empty text."""
        return self.graph.variant

    def configured(self, variant: str | None, knobs: Mapping[str, Any]) -> "Network":
        """The same spec as another variant and with other knobs."""
        graph = read_graph(self.graph.origin, variant or "", knobs)
        return Network(graph=graph._replace(ledger=self.ledger))

    def set(self, **knobs: Any) -> "Network":
        """The same network with other knobs. Raises UsageError for one that it has not."""
        return self.configured(self.variant, {**self.graph.given, **knobs})

    def rewrite(self, to: str, layers: str | Sequence[str] = ()) -> "Rewriting":
        """The spec with standard k×k convolutions (k > 1) made separable, or back.

        `to` is "separable" or "standard"; `layers` are globs of full names, such as
        "stage_*/conv_1*", where "!conv_1" leaves out. Needs ruamel.yaml (the extra `fmt`). Raises
        UsageError for an unknown word or a glob without a layer, SpecError where the new spec
        would not hold. `load` reads its `.text`. Howard et al. 2017, arXiv:1704.04861, section 3.1.
        """
        from mnetcost.notebook.rewrite import Rewriting

        return Rewriting.of(self.graph, to, layers)

    def __repr__(self) -> str:
        height, width = self.graph.base
        sides = f"{height}×{width}×{self.graph.input.channels}"
        return f"Network({self.name!r}, {so_many(len(self.graph.nodes), 'layer')}, input {sides})"

    def _repr_html_(self) -> str:
        return self.cost()._repr_html_()


def make_basis(
    convention: "str | os.PathLike[str] | None" = None, batch: int = 1, pass_: str = "forward"
) -> Basis:
    """What is counted. Raises UsageError for what nobody could count, SpecError for a preset."""
    chosen = None if convention is None else find_convention(convention)
    return Basis(batch, pass_, chosen).checked()


def load(
    spec: str | os.PathLike[str],
    variant: str = "",
    set: Mapping[str, Any] | None = None,  # noqa: A002 - the CLI's own word
    widths: "Widths | None" = None,
    input: Any = None,  # noqa: A002 - the CLI's own word
) -> Network:
    """The network of a shipped name, a path, or a text, as `variant` and with knobs `set`.

    A string with a newline is the text of a spec; one with a separator or ending in .yaml, .yml or
    as a model file does (.onnx, .pt2, .keras, .tflite, .prototxt, .param, .cfg, .json) is a path;
    any other is a name, of a spec or of a variant. What a file at a path is, its content says: a
    spec, or a model, of which `widths` says what α does, and `input`, such as "320x256", what its
    input is where the file leaves that open. Raises UsageError for a knob or a width
    that it has not, SpecError with every problem of the spec.
    """
    return Network(graph=open_graph(spec, variant, set, widths, input))


def from_torch(
    module: Any, size: Sequence[int] = (1, 3, 224, 224), widths: "Widths | None" = None
) -> Network:
    """The network of a PyTorch module, as it runs in eval mode on an input of this size (NCHW).

    `torch.export` runs its forward pass on PyTorch's meta device, so no weight is touched, and the
    module stays as it is; a count at another input exports it again. `widths` says what α does.
    Raises UsageError where it cannot be exported, SpecError with the names of what the language
    cannot say. Needs PyTorch.
    """
    from mnetcost.importing.live import of_module

    return Network(graph=of_module(module, size, widths).graph())
