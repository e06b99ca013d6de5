"""Archives as `torch.export.save` writes them, made by hand: no PyTorch, and weights of zeros."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

Document = dict[str, Any]


def meta(*sizes: int | str) -> Document:
    """The entry of a tensor; a side that is a text is a symbol."""
    sides = [
        {"as_int": one} if isinstance(one, int) else {"as_expr": {"expr_str": one, "hint": None}}
        for one in sizes
    ]
    return {
        "dtype": 7,
        "sizes": sides,
        "requires_grad": False,
        "device": {"type": "meta", "index": None},
        "strides": [],
        "storage_offset": {"as_int": 0},
        "layout": 7,
    }


def tensor(name: str) -> Document:
    return {"as_tensor": {"name": name}}


def tensors(*names: str) -> Document:
    return {"as_tensors": [{"name": name} for name in names]}


def node(
    target: str,
    inputs: Mapping[str, Document],
    outputs: Sequence[Document],
    module: str = "",
) -> Document:
    """A call; its module is the path of one, and stands below the root."""
    stack = "L__self__,,net.Net" + (f";L__self___{module},{module},net.Part" if module else "")
    return {
        "target": f"torch.ops.{target}",
        "inputs": [{"name": name, "arg": arg, "kind": 1} for name, arg in inputs.items()],
        "outputs": list(outputs),
        "metadata": {"stack_trace": 'File "net.py", line 1', "nn_module_stack": stack},
        "is_hop_single_tensor_return": None,
    }


def parameter(name: str, given: str) -> Document:
    return {"parameter": {"arg": {"name": name}, "parameter_name": given}}


def buffer(name: str, given: str) -> Document:
    return {"buffer": {"arg": {"name": name}, "buffer_name": given, "persistent": True}}


def program(
    nodes: Sequence[Document],
    values: Mapping[str, Sequence[int | str]],
    stored: Sequence[Document] = (),
    inputs: Sequence[str] = ("x",),
    outputs: Sequence[str] = ("y",),
    **schema: Any,
) -> Document:
    """An exported program of these calls; `values` are the sizes of every tensor by name."""
    given = [{"user_input": {"arg": tensor(name)}} for name in inputs]
    entered = [*stored, *given]
    return {
        "graph_module": {
            "graph": {
                "inputs": [],
                "outputs": [tensor(name) for name in outputs],
                "nodes": list(nodes),
                "tensor_values": {name: meta(*sizes) for name, sizes in values.items()},
                "sym_int_values": {},
                "sym_bool_values": {},
            },
            "signature": {
                "input_specs": entered,
                "output_specs": [{"user_output": {"arg": tensor(name)}} for name in outputs],
            },
            "module_call_graph": [],
        },
        "opset_version": {"aten": 10},
        "range_constraints": {},
        "schema_version": {"major": 8, "minor": 20} | schema,
        "torch_version": "2.13.0",
    }


def small() -> Document:
    """A convolution, 3 to 4 channels, kernel 3 x 5, on 9 x 7; a norm, an act, a dense layer."""
    ints = {"stride": {"as_ints": [2, 1]}, "padding": {"as_ints": [1, 2]}}
    kernel = {"input": tensor("x"), "weight": tensor("p_w"), "bias": {"as_none": True}}
    norm = {
        "input": tensor("conv2d"),
        "weight": tensor("p_g"),
        "bias": {"as_none": True},
        "running_mean": tensor("b_m"),
        "running_var": tensor("b_v"),
        "training": {"as_bool": False},
        "momentum": {"as_float": 0.1},
    }
    mean = {"self": tensor("norm"), "dim": {"as_ints": [2, 3]}, "dtype": {"as_none": True}}
    dense = {"input": tensor("mean"), "weight": tensor("p_d"), "bias": tensor("p_b")}
    return program(
        [
            node("aten.conv2d.default", kernel | ints, [tensor("conv2d")], "stem.conv"),
            node("aten.batch_norm.default", norm, [tensor("norm")], "stem.bn"),
            node("aten.relu_.default", {"self": tensor("norm")}, [tensor("relu_")]),
            node("aten.mean.dim", mean, [tensor("mean")]),
            node("aten.linear.default", dense, [tensor("y")], "head"),
        ],
        {
            "x": (1, 3, 9, 7),
            "p_w": (4, 3, 3, 5),
            "p_g": (4,),
            "b_m": (4,),
            "b_v": (4,),
            "p_d": (10, 4),
            "p_b": (10,),
            "conv2d": (1, 4, 5, 7),
            "norm": (1, 4, 5, 7),
            "relu_": (1, 4, 5, 7),
            "mean": (1, 4),
            "y": (1, 10),
        },
        [
            parameter("p_w", "stem.conv.weight"),
            parameter("p_g", "stem.bn.weight"),
            buffer("b_m", "stem.bn.running_mean"),
            buffer("b_v", "stem.bn.running_var"),
            parameter("p_d", "head.weight"),
            parameter("p_b", "head.bias"),
        ],
    )


def packed(members: Mapping[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive of these members, in this order."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def archive(document: object, root: str = "net", method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive without weights, in the order of members that PyTorch writes."""
    return packed(
        {
            f"{root}/data/weights/weight_0": b"",
            f"{root}/data/weights/model_weights_config.json": '{"config": {}}',
            f"{root}/models/model.json": json.dumps(document),
            f"{root}/archive_format": "pt2",
        },
        method,
    )
