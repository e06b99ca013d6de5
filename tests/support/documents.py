"""Documents as other programs read them."""

import json
from typing import Any

from commands import printed


def strict(text: str) -> Any:
    """JSON as other languages read it: no NaN and no infinity."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    return json.loads(text, parse_constant=refuse)


def document(*arguments: str) -> Any:
    """What a command prints in JSON."""
    return strict(printed(*arguments, "--format", "json"))
