"""Writes configurations of Keras, as `to_json` and `save` do."""

import io
import json
import zipfile
from typing import Any

Json = Any


def value(
    layer: str, call: int = 0, number: int = 0, shape: list[int | None] | None = None
) -> Json:
    """A value as Keras 3 has it in a call."""
    history = {"shape": shape, "dtype": "float32", "keras_history": [layer, call, number]}
    return {"class_name": "__keras_tensor__", "config": history}


def call(*args: Json, **kwargs: Json) -> Json:
    """A call as Keras 3 has it."""
    return {"args": list(args), "kwargs": kwargs}


def layer(kind: str, name: str, *calls: Json, more: Json = None, **config: Json) -> Json:
    """A layer of Keras 3, and of Keras 2 if it has no module; `more` stands beside its config."""
    return {
        "module": "keras.layers",
        "class_name": kind,
        "config": {"name": name, **config},
        "registered_name": None,
        "name": name,
        "inbound_nodes": list(calls),
        **(more or {}),
    }


def entrance(name: str, shape: list[int | None]) -> Json:
    """An input."""
    return layer("InputLayer", name, batch_shape=shape)


def functional(name: str, layers: list[Json], inputs: Json, outputs: Json, *calls: Json) -> Json:
    """A Functional model, which may be a layer of another."""
    config = {"layers": layers, "input_layers": inputs, "output_layers": outputs}
    more = {"module": "keras.src.models.functional", "registered_name": "Functional"}
    return layer("Functional", name, *calls, more=more, **config)


def sequential(name: str, layers: list[Json], *calls: Json, **config: Json) -> Json:
    """A Sequential model, which may be a layer of another."""
    return layer("Sequential", name, *calls, layers=layers, more={"module": "keras"}, **config)


def older(found: Json) -> Json:
    """The same without what Keras 3 alone writes."""
    if isinstance(found, dict):
        kept = {key: older(one) for key, one in found.items()}
        return {key: one for key, one in kept.items() if key not in ("module", "registered_name")}
    return [older(one) for one in found] if isinstance(found, list) else found


def text(found: Json) -> bytes:
    """The bytes of a JSON file."""
    return json.dumps(found).encode()


def archive(found: Json, packing: int = zipfile.ZIP_STORED, **members: bytes) -> bytes:
    """The bytes of a .keras archive; `members` by the name before ".json" replace its own."""
    metadata = text({"keras_version": "3.15.1", "date_saved": "2026-11-25@17:22:49"})
    held = {"metadata": metadata, "config": text(found), **members}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packing) as made:
        for name, data in held.items():
            made.writestr(f"{name}.json", data)
        made.writestr("model.weights.h5", b"\x89HDF" + bytes(1_000))
    return file.getvalue()
