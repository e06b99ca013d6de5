"""Formulas as MathML, which browsers show by themselves: no script, no font, no network."""

import re
from xml.etree.ElementTree import tostring

from mnetcost.problems import missing_extra

_REFERENCE = re.compile("&amp;(#x[0-9A-F]+;)")  # of a sign, as the library writes it


def mathml(latex: str) -> str:
    """A formula as a `math` element. Raises UsageError where latex2mathml is not installed."""
    try:
        from latex2mathml.converter import convert_to_element
    except ImportError:
        raise missing_extra("formulas in HTML need latex2mathml", "explain") from None
    # Its own text would hold a < of a formula as it is.
    return _REFERENCE.sub(r"&\1", tostring(convert_to_element(latex), encoding="unicode"))
