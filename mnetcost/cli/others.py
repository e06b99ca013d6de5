"""The other networks of `mnetcost check --against`: a target, or each SPEC in a revision."""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from mnetcost.analysis.check.against import Against
from mnetcost.analysis.check.check import EXPECTED, names_of
from mnetcost.analysis.check.increase import New, increases
from mnetcost.cli.targets import costs_of
from mnetcost.cost import FORWARD
from mnetcost.importing.opening import TORCH, is_model
from mnetcost.notebook.network import Network
from mnetcost.problems import TOP, Problem, SpecError, UsageError
from mnetcost.revisions import find_revision, text_at
from mnetcost.spec import STREAM, locate, read_graph, shipped
from mnetcost.spec.sources import stem
from mnetcost.targets import each, read_target
from mnetcost.text import SENTENCE, clip, did_you_mean

if TYPE_CHECKING:
    from mnetcost.tabular import Report

Held: TypeAlias = tuple[Network, Mapping[str, Any]]  # a network, and its setting
FETCH = "in a shallow clone `git fetch --depth=1 origin main` first, which is FETCH_HEAD then"


class Others(NamedTuple):
    """Each network beside its other one, those without one, and words about what it is."""

    pairs: list[Against]
    new: list[New]
    said: tuple[str, ...] = ()

    def demand_all(self) -> None:
        """Raise SpecError with every network that the other side has not."""
        problems = [
            Problem(
                one.here.graph.origin.label,
                TOP,
                "nothing-checked",
                f"nothing to check: it is not in {clip(one.target)}",
                expected=EXPECTED,
            )
            for one in self.new
        ]
        if problems:
            raise SpecError(problems)

    def report(self, report: "Report", limits: Mapping[str, Fraction] | None) -> "Report":
        """The report of a check with what came out: layer by layer, or held to `limits`."""
        if limits is not None:
            from mnetcost.reports.increase import with_increases

            found = [row for pair in self.pairs for row in increases(pair, limits)]
            return with_increases(report, found, self.new, self.said)
        from mnetcost.reports.against import with_others
        from mnetcost.reports.increase import nowhere

        return with_others(report, self.pairs, [*self.said, *map(nowhere, self.new)])


def others_of(text: str, held: Sequence[Held], setting: Mapping[str, Any]) -> Others:
    """What `text` means of each network: a network wins over a revision of the same name.

    `setting` is that of the options, which hold for a network that `text` names too.
    """
    networks = [network for network, _ in held]
    names = names_of(networks)
    said: tuple[str, ...] = ()
    if target := _network(text):
        if os.path.isfile(text) and not os.path.splitext(text)[1] and _revision(text, networks):
            said = (f"{text} is a file here; the revision is refs/heads/{text} or its tag's name",)
        spec = read_target(target).spec
        trained = spec.startswith(TORCH) or is_model(spec)
        (there,) = costs_of([target], FORWARD, {**setting, "alpha": None} if trained else setting)
        theirs: list[Any] = [there for _ in networks]
    else:
        theirs = each(held, lambda one: _before(text, *one))
    pairs, new = [], []
    for (network, own), there in zip(held, theirs):
        name, here = names[network.graph.origin.label], network.counted(FORWARD, **own)
        if there is None:
            new.append(New(name, text, here))
        else:
            pairs.append(Against.of(name, text, here, there))
    return Others(pairs, new, said)


def _network(text: str) -> str:
    """The target that it names, a file or a network; empty where it may be a revision."""
    spec, at, words = text.rpartition("@")
    spec = spec if at and "=" in words else text
    if spec == STREAM or spec.startswith(TORCH):
        return text
    with suppress(SpecError):
        locate(spec)
        return text
    if not os.path.isfile(spec):
        return ""
    return text if os.sep in text else os.path.join(".", text)


def _revision(text: str, networks: Sequence[Network]) -> bool:
    """Whether there is a revision of this name; none where there is no git."""
    try:
        return any(find_revision(text, one.graph.origin.label) for one in networks)
    except UsageError:
        return False


def _before(text: str, network: Network, setting: Mapping[str, Any]) -> Any:
    """The cost of a network as its spec was in a revision; None where it was not there."""
    graph = network.graph
    path = graph.origin.label
    if graph.ledger is not None or not os.path.isfile(path):
        raise UsageError(
            f"--against {clip(text)}: a revision has the text of a spec, not of {path}"
        )
    commit, reason = None, FETCH
    try:
        commit = find_revision(text, path)
    except UsageError as error:
        reason = str(error)
    if commit is None:
        message = "no file, no network that is shipped, and no revision of git of this name"
        near = did_you_mean(stem(text), shipped())
        label = clip(text, SENTENCE)
        raise SpecError([Problem(label, TOP, "no-such-file", message, reason, near)])
    origin = text_at(text, commit, path)
    if origin is None:
        return None
    return Network(graph=read_graph(origin, graph.variant, graph.given)).counted(FORWARD, **setting)
