"""The bytes of a value: of weights, of biases, and of activations."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from mnetcost.problems import UsageError
from mnetcost.text import clip, did_you_mean

# Bytes of a value. Integers are quantised: what is added to their products keeps a wider type.
DTYPES: Mapping[str, int] = {
    "float64": 8,
    "float32": 4,
    "float16": 2,
    "bfloat16": 2,
    "int32": 4,
    "int16": 2,
    "int8": 1,
    "uint8": 1,
}
BIAS = "int32"  # of quantised weights; Jacob et al. 2018, arXiv:1712.05877, section 2.4
QUANTISED = ("int16", "int8", "uint8")
ROLES = ("weights", "biases", "activations")


class Dtypes(NamedTuple):
    """A dtype of each role. `biases` are of all that is no kernel's weight, such as γ and β."""

    weights: str = "float32"
    biases: str = "float32"
    activations: str = "float32"

    def __str__(self) -> str:
        return self.weights if self == of(self.weights) else self._text()

    def _text(self) -> str:
        roles = [role for role in ROLES if role != "biases" or self.biases != _bias(self.weights)]
        return ",".join(f"{role}={getattr(self, role)}" for role in roles)

    def bytes_of(self, role: str) -> int:
        """The bytes of one value of a role."""
        return DTYPES[getattr(self, role)]


def of(dtype: str) -> Dtypes:
    """Weights and activations of one dtype, and the biases that go with it."""
    return Dtypes(dtype, _bias(dtype), dtype)


def _bias(weights: str) -> str:
    return BIAS if weights in QUANTISED else weights


def read_dtypes(text: Any) -> Dtypes:
    """From "int8" or "weights=int8,activations=int16"; what is not named is float32.

    Biases of quantised weights are int32 unless they are named. Raises UsageError for all else.
    """
    found: dict[str, str] = {}
    for part in str(text).split(","):
        role, equals, dtype = (one.strip() for one in part.partition("="))
        if not equals:
            role, dtype = "", role
        if role and role not in ROLES:
            raise UsageError(f"dtype: {_unknown(role, ROLES)}")
        if dtype not in DTYPES:
            raise UsageError(f"dtype: {_unknown(dtype, tuple(DTYPES))}")
        if role in found or (found and (not role or "" in found)):
            raise UsageError(f"dtype: {clip(str(text))!r} says {role or 'one'} more than once")
        found[role] = dtype
    if "" in found:
        return of(found[""])
    weights = found.get("weights", "float32")
    return Dtypes(weights, found.get("biases", _bias(weights)), found.get("activations", "float32"))


def _unknown(word: str, known: tuple[str, ...]) -> str:
    meant = did_you_mean(word, known)
    hint = f"did you mean '{meant}'? There" if meant else "there"
    return f"no {clip(word)!r}; {hint} are {', '.join(known)}, as in weights=int8,activations=int16"
