from .along import age_curves as age_curves
from .along import arm_curves as arm_curves
from .along import deletion_curves as deletion_curves
from .along import dose_response_figure as dose_response_figure
from .along import layer_evolution as layer_evolution
from .clusters import cluster_panel as cluster_panel
from .curves import performance_profile_figure as performance_profile_figure
from .curves import training_and_validation as training_and_validation
from .curves import training_curves as training_curves
from .distributions import step_histograms as step_histograms
from .frames import attention_over_frames as attention_over_frames
from .intervals import cell_intervals as cell_intervals
from .intervals import interval_plot as interval_plot
from .intervals import procrustes_panel as procrustes_panel
from .matrices import conditions_side_by_side as conditions_side_by_side
from .matrices import gate_heat_map as gate_heat_map
from .matrices import heat_map as heat_map
from .networks import attention_network as attention_network
from .scatter import attention_feature_scatter as attention_feature_scatter
from .times import time_generalisation as time_generalisation

__all__ = [
    "age_curves",
    "arm_curves",
    "attention_feature_scatter",
    "attention_network",
    "attention_over_frames",
    "cell_intervals",
    "cluster_panel",
    "conditions_side_by_side",
    "deletion_curves",
    "dose_response_figure",
    "gate_heat_map",
    "heat_map",
    "interval_plot",
    "layer_evolution",
    "performance_profile_figure",
    "procrustes_panel",
    "step_histograms",
    "time_generalisation",
    "training_and_validation",
    "training_curves",
]
