"""Writes the parts of the manual that follow from the code: python tests/manual/write.py."""

import sys
from pathlib import Path


def main() -> None:
    """Write every file of the manual as it should be."""
    sys.path[:0] = [str(Path(__file__).parents[number]) for number in (1, 2)]
    from manual.generated import files

    for path, text in files().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
