"""One network of a spec as the whole spec: its variant and its knobs put at the top."""

from collections.abc import Mapping, Sequence
from typing import Any

from mnetcost.expressions import value_text
from mnetcost.problems import TOP, Collector, Origin
from mnetcost.spec.edits import Edits
from mnetcost.spec.nodes import Entries, Node, Scalar, read_nodes
from mnetcost.spec.places import keys_of
from mnetcost.spec.uses import called_knobs
from mnetcost.spec.variants import MERGED

MAX_NAME = 200  # what a spec's name may have before something is added to it


def settled(origin: Origin, variant: str, given: Mapping[str, Any]) -> Origin:
    """The spec as this variant of it with these knobs, and no other, in its own layout.

    It is one that can be read, and the knobs are its own. `expect:` is left out: its figures are of
    the spec as it was.
    """
    root, edits = read_nodes(Collector(origin)), Edits(origin)
    assert isinstance(root, Entries)
    settle(edits, root, variant, given)
    rename(edits, root, variant)
    if "expect" in root.nodes:
        edits.remove(root, "expect")
    return Origin(origin.label, edits.apply())


def settle(edits: Edits, root: Entries, variant: str, given: Mapping[str, Any]) -> None:
    """Let the spec be this variant of it, with the knobs that were given, and no other."""
    own = _variant(root, variant)
    knobs = keys_of(own["knobs"]) if "knobs" in own else {}
    knobs |= {name: Scalar(value_text(value), True, TOP) for name, value in given.items()}
    for name, node in knobs.items():
        _set(edits, root.nodes["knobs"][1], name, node)
    for name in MERGED:
        if name in own and name not in root.nodes:
            edits.set(root, name, own[name])
        elif name in own:
            for key, node in keys_of(own[name]).items():
                _set(edits, root.nodes[name][1], key, node)
    if "source" in own:
        edits.set(root, "source", own["source"])
    if "variants" in root.nodes:
        edits.remove(root, "variants")


def rename(
    edits: Edits, root: Entries, variant: str, ending: str = "", endings: Sequence[str] = ()
) -> None:
    """Let the name of the spec, or of this variant, end so, instead of in one of `endings`."""
    name = _variant(root, variant).get("name") or keys_of(root).get("name")
    if name is not None:
        edits.set(root, "name", _ended(name, ending, endings))


def rename_variants(edits: Edits, root: Entries, ending: str, endings: Sequence[str]) -> None:
    """Let the names of all variants end so."""
    section = root.nodes["variants"][1] if "variants" in root.nodes else root
    for one in keys_of(section).values() if section is not root else ():
        if isinstance(one, Entries) and "name" in one.nodes:
            edits.set(one, "name", _ended(keys_of(one)["name"], ending, endings))


def forget_knobs(origin: Origin) -> Origin:
    """A spec that was changed, without the knobs that nothing speaks of any more."""
    root, edits = read_nodes(Collector(origin)), Edits(origin)
    if not isinstance(root, Entries):
        return origin  # said when it is read again
    sections = keys_of(root)
    gone = keys_of(sections.get("knobs", root)).keys() - called_knobs(root)
    variants = keys_of(sections["variants"]).values() if "variants" in sections else ()
    for one in (root, *variants) if "knobs" in sections and gone else ():
        section = keys_of(one).get("knobs")
        if isinstance(section, Entries) and isinstance(one, Entries):
            if section.nodes.keys() <= gone:
                edits.remove(one, "knobs")
            else:
                for name in section.nodes.keys() & gone:
                    edits.remove(section, name)
    return Origin(origin.label, edits.apply())


def _variant(root: Entries, variant: str) -> dict[str, Node]:
    return keys_of(keys_of(root.nodes["variants"][1])[variant]) if variant else {}


def _set(edits: Edits, mapping: Node, name: str, node: Node) -> None:
    if isinstance(mapping, Entries):
        edits.set(mapping, name, node)


def _ended(name: Node, ending: str, endings: Sequence[str]) -> Node:
    if not isinstance(name, Scalar):
        return name
    text = name.text
    for one in endings:
        text = text.removesuffix(f" ({one})")
    return name._replace(text=f"{text[:MAX_NAME]} ({ending})" if ending else text)
