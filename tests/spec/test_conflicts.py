"""Every key that is given matters, or is refused: none is read and ignored."""

import pytest
from networks import codes

import mnetcost

HEAD = "input: {height: 6, width: 10, channels: 8}\nlayers:\n  - conv: {name: c, out: 12}\n"
NOTHING = "speaks of what comes in, and `{}` reads nothing"


def load(entry: str) -> mnetcost.Network:
    return mnetcost.load(f"{HEAD}  - {entry}\n")


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("split: {into: 3, names: [q, k, v], take: 1}", "`take` beside `names`"),
        ("split: {into: 3, scale: false}", "`scale` without `sizes`"),
        ("slice: {every: 2, scale: false}", "`scale` without `first` or `last`"),
        ("max_pool: {kernel: 3, clip: true, padding: 1}", "`clip` without `ceil: true`"),
        ("avg_pool: {kernel: 3, clip: true}", "`clip` without `ceil: true`"),
        ("avg_pool: {kernel: [3, 2], ceil: true}", "`ceil` beside a padding of `same`"),
        ("conv: {out: 12, groups: 2, group_width: 4}", "`group_width` beside `groups`"),
        (
            "cond_conv: {out: 6, experts: 2, groups: 2, group_width: 4}",
            "`group_width` beside `groups`",
        ),
        ("conv: {out: 3, called_as: functional}", "`called_as` without an `act`"),
        ("separable: {out: 3, called_as: tensor}", "`called_as` without an `act`"),
        ("pointwise: {out: 3, called_as: tensor}", "`called_as` without an `act`"),
        ("batch_norm: {called_as: functional}", "`called_as` without an `act`"),
        ("dense: {out: 3, per_position: true, called_as: absent}", "`called_as` without an"),
        ("conv: {out: 13, scale: false, round: floor}", "`round` beside `scale: false`"),
        ("pointwise: {out: 13, scale: false, round: floor}", "`round` beside `scale: false`"),
        ("conv: {out: scaled($turn + 3), scale: false}", r"`scale: false` beside `scaled\(\)`"),
        ("slice: {first: scaled($turn), scale: false}", r"`scale: false` beside `scaled\(\)`"),
        ("learned: {out: 3, from: c}", f"`from` {NOTHING.format('learned')}"),
        ("learned: {out: 3, in: 12}", f"`in` {NOTHING.format('learned')}"),
        ("learned: {out: $here}", f"`out` {NOTHING.format('learned')}"),
        ("learned: {expand: 2}", f"`expand` {NOTHING.format('learned')}"),
        ("constant: {channels: $here / 2}", f"`channels` {NOTHING.format('constant')}"),
        ("constant: {channels: 2, from: input, like: c}", "`from` speaks of what comes in"),
        ("{branches: [[relu]], axis: height}", "`axis` without a `merge`"),
        ("{branches: [[], [relu]], axis: height, merge: add}", "`axis` beside merge: add"),
        (
            "{rows: conv, columns: [out, act], values: [[3, relu]], with: {act: gelu}}",
            "`act` stands in `columns` and under `with`",
        ),
        (
            "{rows: conv, columns: [out, stride], first: [stride], values: [[3, 2]]}",
            "`first` without a `repeat`",
        ),
    ],
)
def test_a_key_that_would_be_ignored_is_refused(entry: str, words: str) -> None:
    with pytest.raises(mnetcost.SpecError, match=words) as error:
        load(entry)
    assert codes(error) == ["conflict"]


def test_one_dimensional_pools_too() -> None:
    with pytest.raises(mnetcost.SpecError, match="`ceil` beside a padding of `same`") as error:
        load("reshape: {height: 1, channels: 12}\n  - max_pool1d: {kernel: 3, ceil: true}")
    assert codes(error) == ["conflict"]


@pytest.mark.parametrize(
    ("entry", "shape"),
    [
        ("split: {into: 3, scale: true}", (6, 10, 4)),
        ("split: {sizes: [5, rest], take: 2, scale: false}", (6, 10, 7)),
        ("max_pool: {kernel: 3, stride: 2, padding: valid, ceil: true, clip: true}", (3, 5, 12)),
        ("max_pool: {kernel: 3, stride: 2, ceil: false, clip: false}", (3, 5, 12)),
        ("conv: {out: 8, group_width: 3, act: relu, called_as: functional}", (6, 10, 8)),
        ("separable: {out: 3, act: relu, inner: {act: none}, called_as: tensor}", (6, 10, 3)),
        ("learned: {out: $in, height: 2, width: 3}", (2, 3, 8)),
        ("constant: {channels: 2, from: input}", (6, 10, 2)),
        ("{rows: conv, columns: [out], values: [[3]], with: {kernel: 3, act: gelu}}", (6, 10, 3)),
    ],
)
def test_keys_that_matter_or_say_the_default_are_read(entry: str, shape: tuple[int, ...]) -> None:
    assert load(entry).cost().layers[-1].output == shape


def test_the_keys_of_defaults_are_for_those_that_they_concern() -> None:
    """Under `groups` the default `group_width` is no second way, nor `ceil` beside `same`."""
    defaults = "defaults: {conv: {group_width: 4}, max_pool: {ceil: true, padding: valid}}\n"
    net = mnetcost.load(
        f"{defaults}{HEAD.replace('out: 12', 'out: 12, groups: 1')}"
        "  - conv: {out: 6}\n  - max_pool: {kernel: [5, 3], padding: same}\n"
    )
    assert [one.params for one in net.cost().layers] == [8 * 12, 4 * 6, 0]  # 3 groups of 4
    assert net.cost().layers[-1].output == (2, 4, 6)
    assert net.cost(2).layers[1].params == 4 * 12  # of 6 groups


def test_a_parameter_that_nothing_uses_is_reported() -> None:
    block = "blocks: {b: {takes: {out: , stride: 1}, layers: [conv: {out: $out}]}}\n"
    with pytest.raises(mnetcost.SpecError, match="the parameter `stride` is never used") as error:
        mnetcost.load(f"{block}{HEAD}  - b: {{out: 3, stride: 2}}\n")
    assert codes(error) == ["unused"]
