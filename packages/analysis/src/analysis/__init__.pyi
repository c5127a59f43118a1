from .assays.archive import Archive as Archive
from .assays.assay import Assay as Assay
from .assays.assay import AssayOfAttention as AssayOfAttention
from .assays.findings import Finding as Finding
from .assays.findings import Findings as Findings
from .assays.measures import Arrival as Arrival
from .assays.measures import Graded as Graded
from .assays.measures import Measure as Measure
from .claims.claim import Claim as Claim
from .claims.claim import claims_html as claims_html
from .claims.hypotheses import Hypothesis as Hypothesis
from .claims.hypotheses import Settled as Settled
from .claims.hypotheses import settle as settle
from .claims.predictions import ArrivesEarlier as ArrivesEarlier
from .claims.predictions import Differs as Differs
from .claims.predictions import Exceeds as Exceeds
from .claims.predictions import ExceedsControl as ExceedsControl
from .claims.predictions import Grows as Grows
from .claims.predictions import Prediction as Prediction
from .claims.quantities import Log2 as Log2
from .claims.quantities import Measured as Measured
from .claims.quantities import Quantity as Quantity
from .claims.quantities import Under as Under
from .claims.quantities import mean_of as mean_of
from .comparison.arms import Comparison as Comparison
from .comparison.arms import Result as Result
from .comparison.arms import compare as compare
from .comparison.arrivals import compare_arrivals as compare_arrivals
from .comparison.assays import AssayComparison as AssayComparison
from .comparison.assays import compare_assay as compare_assay
from .comparison.comparability import Comparability as Comparability
from .comparison.comparability import comparability as comparability
from .comparison.diagnosis import Diagnosis as Diagnosis
from .comparison.diagnosis import Evidence as Evidence
from .comparison.diagnosis import diagnose as diagnose
from .comparison.interaction import interaction as interaction
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
from .drawings.assays import assay_drawings as assay_drawings
from .drawings.attention import attention_drawing as attention_drawing
from .drawings.drawing import Drawing as Drawing
from .drawings.training import training_drawing as training_drawing
from .errors import AnalysisError as AnalysisError
from .errors import ComparabilityError as ComparabilityError
from .errors import StoreError as StoreError
from .errors import StoreWarning as StoreWarning
from .estimates import Curve as Curve
from .estimates import Difference as Difference
from .estimates import Estimate as Estimate
from .estimates import Null as Null
from .estimates import null_of as null_of
from .figures import age_curves as age_curves
from .figures import arm_curves as arm_curves
from .figures import attention_feature_scatter as attention_feature_scatter
from .figures import attention_network as attention_network
from .figures import attention_over_frames as attention_over_frames
from .figures import cell_intervals as cell_intervals
from .figures import cluster_panel as cluster_panel
from .figures import conditions_side_by_side as conditions_side_by_side
from .figures import deletion_curves as deletion_curves
from .figures import dose_response_figure as dose_response_figure
from .figures import gate_heat_map as gate_heat_map
from .figures import heat_map as heat_map
from .figures import interval_plot as interval_plot
from .figures import layer_evolution as layer_evolution
from .figures import performance_profile_figure as performance_profile_figure
from .figures import procrustes_panel as procrustes_panel
from .figures import step_histograms as step_histograms
from .figures import time_generalisation as time_generalisation
from .figures import training_and_validation as training_and_validation
from .figures import training_curves as training_curves
from .figures.style import save_figure as save_figure
from .files import write_atomically as write_atomically
from .geometry.alignment import Alignment as Alignment
from .geometry.alignment import Rotation as Rotation
from .geometry.causal import CausalTest as CausalTest
from .geometry.causal import Push as Push
from .geometry.causal import causal_test as causal_test
from .geometry.causal import control_directions as control_directions
from .geometry.causal import dose_response as dose_response
from .geometry.conditions import condition_means as condition_means
from .geometry.conditions import principal_angles as principal_angles
from .geometry.directions import Directions as Directions
from .geometry.dissimilarity import crossnobis as crossnobis
from .geometry.dissimilarity import dissimilarities as dissimilarities
from .geometry.dissimilarity import representational_similarity as representational_similarity
from .geometry.orthogonality import Orthogonalization as Orthogonalization
from .geometry.orthogonality import orthogonalization as orthogonalization
from .geometry.orthogonality import orthogonalization_index as orthogonalization_index
from .geometry.planted_codes import PlantedCode as PlantedCode
from .geometry.planted_codes import planted_code as planted_code
from .geometry.procrustes import Disparity as Disparity
from .geometry.procrustes import disparity as disparity
from .geometry.rotated_decoding import Reconstruction as Reconstruction
from .geometry.rotated_decoding import reconstruct as reconstruct
from .geometry.similarity import cka as cka
from .geometry.similarity import participation_ratio as participation_ratio
from .geometry.subspaces import PropertyAngles as PropertyAngles
from .geometry.subspaces import property_angles as property_angles
from .geometry.swap import Items as Items
from .geometry.swap import SwapTest as SwapTest
from .geometry.swap import swap_test as swap_test
from .inference.across_seeds import interquartile_mean as interquartile_mean
from .inference.across_seeds import optimality_gap as optimality_gap
from .inference.across_seeds import performance_profile as performance_profile
from .inference.across_seeds import probability_of_improvement as probability_of_improvement
from .inference.effect_sizes import cliffs_delta as cliffs_delta
from .inference.effect_sizes import hedges_g as hedges_g
from .inference.effect_sizes import hedges_g_paired as hedges_g_paired
from .inference.multiplicity import benjamini_hochberg as benjamini_hochberg
from .inference.multiplicity import holm as holm
from .inference.permutation import Permutation as Permutation
from .inference.resampling import Bootstrap as Bootstrap
from .inference.resampling import ratio_of_means as ratio_of_means
from .inference.student_t import cluster_estimate as cluster_estimate
from .inference.student_t import difference as difference
from .inference.student_t import mean_estimate as mean_estimate
from .inference.student_t import paired_difference as paired_difference
from .inference.survival import StepsToCriterion as StepsToCriterion
from .inference.survival import steps_difference as steps_difference
from .interactive import Interactive as Interactive
from .interactive import Panel as Panel
from .patterns.agreement import Agreement as Agreement
from .patterns.agreement import head_agreement as head_agreement
from .patterns.analyzer import AttentionAnalyzer as AttentionAnalyzer
from .patterns.attention import AttentionPattern as AttentionPattern
from .patterns.attention_features import FeatureCorrelation as FeatureCorrelation
from .patterns.attention_features import feature_correlations as feature_correlations
from .patterns.attention_features import mantel as mantel
from .patterns.attention_features import profile_similarity as profile_similarity
from .patterns.change import Change as Change
from .patterns.change import attention_change as attention_change
from .patterns.change import attention_evolution as attention_evolution
from .patterns.clusterers import DensityClusters as DensityClusters
from .patterns.clusterers import HierarchicalDensityClusters as HierarchicalDensityClusters
from .patterns.clusterers import KMeansClusters as KMeansClusters
from .patterns.clustering import Clustering as Clustering
from .patterns.clustering import cluster_patterns as cluster_patterns
from .patterns.dense import DensePattern as DensePattern
from .patterns.edges import EdgePattern as EdgePattern
from .patterns.faithfulness import Faithfulness as Faithfulness
from .patterns.faithfulness import faithfulness as faithfulness
from .patterns.flow_nulls import EdgeSwaps as EdgeSwaps
from .patterns.flow_nulls import QueryShuffle as QueryShuffle
from .patterns.group_flow import Enrichment as Enrichment
from .patterns.group_flow import enrichment as enrichment
from .patterns.networks import centrality_table as centrality_table
from .patterns.networks import concentration as concentration
from .patterns.networks import eigenvector_centrality as eigenvector_centrality
from .patterns.networks import page_rank as page_rank
from .patterns.networks import rollout as rollout
from .patterns.networks import strongest_pairs as strongest_pairs
from .patterns.outcomes import mass_on_mask as mass_on_mask
from .patterns.outcomes import outcome_correlation as outcome_correlation
from .patterns.outcomes import outcome_difference as outcome_difference
from .patterns.pattern_table import pattern_table as pattern_table
from .patterns.ratios import group_ratio as group_ratio
from .patterns.ratios import ratio_verdict as ratio_verdict
from .patterns.stored import StoredPattern as StoredPattern
from .patterns.visualizer import AttentionVisualizer as AttentionVisualizer
from .report.assay_sections import assay_section as assay_section
from .report.assay_sections import compared_section as compared_section
from .report.page import Report as Report
from .report.pictures import Picture as Picture
from .report.sections import Row as Row
from .report.sections import Section as Section
from .report.writing import write_report as write_report
from .settings import FORBID as FORBID
from .settings import BaselineSettings as BaselineSettings
from .settings import Share as Share
from .settings import foreign as foreign
from .store import Run as Run
from .store import find_runs as find_runs
from .training_record.costs import Costs as Costs
from .training_record.learning import LearningCurve as LearningCurve
from .words import unknown as unknown

