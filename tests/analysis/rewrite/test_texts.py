"""How `mnetcost rewrite` writes what it replaces, and nothing changed unasked."""

import pytest

import mnetcost

pytest.importorskip("ruamel.yaml")

HEAD = "input: {height: 12, width: 20, channels: 4}\n"


def rewritten(body, to, layers=()):
    """The text below the input, rewritten."""
    text = mnetcost.load(HEAD + body).rewrite(to, layers).text
    assert text.startswith(HEAD)
    return text.removeprefix(HEAD)


TO_SEPARABLE = {
    "kernel 3 needs no word": (
        "layers:\n  - conv: {out: 8, kernel: 3, stride: 2}\n",
        "layers:\n  - separable: {out: 8, stride: 2}\n",
    ),
    "everything else stays": (
        "layers:\n  - conv: {name: a, out: 8, kernel: [3, 5], padding: [1, 0], dilation: 2, "
        "bias: true, scale: false, norm: batch, act: relu, groups: 1, in: 4}\n",
        "layers:\n  - separable: {name: a, out: 8, kernel: [3, 5], padding: [1, 0], dilation: 2, "
        "bias: true, scale: false, norm: batch, act: relu, in: 4}\n",
    ),
    "1×1, grouped and depthwise stay": (
        "layers:\n  - conv: {out: 8}\n  - conv: {out: 8, kernel: 3, groups: 8}\n  - depthwise\n",
        "layers:\n  - conv: {out: 8}\n  - conv: {out: 8, kernel: 3, groups: 8}\n  - depthwise\n",
    ),
    "defaults move along": (
        "defaults:\n  conv: {kernel: 3, norm: batch, act: relu} # all\n"
        "layers:\n  - conv: {out: 8}\n  - conv: {out: 8, act: none}\n",
        "defaults:\n  separable: {norm: batch, act: relu} # all\n"
        "layers:\n  - separable: {out: 8}\n  - separable: {out: 8, act: none}\n",
    ),
    "defaults are kept for those that stay": (
        "defaults:\n  conv: {norm: batch}\nlayers:\n  - conv: {out: 8, kernel: 3}\n"
        "  - conv: {out: 8}\n",
        "defaults:\n  conv: {norm: batch}\n  separable: {norm: batch}\nlayers:\n"
        "  - separable: {out: 8}\n  - conv: {out: 8}\n",
    ),
    "defaults of other separable layers do not reach it": (
        "defaults:\n  conv: {act: relu}\n  separable: {kernel: 5, norm: batch}\nlayers:\n"
        "  - separable: {out: 8}\n  - conv: {out: 8, kernel: [3, 1]}\n  - conv: {out: 8}\n",
        "defaults:\n  conv: {act: relu}\n  separable: {kernel: 5, norm: batch}\nlayers:\n"
        "  - separable: {out: 8}\n"
        "  - separable: {out: 8, kernel: [3, 1], norm: none, act: relu}\n  - conv: {out: 8}\n",
    ),
    "rows": (
        "layers:\n  - rows: conv\n    columns: [out, stride]\n    with: {kernel: 3, act: relu}\n"
        "    values:\n      - [8, 1]\n      - [9, 2]\n",
        "layers:\n  - rows: separable\n    columns: [out, stride]\n    with: {act: relu}\n"
        "    values:\n      - [8, 1]\n      - [9, 2]\n",
    ),
    "rows that had a default": (
        "defaults:\n  conv: {kernel: 5}\nlayers:\n  - rows: conv\n    columns: [out]\n"
        "    values:\n      - [8]\n      - [9]\n  - separable: {out: 8}\n",
        "layers:\n  - rows: separable\n    columns: [out]\n    with: {kernel: 5}\n"
        "    values:\n      - [8]\n      - [9]\n  - separable: {out: 8}\n",
    ),
    "blocks, expressions and widths of their own": (
        "blocks:\n  unit:\n    takes: {k: , stride: 1}\n    layers:\n"
        '      - conv: {expand: 2, kernel: $k, stride: "max(1, $stride)", when: $stride > 0}\n'
        "layers:\n  - unit: {k: 3, repeat: 2}\n  - unit: {k: 5, stride: 2}\n",
        "blocks:\n  unit:\n    takes: {k: , stride: 1}\n    layers:\n"
        '      - separable: {expand: 2, kernel: $k, stride: "max(1, $stride)", when: $stride > 0}\n'
        "layers:\n  - unit: {k: 3, repeat: 2}\n  - unit: {k: 5, stride: 2}\n",
    ),
    "names hold": (
        "layers:\n  - conv: {name: a, out: 4, kernel: 3}\n  - relu\n  - add: {from: [a, relu_1]}\n",
        "layers:\n  - separable: {name: a, out: 4}\n  - relu\n  - add: {from: [a, relu_1]}\n",
    ),
    "numbers follow": (
        "layers:\n  - conv: {out: 4}\n  - conv: {out: 4, kernel: 3}\n  - conv: {out: 4}\n"
        "  - add: {from: [conv_1, conv_2, conv_3]}\n",
        "layers:\n  - conv: {out: 4}\n  - separable: {out: 4}\n  - conv: {out: 4}\n"
        "  - add: {from: [conv_1, separable_1, conv_2]}\n",
    ),
    "numbers of what a block gives, and of whose weights": (
        "blocks:\n  pair:\n    inputs: [a, b]\n    layers:\n"
        "      - conv: {from: b, out: 4, kernel: 3}\n"
        "      - conv: {out: 4, kernel: 3, weights: {from: conv_1, norm: own}}\n"
        "    outputs: [conv_2, conv_1]\nlayers:\n"
        "  - pair: {name: p, repeat: 2, from: [input, input]}\n"
        "  - add: {from: p}\n  - add: {from: [p/1, p/2]}\n",
        "blocks:\n  pair:\n    inputs: [a, b]\n    layers:\n      - separable: {out: 4, from: b}\n"
        "      - separable: {out: 4, weights: {from: separable_1, norm: own}}\n"
        "    outputs: [separable_2, separable_1]\nlayers:\n"
        "  - pair: {name: p, repeat: 2, from: [input, input]}\n"
        "  - add: {from: p}\n  - add: {from: [p/1, p/2]}\n",
    ),
    "numbers of the list around, and names like numbers": (
        "blocks:\n  reader:\n    layers:\n      - relu: {from: conv_2}\n"
        "  owner:\n    layers:\n      - relu: {name: conv_2}\n      - relu: {from: conv_2}\n"
        "layers:\n  - conv: {out: 4, kernel: 3}\n  - conv: {out: 5}\n  - reader\n  - owner\n",
        "blocks:\n  reader:\n    layers:\n      - relu: {from: conv_1}\n"
        "  owner:\n    layers:\n      - relu: {name: conv_2}\n      - relu: {from: conv_2}\n"
        "layers:\n  - separable: {out: 4}\n  - conv: {out: 5}\n  - reader\n  - owner\n",
    ),
    "names of blocks too": (
        'blocks:\n  unit:\n    takes: {id: }\n    layers:\n      - conv: {name: "${id}", out: 4, '
        "kernel: 3}\nlayers:\n  - unit: {id: a}\n  - relu\n  - add: {from: [a, relu_1]}\n",
        'blocks:\n  unit:\n    takes: {id: }\n    layers:\n      - separable: {name: "${id}", '
        "out: 4}\nlayers:\n  - unit: {id: a}\n  - relu\n  - add: {from: [a, relu_1]}\n",
    ),
    "comments stay": (
        "# one\nlayers:\n  # two\n  - conv:\n      out: 8 # three\n      # four\n      kernel: 3\n"
        "  # five\n  - relu # six\n",
        "# one\nlayers:\n  # two\n  - separable: {out: 8}  # three  # four\n  # five\n"
        "  - relu # six\n",
    ),
}


