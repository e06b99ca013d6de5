"""What reading a text may take: every unit of work is a step of one budget."""

MAX_STEPS = 600_000  # of a microsecond or two: what each kind of work takes is stated with it


class Exhausted(Exception):
    """Reading a text takes more steps than there are."""


class Steps:
    """The steps that are left of those that reading one text may take."""

    def __init__(self) -> None:
        self.left = MAX_STEPS

    def take(self, steps: int) -> None:
        """Take steps for the work that comes next. Raises Exhausted."""
        self.left -= steps
        if self.left < 0:
            raise Exhausted

    def spare(self, steps: int) -> bool:
        """Take steps for a courtesy, where more than half are left after it; whether they were."""
        spared = self.left - steps > MAX_STEPS // 2
        self.left -= steps if spared else 0
        return spared
