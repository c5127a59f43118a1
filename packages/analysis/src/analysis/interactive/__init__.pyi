from .curves import curve_view as curve_view
from .intervals import interval_view as interval_view
from .matrices import matrix_view as matrix_view
from .networks import network_view as network_view
from .panels import Panel as Panel
from .scatter import scatter_view as scatter_view
from .views import Interactive as Interactive
from .views import View as View

__all__ = [
    "Interactive",
    "Panel",
    "View",
    "curve_view",
    "interval_view",
    "matrix_view",
    "network_view",
    "scatter_view",
]
