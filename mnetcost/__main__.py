"""`python -m mnetcost`."""

from mnetcost.cli import main

main()
