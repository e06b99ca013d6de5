"""The bytes of a value, as they are written."""

import pytest

from mnetcost.devices.dtypes import Dtypes, read_dtypes
from mnetcost.problems import UsageError


@pytest.mark.parametrize(
    ("text", "weights", "biases", "activations"),
    [
        ("float32", "float32", "float32", "float32"),
        ("float16", "float16", "float16", "float16"),
        ("int8", "int8", "int32", "int8"),
        ("weights=int8,activations=int16", "int8", "int32", "int16"),
        ("weights=int8", "int8", "int32", "float32"),
        ("activations=float16", "float32", "float32", "float16"),
        (" activations = int16 , weights = int8, biases=int16", "int8", "int16", "int16"),
    ],
)
def test_roles(text: str, weights: str, biases: str, activations: str) -> None:
    found = read_dtypes(text)
    assert found == Dtypes(weights, biases, activations)
    assert read_dtypes(str(found)) == found


def test_what_one_dtype_says_is_said_shortly() -> None:
    assert str(read_dtypes("weights=int8,activations=int8")) == "int8"
    assert str(read_dtypes("weights=int8,activations=int16")) == "weights=int8,activations=int16"
    assert str(read_dtypes("weights=int8,biases=int16,activations=int8")) == (
        "weights=int8,biases=int16,activations=int8"
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("int7", "no 'int7'; did you mean 'int"),
        ("weight=int8", "no 'weight'; did you mean 'weights'"),
        ("weights=int8,weights=int16", "says weights more than once"),
        ("int8,activations=int16", "says activations more than once"),
        ("activations=int16,int8", "says one more than once"),
        ("", "no ''"),
        ("weights=", "no ''"),
    ],
)
def test_what_is_none(text: str, words: str) -> None:
    with pytest.raises(UsageError, match="dtype: ") as raised:
        read_dtypes(text)
    assert words in str(raised.value)
