"""The nodes of one written layer, and whose weights they use."""

from collections.abc import Sequence

from mnetcost.graph import INPUT, NORM_VALUES, Node
from mnetcost.layers.base import Layer
from mnetcost.layers.joins import Merge
from mnetcost.spec.entries import Written
from mnetcost.spec.nodes import Entries
from mnetcost.spec.nodes import Node as YamlNode
from mnetcost.spec.scope import Named, Owner, Scope
from mnetcost.spec.surroundings import NODE, Surroundings
from mnetcost.text import clip, counted

WEIGHTS_KEYS = ("from", "norm")
NORMS = ("shared", "own")
EARLIER = "the name of an earlier layer or call"


class Sharing(Surroundings):
    """Adds nodes, each with weights of its own or those of an earlier one."""

    def place(
        self,
        expanded: Sequence[tuple[str, Layer]],
        written: Written,
        reads: tuple[int, ...],
        owner: Owner | None,
        scope: Scope,
    ) -> Named:
        """Add the nodes of one written layer, each reading the one before it.

        `owner` is what has their weights: each half of a pair takes those of its own like.
        """
        first, entry = len(self.nodes), reads[0] if reads else INPUT
        mine = range(first, first + len(expanded))
        shared: Sequence[int | None] = (None,) * len(expanded)
        if owner and owner.of and written.known and self.alike(owner, mine, scope):
            shared = owner.of.nodes
        for (name, record), shares in zip(expanded, shared):
            layer = record._replace(inputs=len(reads)) if isinstance(record, Merge) else record
            derived = tuple(one for one in written.derived if hasattr(layer, one))
            later = len(self.nodes) > first
            self.add(
                Node(
                    name,
                    layer,
                    reads,
                    written.key.mark,
                    riders=tuple(layer.riders()),
                    states=None if later else written.states,
                    derived=derived,
                    block=scope.block,
                    entry=entry if later else None,
                    shares=shares,
                    own_norm=owner is not None and owner.own_norm,
                    training_only=scope.training_only,
                    uses=tuple(self.collector.uses),
                    like=written.is_like,
                    doubtful=written.doubtful,
                )
            )
            reads = (len(self.nodes) - 1,)
        return Named(reads, mine)

    def owner(self, node: YamlNode, name: str, scope: Scope) -> Owner | None:
        """What has the weights that `weights:` names; the input's, which has none, are reported.

        What names itself, by its `name` in a repeat, has its own in the first turn.
        """
        own_norm = False
        if isinstance(node, Entries):
            entries = self.convert.entries(node, WEIGHTS_KEYS, "weights") or {}
            if "norm" in entries:
                own_norm = self.convert.word(entries["norm"][1], NORMS) == "own"
            if "from" not in entries:
                self.collector.add(node.mark, "missing-key", "weights need `from`")
                return None
            node = entries["from"][1]
        if getattr(node, "text", None) == name and name not in scope.names:
            return Owner(node, None, own_norm)
        owner = self.tensor(node, scope)
        if owner is not None and not owner.nodes:
            name = clip(getattr(node, "text", ""))
            message = f"`{name}` is a map that comes in, not a layer: it has no weights"
            self.collector.add(node.mark, "shared-weights", message, expected=EARLIER)
            return None
        return owner and Owner(node, owner, own_norm)

    def alike(self, owner: Owner, mine: range, scope: Scope) -> bool:
        """Whether what has the weights is of as many layers, built before these; else reported."""
        others = owner.of.nodes if owner.of else mine
        name = clip(getattr(owner.name, "text", ""))
        message = f"it has {counted(len(mine), 'layer')}, `{name}` {len(others)}"
        expected = "as many: a separable names another, a call one of its block, a layer one layer"
        if others.stop > mine.start:
            message, expected = f"`{name}` is in this call itself", EARLIER
        elif len(others) == len(mine):
            return True
        whole, _, _ = self.nodes[others[-1]].name.rpartition("/")  # of a half, the pair
        pair = len(others) == 1 and self.places.get(whole)
        fits = pair and len(pair.nodes) == len(mine)
        self.collector.add(
            owner.name.mark,
            "shared-weights",
            message,
            expected=expected,
            suggestion=whole.removeprefix(scope.prefix) if fits else None,
        )
        return False

    def share(self, owner: Owner, mine: range, others: range) -> None:
        """Let the nodes of a block use the weights of another's, each those of its like."""
        self.steps.take(NODE * len(mine))
        for user, place in zip(mine, others):
            layer, x = self._unrolled(self.nodes[user])
            kinds = {kind for kind, _ in layer.parameters(x, self.maps[user])}
            if owner.own_norm:
                kinds -= NORM_VALUES
            if kinds and self.nodes[user].shares is None:
                changed = self.nodes[user]._replace(shares=place, own_norm=owner.own_norm)
                self.nodes[user] = changed
