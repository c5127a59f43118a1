from .across_seeds import interquartile_mean as interquartile_mean
from .across_seeds import optimality_gap as optimality_gap
from .across_seeds import performance_profile as performance_profile
from .across_seeds import probability_of_improvement as probability_of_improvement
from .alignment import Alignment as Alignment
from .alignment import Rotation as Rotation
from .attention_figure import attention_over_frames as attention_over_frames
from .causal import CausalTest as CausalTest
from .causal import Push as Push
from .causal import causal_test as causal_test
from .causal import control_directions as control_directions
from .causal import dose_response as dose_response
from .comparability import Comparability as Comparability
from .comparability import comparability as comparability
from .comparison import Comparison as Comparison
from .comparison import Result as Result
from .comparison import compare as compare
from .decoding import LDA as LDA
from .decoding import Cluster as Cluster
from .decoding import CrossValidation as CrossValidation
from .decoding import Decoding as Decoding
from .decoding import Leakage as Leakage
from .decoding import Logistic as Logistic
from .decoding import Ridge as Ridge
from .decoding import Standardised as Standardised
from .decoding import View as View
from .decoding import clusters as clusters
from .decoding import decode as decode
from .decoding import decode_across_conditions as decode_across_conditions
from .decoding import decode_across_time as decode_across_time
from .decoding import decode_items as decode_items
from .decoding import leakage as leakage
from .decoding import max_statistic as max_statistic
from .decoding import over_networks as over_networks
from .diagnosis import Diagnosis as Diagnosis
from .diagnosis import Evidence as Evidence
from .diagnosis import diagnose as diagnose
from .directions import Directions as Directions
from .dissimilarity import crossnobis as crossnobis
from .dissimilarity import dissimilarities as dissimilarities
from .dissimilarity import representational_similarity as representational_similarity
from .effect_sizes import cliffs_delta as cliffs_delta
from .effect_sizes import hedges_g as hedges_g
from .effect_sizes import hedges_g_paired as hedges_g_paired
from .errors import AnalysisError as AnalysisError
from .errors import ComparabilityError as ComparabilityError
from .errors import StoreError as StoreError
from .errors import StoreWarning as StoreWarning
from .estimates import Curve as Curve
from .estimates import Difference as Difference
from .estimates import Estimate as Estimate
from .estimates import Null as Null
from .estimates import null_of as null_of
from .figures import cell_intervals as cell_intervals
from .figures import heat_map as heat_map
from .figures import training_curves as training_curves
from .files import write_atomically as write_atomically
from .geometry import condition_means as condition_means
from .geometry import principal_angles as principal_angles
from .inference import cluster_estimate as cluster_estimate
from .inference import difference as difference
from .inference import mean_estimate as mean_estimate
from .inference import paired_difference as paired_difference
from .multiplicity import benjamini_hochberg as benjamini_hochberg
from .multiplicity import holm as holm
from .orthogonality import Orthogonalization as Orthogonalization
from .orthogonality import orthogonalization as orthogonalization
from .orthogonality import orthogonalization_index as orthogonalization_index
from .permutation import Permutation as Permutation
from .planted_codes import PlantedCode as PlantedCode
from .planted_codes import planted_code as planted_code
from .procrustes import Disparity as Disparity
from .procrustes import disparity as disparity
from .report import Picture as Picture
from .report import Report as Report
from .report import write_report as write_report
from .resampling import Bootstrap as Bootstrap
from .resampling import ratio_of_means as ratio_of_means
from .rotated_decoding import Reconstruction as Reconstruction
from .rotated_decoding import reconstruct as reconstruct
from .similarity import cka as cka
from .similarity import participation_ratio as participation_ratio
from .store import Run as Run
from .store import find_runs as find_runs
from .style import save_figure as save_figure
from .subspaces import PropertyAngles as PropertyAngles
from .subspaces import property_angles as property_angles
from .survival import StepsToCriterion as StepsToCriterion
from .survival import steps_difference as steps_difference
from .swap import Items as Items
from .swap import SwapTest as SwapTest
from .swap import swap_test as swap_test

__all__ = [
    "LDA",
    "Alignment",
    "AnalysisError",
    "Bootstrap",
    "CausalTest",
    "Cluster",
    "Comparability",
    "ComparabilityError",
    "Comparison",
    "CrossValidation",
    "Curve",
    "Decoding",
    "Diagnosis",
    "Difference",
    "Directions",
    "Disparity",
    "Estimate",
    "Evidence",
    "Items",
    "Leakage",
    "Logistic",
    "Null",
    "Orthogonalization",
    "Permutation",
    "Picture",
    "PlantedCode",
    "PropertyAngles",
    "Push",
    "Reconstruction",
    "Report",
    "Result",
    "Ridge",
    "Rotation",
    "Run",
    "Standardised",
    "StepsToCriterion",
    "StoreError",
    "StoreWarning",
    "SwapTest",
    "View",
    "attention_over_frames",
    "benjamini_hochberg",
    "causal_test",
    "cell_intervals",
    "cka",
    "cliffs_delta",
    "cluster_estimate",
    "clusters",
    "comparability",
    "compare",
    "condition_means",
    "control_directions",
    "crossnobis",
    "decode",
    "decode_across_conditions",
    "decode_across_time",
    "decode_items",
    "diagnose",
    "difference",
    "disparity",
    "dissimilarities",
    "dose_response",
    "find_runs",
    "heat_map",
    "hedges_g",
    "hedges_g_paired",
    "holm",
    "interquartile_mean",
    "leakage",
    "max_statistic",
    "mean_estimate",
    "null_of",
    "optimality_gap",
    "orthogonalization",
    "orthogonalization_index",
    "over_networks",
    "paired_difference",
    "participation_ratio",
    "performance_profile",
    "planted_code",
    "principal_angles",
    "probability_of_improvement",
    "property_angles",
    "ratio_of_means",
    "reconstruct",
    "representational_similarity",
    "save_figure",
    "steps_difference",
    "swap_test",
    "training_curves",
    "write_atomically",
    "write_report",
]