__all__ = [
    "FORBID",
    "LDA",
    "Agreement",
    "Alignment",
    "AnalysisError",
    "Archive",
    "Arrival",
    "ArrivesEarlier",
    "Assay",
    "AssayComparison",
    "AssayOfAttention",
    "AttentionAnalyzer",
    "AttentionPattern",
    "AttentionVisualizer",
    "BaselineSettings",
    "Bootstrap",
    "CausalTest",
    "Change",
    "Claim",
    "Cluster",
    "Clustering",
    "Comparability",
    "ComparabilityError",
    "Comparison",
    "Costs",
    "CrossValidation",
    "Curve",
    "Decoding",
    "DensePattern",
    "DensityClusters",
    "Diagnosis",
    "Difference",
    "Differs",
    "Directions",
    "Disparity",
    "Drawing",
    "EdgePattern",
    "EdgeSwaps",
    "Enrichment",
    "Estimate",
    "Evidence",
    "Exceeds",
    "ExceedsControl",
    "Faithfulness",
    "FeatureCorrelation",
    "Finding",
    "Findings",
    "Graded",
    "Grows",
    "HierarchicalDensityClusters",
    "Hypothesis",
    "Interactive",
    "Items",
    "KMeansClusters",
    "Leakage",
    "LearningCurve",
    "Log2",
    "Logistic",
    "Measure",
    "Measured",
    "Null",
    "Orthogonalization",
    "Panel",
    "Permutation",
    "Picture",
    "PlantedCode",
    "Prediction",
    "PropertyAngles",
    "Push",
    "Quantity",
    "QueryShuffle",
    "Reconstruction",
    "Report",
    "Result",
    "Ridge",
    "Rotation",
    "Row",
    "Run",
    "Section",
    "Settled",
    "Share",
    "Standardised",
    "StepsToCriterion",
    "StoreError",
    "StoreWarning",
    "StoredPattern",
    "SwapTest",
    "Under",
    "View",
    "age_curves",
    "arm_curves",
    "assay_drawings",
    "assay_section",
    "attention_change",
    "attention_drawing",
    "attention_evolution",
    "attention_feature_scatter",
    "attention_network",
    "attention_over_frames",
    "benjamini_hochberg",
    "causal_test",
    "cell_intervals",
    "centrality_table",
    "cka",
    "claims_html",
    "cliffs_delta",
    "cluster_estimate",
    "cluster_panel",
    "cluster_patterns",
    "clusters",
    "comparability",
    "compare",
    "compare_arrivals",
    "compare_assay",
    "compared_section",
    "concentration",
    "condition_means",
    "conditions_side_by_side",
    "control_directions",
    "crossnobis",
    "decode",
    "decode_across_conditions",
    "decode_across_time",
    "decode_items",
    "deletion_curves",
    "diagnose",
    "difference",
    "disparity",
    "dissimilarities",
    "dose_response",
    "dose_response_figure",
    "eigenvector_centrality",
    "enrichment",
    "faithfulness",
    "feature_correlations",
    "find_runs",
    "foreign",
    "gate_heat_map",
    "group_ratio",
    "head_agreement",
    "heat_map",
    "hedges_g",
    "hedges_g_paired",
    "holm",
    "interaction",
    "interquartile_mean",
    "interval_plot",
    "layer_evolution",
    "leakage",
    "mantel",
    "mass_on_mask",
    "max_statistic",
    "mean_estimate",
    "mean_of",
    "null_of",
    "optimality_gap",
    "orthogonalization",
    "orthogonalization_index",
    "outcome_correlation",
    "outcome_difference",
    "over_networks",
    "page_rank",
    "paired_difference",
    "participation_ratio",
    "pattern_table",
    "performance_profile",
    "performance_profile_figure",
    "planted_code",
    "principal_angles",
    "probability_of_improvement",
    "procrustes_panel",
    "profile_similarity",
    "property_angles",
    "ratio_of_means",
    "ratio_verdict",
    "reconstruct",
    "representational_similarity",
    "rollout",
    "save_figure",
    "settle",
    "step_histograms",
    "steps_difference",
    "strongest_pairs",
    "swap_test",
    "time_generalisation",
    "training_and_validation",
    "training_curves",
    "training_drawing",
    "unknown",
    "write_atomically",
    "write_report",
]
