from .backtest import Backtest as Backtest
from .backtest import backtest as backtest
from .backtest import rolling_exceptions as rolling_exceptions
from .backtest import zones as zones
from .charges import position_charge as position_charge
from .coverage import Kupiec as Kupiec
from .coverage import exception_rate_interval as exception_rate_interval
from .coverage import kupiec as kupiec
from .eligibility import Eligibility as Eligibility
from .eligibility import is_modellable as is_modellable
from .expected_shortfall import expected_shortfall as expected_shortfall
from .expected_shortfall import is_prudent as is_prudent
from .expected_shortfall import liquidity_adjusted_shortfall as liquidity_adjusted_shortfall
from .expected_shortfall import scale_to_horizon as scale_to_horizon
from .expected_shortfall import stress_horizon as stress_horizon
from .independence import Christoffersen as Christoffersen
from .independence import LikelihoodRatio as LikelihoodRatio
from .independence import christoffersen as christoffersen
from .portfolio import Portfolio as Portfolio
from .power import detection_power as detection_power
from .power import least_observations as least_observations
from .power import rejection_count as rejection_count
from .report.page import write_page as write_page
from .report.results import CapitalReport as CapitalReport
from .report.workflow import capital_report as capital_report
from .residual_risk import ResidualRiskAddOn as ResidualRiskAddOn
from .residual_risk import residual_risk_add_on as residual_risk_add_on
from .return_intervals import filtered_intervals as filtered_intervals
from .return_intervals import historical_intervals as historical_intervals
from .return_intervals import sampling_radius as sampling_radius
from .return_intervals import worst_level as worst_level
from .scenarios import StressScenarios as StressScenarios
from .scenarios import stress_scenarios as stress_scenarios
from .stress_capital import StressCapital as StressCapital
from .stress_capital import stress_capital as stress_capital
from .traffic_light import TrafficLight as TrafficLight
from .traffic_light import traffic_light as traffic_light

__all__ = [
    "Backtest",
    "CapitalReport",
    "Christoffersen",
    "Eligibility",
    "Kupiec",
    "LikelihoodRatio",
    "Portfolio",
    "ResidualRiskAddOn",
    "StressCapital",
    "StressScenarios",
    "TrafficLight",
    "backtest",
    "capital_report",
    "christoffersen",
    "detection_power",
    "exception_rate_interval",
    "expected_shortfall",
    "filtered_intervals",
    "historical_intervals",
    "is_modellable",
    "is_prudent",
    "kupiec",
    "least_observations",
    "liquidity_adjusted_shortfall",
    "position_charge",
    "rejection_count",
    "residual_risk_add_on",
    "rolling_exceptions",
    "sampling_radius",
    "scale_to_horizon",
    "stress_capital",
    "stress_horizon",
    "stress_scenarios",
    "traffic_light",
    "worst_level",
    "write_page",
    "zones",
]
