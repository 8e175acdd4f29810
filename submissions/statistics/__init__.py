"""The public figures: definitions, counts over a period, stored months, and the list of overdue submissions.

figures(start, end, agency=…, sector=…, procedure=…)   counted now from the submissions: rows by agency, procedure
stored(first, last, …), month(month, agency=…)         the counts that the public page shows, closed months frozen
total(row.figures for row in rows)                     a Figures: .received, .carried_over, .total, .on_time_share …
rebuild(month), refresh()                              what beat calls
"""

from submissions.statistics.counting import figures
from submissions.statistics.months import Headline, MonthRow, headline, month, over, rebuild, refresh, service, stored
from submissions.statistics.rows import COLUMNS, Figures, Row, total
from submissions.statistics.units import Unit, unit_of, units

__all__ = [
    "COLUMNS",
    "Figures",
    "Headline",
    "MonthRow",
    "Row",
    "Unit",
    "figures",
    "headline",
    "month",
    "over",
    "rebuild",
    "refresh",
    "service",
    "stored",
    "total",
    "unit_of",
    "units",
]
