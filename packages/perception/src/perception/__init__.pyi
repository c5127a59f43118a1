from .backbones import Backbone as Backbone
from .backbones import FactorClassifier as FactorClassifier
from .backbones import FrozenBackbone as FrozenBackbone
from .backbones import SmallCNN as SmallCNN
from .backbones import Standardized as Standardized
from .backbones import freeze as freeze
from .errors import BackboneError as BackboneError
from .errors import ImageError as ImageError
from .errors import PerceptionError as PerceptionError
from .errors import StimulusError as StimulusError
from .features import FeatureMaps as FeatureMaps
from .features import feature_maps as feature_maps
from .folders import read_image_folder as read_image_folder
from .folders import write_image_folder as write_image_folder
from .images import ImageSet as ImageSet
from .resnet import ResNet50 as ResNet50
from .resnet import resnet50 as resnet50
from .resnet import resnet50_untrained as resnet50_untrained
from .stimuli import GRAMMARS as GRAMMARS
from .stimuli import QUADRANTS as QUADRANTS
from .stimuli import StimulusDesign as StimulusDesign
from .vit import ViTB16 as ViTB16
from .vit import vit_b_16 as vit_b_16
from .vit import vit_b_16_untrained as vit_b_16_untrained
from .weights import load_weights as load_weights
from .weights import save_weights as save_weights
from .weights import weights_fingerprint as weights_fingerprint

__all__ = [
    "GRAMMARS",
    "QUADRANTS",
    "Backbone",
    "BackboneError",
    "FactorClassifier",
    "FeatureMaps",
    "FrozenBackbone",
    "ImageError",
    "ImageSet",
    "PerceptionError",
    "ResNet50",
    "SmallCNN",
    "Standardized",
    "StimulusDesign",
    "StimulusError",
    "ViTB16",
    "feature_maps",
    "freeze",
    "load_weights",
    "read_image_folder",
    "resnet50",
    "resnet50_untrained",
    "save_weights",
    "vit_b_16",
    "vit_b_16_untrained",
    "weights_fingerprint",
    "write_image_folder",
]
