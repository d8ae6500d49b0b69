"""Laws that checks try claims on."""

from __future__ import annotations

from rmot.models import BlackScholes, Heston, RoughHeston
from rmot.models.protocol import TerminalLaw

MODELS: dict[str, TerminalLaw] = {
    "Black-Scholes": BlackScholes(volatility=0.2),
    "rough Heston": RoughHeston(
        hurst=0.12,
        vol_of_vol=0.3,
        correlation=-0.65,
        initial_variance=0.04,
        mean_reversion=0.3,
        long_run_variance=0.04,
    ),
    "Heston": Heston(
        vol_of_vol=0.3,
        correlation=-0.65,
        initial_variance=0.04,
        mean_reversion=0.3,
        long_run_variance=0.04,
    ),
}
