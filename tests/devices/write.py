"""Writes the profiles that follow from measured times: python tests/devices/write.py."""

import sys
from pathlib import Path


def main() -> None:
    """Write the profile of every cluster that was measured."""
    tests = Path(__file__).parents[1]
    sys.path[:0] = [str(tests / "support"), str(tests.parent)]
    from boards import clusters, values_of

    from mnetcost.devices.profiles import FOLDER, profile_text

    for one in clusters():
        (Path(FOLDER) / f"{one.name}.yaml").write_text(
            profile_text(values_of(one)), encoding="utf-8"
        )


if __name__ == "__main__":
    main()
