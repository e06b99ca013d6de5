"""The version of the program: numbers of another one may be others."""

__version__ = "0.1.0"
