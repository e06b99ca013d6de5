"""The colours of pictures in a terminal: its own, which its user has chosen."""

COLOURS = ("blue", "yellow", "green", "magenta", "cyan", "red")
FIRST = {"red": 31, "green": 32, "yellow": 33, "blue": 34, "magenta": 35, "cyan": 36}  # ECMA-48


def colour(number: int) -> str:
    """The colour of the first thing of several, the second, …"""
    return COLOURS[number % len(COLOURS)]


def paint(text: str, number: int, coloured: bool) -> str:
    """The text with the codes of the colour of that number, or as it is."""
    return f"\x1b[{FIRST[colour(number)]}m{text}\x1b[0m" if coloured else text
