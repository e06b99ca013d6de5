"""Whatever stands in a spec, a preset, a file of scores or an option, a command says in words."""

import time
from pathlib import Path

import pytest
from commands import run
from fuzzing import PRESET, SCORES, Chance

CASES = 5_000  # for each seed
SECONDS = 10.0  # far more than any of these takes, far less than a blow-up does


def _fuzz(seed: int, cases: int, folder: Path) -> list[str]:
    """What is wrong with the answers of so many cases."""
    chance = Chance(seed)
    files = {kind: str(folder / f"{kind}.{end}") for kind, end in ENDS.items()}
    wrong: list[str] = []
    for number in range(cases):
        if number % 20 == 0:
            for kind, text in (("preset", PRESET), ("scores", SCORES), ("spec", chance.spec())):
                mutant = text if chance.one_in(3) else chance.mutant(text)
                Path(files[kind]).write_bytes(mutant.encode("utf-8", "surrogatepass"))
        arguments, text = chance.case(files)
        start = time.process_time()
        try:
            ran = run(*arguments, input=text.encode("utf-8", "surrogatepass"))
            said = "" if ran.code in (0, 1, 2) and "Traceback" not in ran.err else ran.err
            said = said or ("" if ran.code == 0 or ran.err or ran.out else "nothing is said")
            said = said or ("a control character" if "\x1b" in ran.err else "")
        except Exception as error:
            said = repr(error)
        if time.process_time() - start > SECONDS:
            said = said or "slow"
        if said:
            wrong.append(f"seed {seed}, case {number}: {said}\n{arguments}\n{text}")
    return wrong


ENDS = {"spec": "yaml", "preset": "yaml", "scores": "csv"}


def test_a_few_cases_are_answered_in_words(tmp_path: Path) -> None:
    assert not _fuzz(0, 100, tmp_path)


@pytest.mark.fuzz
@pytest.mark.parametrize("seed", range(1, 11))
def test_50_000_cases_are_answered_in_words(seed: int, tmp_path: Path) -> None:
    wrong = _fuzz(seed, CASES, tmp_path)
    assert not wrong, "\n\n".join(wrong[:5])
