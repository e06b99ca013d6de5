"""Networks of Caffe as they are trained, with labels and losses; inputs that nothing reads."""

import pytest
from sources import call, layers_of, source

import mnetcost
from mnetcost import SpecError
from mnetcost.importing.opening import imported

DATA = """
layer { name: "data" type: "Data" top: "data" top: "label" include { phase: %s }
  transform_param { %s crop_size: 23 } data_param { source: "x" batch_size: 50 backend: LMDB } }
"""
LAYERS = """
layer { name: "c" type: "Convolution" bottom: "data" top: "c"
  convolution_param { num_output: 6 kernel_h: 3 kernel_w: 5 stride: 2 } }
layer { name: "f" type: "InnerProduct" bottom: "c" top: "f" inner_product_param { num_output: 4 } }
layer { name: "right" type: "Accuracy" bottom: "f" bottom: "label" top: "right"
  include { phase: TEST } }
layer { name: "loss" type: "%s" bottom: "f" bottom: "label" top: "loss" }
"""


def trained(pictures: str, loss: str = "SoftmaxWithLoss") -> str:
    data = DATA % ("TRAIN", pictures) + DATA % ("TEST", pictures)
    found = imported((data + LAYERS % loss).encode(), "train_val.prototxt")
    assert found is not None
    return found.origin.text


@pytest.mark.parametrize(
    ("loss", "last"), [("SoftmaxWithLoss", "softmax"), ("EuclideanLoss", "dense")]
)
def test_labels_and_what_reads_them_are_no_part_of_the_network(loss, last):
    cost = mnetcost.load(trained("force_color: true", loss)).cost()
    # 3·5·3·6 weights at 11×10 positions, and 660·4
    assert (cost.params, cost.mult_adds) == (270 + 2640, 270 * 110 + 2640)
    assert cost.layers[-1].type == last


def test_pictures_may_be_grey():
    assert mnetcost.load(trained("force_gray: true")).cost().params == 90 + 2640


def test_channels_that_nothing_states_are_asked_for():
    with pytest.raises(SpecError, match=r"its input data is 50×\?×23×23: no map") as raised:
        trained('mean_file: "mean"')
    assert "--input HxW or HxWxC" in str(raised.value)


def test_an_input_that_no_output_follows_from_is_none():
    model = source("onnx", (1, 3, 6, 10), call("Add", "z z", "q"), call("Relu", "x", "y"))
    model = model._replace(inputs={"z": (7, 7), **model.inputs})
    assert "input: {height: 6, width: 10, channels: 3}" in layers_of(model)
