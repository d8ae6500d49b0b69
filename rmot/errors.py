"""Everything that `rmot` raises on purpose, under one root.

An error says what was expected and what came. The command line prints its message alone and
exits with status 2.
"""

from typing import Any

LONGEST_MESSAGE = 2000
"""Letters of a message that are shown: a file may put a million into what an error quotes."""


class RmotError(Exception):
    """Root of all errors raised deliberately by this package."""

    def __str__(self) -> str:
        # A file may put ends of lines, of which there are eleven, into what an error quotes.
        text = " ".join(super().__str__().splitlines())
        if len(text) <= LONGEST_MESSAGE:
            return text
        half = LONGEST_MESSAGE // 2
        return f"{text[:half]} ... {text[-half:]}"


class ParameterError(RmotError, ValueError):
    """A model or function parameter lies outside its domain."""


class AccuracyError(RmotError, ArithmeticError):
    """The requested accuracy cannot be reached; the message gives what can."""


class DataError(RmotError, ValueError):
    """A data file or a set of quotes is not what the reader or method needs."""


class MissingData(DataError, FileNotFoundError):
    """A named data file or folder does not exist."""


class OutputError(RmotError, OSError):
    """A file cannot be written; what stood under its name is as it was."""


class CalibrationError(RmotError, ArithmeticError):
    """A calibration was asked for that the data cannot carry, or did not converge."""


class IdentificationWarning(UserWarning):
    """Quotes that do not determine the parameters which were asked of them."""


class InfeasibleQuotes(RmotError, ValueError):
    """No law of prices meets all quotes and forwards; the message names those that clash.

    Attributes
    ----------
    conflict : tuple of str
        Quotes that no law meets together, none of which can be spared; empty where unknown.
    arbitrage : ArbitragePortfolio or None
        What gains from them, as `rmot.transport.ArbitragePortfolio`.
    message : str
    """

    def __init__(self, message: str, conflict: tuple[str, ...] = (), arbitrage: Any = None) -> None:
        super().__init__(message)
        self.conflict = conflict
        self.arbitrage = arbitrage


class InfeasibleRadius(RmotError, ValueError):
    """The radius is too small to meet the quotes; the message gives the smallest that does."""
