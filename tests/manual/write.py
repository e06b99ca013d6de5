"""Writes the parts of the manual that follow from the code: python tests/manual/write.py."""

import sys
from pathlib import Path


def main() -> None:
    """Write every file of the manual as it should be."""
    tests = Path(__file__).parents[1]
    sys.path[:0] = [str(tests / "support"), str(tests.parent)]
    from manual.generated import files

    for path, text in files().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
