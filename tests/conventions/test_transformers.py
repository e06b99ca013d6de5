"""A transformer as its library calls it: dense, attention without weights, dense."""

import pytest

import mnetcost

# vit_tiny_patch16_224 of timm 1.0.31, whose attention is one fused function.
VIT = """
input: {{height: 224, width: 224, channels: 3}}
blocks:
  attend:
    layers:
      - layer_norm
      - dense: {{out: $in * 3, per_position: true, bias: true}}
      - dot_product_attention: {{heads: 3, called_as: {called}}}
      - dense: {{out: $in, per_position: true, bias: true}}
    residual: true
  mlp:
    layers:
      - layer_norm
      - dense: {{expand: 4, per_position: true, bias: true, act: gelu}}
      - dense: {{out: $in, per_position: true, bias: true}}
    residual: true
layers:
  - branches:
      - - learned: {{name: class_token, out: 192}}
      - - conv: {{out: 192, kernel: 16, stride: 16, padding: valid, bias: true}}
        - flatten: {{into: height}}
    merge: concat
    axis: height
  - position_embedding
  - repeat: 12
    layers: [attend, mlp]
  - layer_norm
  - crop: {{height: 1, width: 1}}
  - dense: {{out: 1000, bias: true}}
"""


@pytest.mark.parametrize("called", ["functional", "module", "tensor"])
def test_what_is_calculated_of_a_transformer_written_apart(called: str) -> None:
    cost = mnetcost.load(VIT.format(called=called)).cost()
    assert sum(cost.parameters) == 5_717_416
    assert cost.mult_adds == 1_253_683_200
    assert cost.work["multiply_accumulate"] == 1_074_851_328


TOOLS = [  # as run with timm: its Attention module is known to ptflops, and is no other tool's
    ("thop", "functional", 1_078_633_728),
    ("torchinfo", "functional", 34_470_760),
    ("ptflops", "module", 913_833_004),
]


@pytest.mark.parametrize(("tool", "called", "printed"), TOOLS)
def test_the_numbers_of_its_tools(tool: str, called: str, printed: int) -> None:
    cost = mnetcost.load(VIT.format(called=called)).cost(convention=tool)
    assert cost.counted == (printed, printed)
    if tool != "ptflops":
        module = mnetcost.load(VIT.format(called="module")).cost(convention=tool)
        assert module.counted == (printed, printed)