@pytest.mark.parametrize(("body", "expected"), TO_SEPARABLE.values(), ids=TO_SEPARABLE)
def test_written_as_separable(body, expected):
    assert rewritten(body, "separable") == expected


TO_STANDARD = {
    "the kernel must be said": (
        "layers:\n  - separable: {out: 8, stride: 2}\n",
        "layers:\n  - conv: {out: 8, kernel: 3, stride: 2}\n",
    ),
    "what is inner is gone": (
        "defaults:\n  separable: {norm: batch, inner: {norm: none}}\n"
        "layers:\n  - separable: {out: 8, kernel: [1, 7], inner: {act: relu}}\n"
        "  - conv: {out: 2}\n",
        "layers:\n  - conv: {out: 8, kernel: [1, 7], norm: batch}\n  - conv: {out: 2}\n",
    ),
    "two layers": (
        "layers:\n  - depthwise: {kernel: [3, 5], stride: 2, norm: batch, act: relu}\n"
        "  - conv: {name: b, out: 8, bias: true}\n",
        "layers:\n  - conv: {name: b, out: 8, kernel: [3, 5], stride: 2, bias: true}\n",
    ),
    "with layers between": (
        "layers:\n  - depthwise # first\n  - batch_norm\n  # then\n  - relu\n"
        "  - pointwise: {out: 8} # last\n  # next\n  - relu: {name: end}\n  - relu\n"
        "  - add: {from: [end, relu_3]}\n",
        "layers:\n  - conv: {out: 8, kernel: 3}  # first  # then # last\n  # next\n"
        "  - relu: {name: end}\n  - relu\n  - add: {from: [end, relu_2]}\n",
    ),
    "defaults of both halves": (
        "defaults:\n  conv: {stride: 2, norm: batch}\n  depthwise: {kernel: 5, act: relu}\n"
        "layers:\n  - depthwise: {from: input}\n  - conv: {out: 8, stride: 1}\n",
        "defaults:\n  conv: {stride: 2, norm: batch}\n"
        "layers:\n  - conv: {out: 8, kernel: 5, stride: 1, from: input}\n",
    ),
    "a grouped convolution is one half too": (
        "layers:\n  - conv: {out: 4, groups: 4, kernel: 3, dilation: 2, padding: valid}\n"
        "  - conv: {out: 8, act: relu}\n",
        "layers:\n  - conv: {out: 8, kernel: 3, padding: valid, dilation: 2, act: relu}\n",
    ),
    "in a block, under the same condition": (
        "blocks:\n  unit:\n    takes: {out: , go: true}\n    layers:\n"
        "      - depthwise: {when: $go}\n      - conv: {out: $out, when: $go}\n"
        "layers:\n  - unit: {out: 8}\n  - unit: {out: 8, go: false}\n",
        "blocks:\n  unit:\n    takes: {out: , go: true}\n    layers:\n"
        "      - conv: {out: $out, kernel: 3, when: $go}\n"
        "layers:\n  - unit: {out: 8}\n  - unit: {out: 8, go: false}\n",
    ),
    "rows": (
        "layers:\n  - rows: separable\n    columns: [out, kernel]\n    values:\n"
        "      - [8, 3]\n      - [6, [1, 5]]\n",
        "layers:\n  - rows: conv\n    columns: [out, kernel]\n    values:\n"
        "      - [8, 3]\n      - [6, [1, 5]]\n",
    ),
    "in brackets": (
        "layers: [depthwise, conv: {out: 8}, relu]\n",
        "layers:\n  - conv: {out: 8, kernel: 3}\n  - relu\n",
    ),
}


@pytest.mark.parametrize(("body", "expected"), TO_STANDARD.values(), ids=TO_STANDARD)
def test_written_as_standard(body, expected):
    assert rewritten(body, "standard") == expected
