"""What α does in families of networks as their libraries build them: data, each with its source.

Versions: timm 1.0.31, torchvision 0.28.0, Keras 3.15.1. Each row was read in the named function.
"""

from collections.abc import Mapping
from typing import NamedTuple

STEM = "stem"  # the first widths behind the input
HEAD = "head"  # the last widths before those that the task has
LAST_CONV = "last_conv"  # those before the pool over the whole map
ROLES = (STEM, HEAD, LAST_CONV)


class Family(NamedTuple):
    """How a library puts α on a family: the options that say so, by the roles of layers."""

    source: str = ""
    round: str = ""
    expand: str = ""
    keep: tuple[str, ...] = ()
    at_least: tuple[str, ...] = ()
    derive: tuple[str, ...] = ()
    squeeze: str = ""  # where the file's gates have it


_EIGHT = "divisible:8"  # make_divisible, round_channels, _depth, round_filters, ...
_TIMM = "timm 1.0.31, models/"
_VISION = "torchvision 0.28.0, models/"
_KERAS = "Keras 3.15.1, applications/"

FAMILIES: Mapping[str, Family] = {
    "mobilenet_v1:timm": Family(f"{_TIMM}efficientnet.py, _gen_mobilenet_v1", _EIGHT, "written"),
    "mobilenet_v1:keras": Family(f"{_KERAS}mobilenet.py, MobileNet", "floor", "written"),
    "mobilenet_v2:timm": Family(
        f"{_TIMM}efficientnet.py, _gen_mobilenet_v2", _EIGHT, "derived", at_least=(HEAD,)
    ),
    "mobilenet_v2:torchvision": Family(
        f"{_VISION}mobilenetv2.py, MobileNetV2", _EIGHT, "derived", at_least=(HEAD,)
    ),
    "mobilenet_v2:keras": Family(
        f"{_KERAS}mobilenet_v2.py, MobileNetV2; it cuts fractions before it rounds, which takes 8"
        " channels more away at few α, such as 1.12",
        _EIGHT,
        "derived",
        at_least=(HEAD,),
    ),
    "mobilenet_v3:timm": Family(
        f"{_TIMM}mobilenetv3.py, _gen_mobilenet_v3; its stem is kept below α = 0.75, where it adds"
        " 16 channels to fewer",
        _EIGHT,
        "derived",
        keep=(HEAD,),
        at_least=(STEM,),
    ),
    "mobilenet_v3:torchvision": Family(
        f"{_VISION}mobilenetv3.py, MobileNetV3 and _mobilenet_v3_conf",
        _EIGHT,
        "written",
        derive=(LAST_CONV,),
    ),
    "mobilenet_v3:keras": Family(
        f"{_KERAS}mobilenet_v3.py, MobileNetV3",
        _EIGHT,
        "derived",
        keep=(STEM,),
        at_least=(HEAD,),
        derive=(LAST_CONV,),
    ),
    "efficientnet:timm": Family(
        f"{_TIMM}efficientnet.py, _gen_efficientnet and _gen_efficientnetv2_s", _EIGHT, "derived"
    ),
    "efficientnet:torchvision": Family(
        f"{_VISION}efficientnet.py, EfficientNet", _EIGHT, "derived", derive=(LAST_CONV,)
    ),
    "efficientnet:keras": Family(f"{_KERAS}efficientnet.py, EfficientNet", _EIGHT, "derived"),
    "efficientnet_lite:timm": Family(
        f"{_TIMM}efficientnet.py, _gen_efficientnet_lite", _EIGHT, "derived", keep=(STEM, HEAD)
    ),
    "mnasnet:timm": Family(
        f"{_TIMM}efficientnet.py, _gen_mnasnet_a1 and _gen_mnasnet_b1",
        _EIGHT,
        "derived",
        keep=(HEAD,),
    ),
    "mnasnet:torchvision": Family(f"{_VISION}mnasnet.py, MNASNet", _EIGHT, "derived", keep=(HEAD,)),
    "fbnetc:timm": Family(f"{_TIMM}efficientnet.py, _gen_fbnetc", _EIGHT, "derived", keep=(HEAD,)),
    "spnasnet:timm": Family(
        f"{_TIMM}efficientnet.py, _gen_spnasnet", _EIGHT, "derived", keep=(HEAD,)
    ),
    "lcnet:timm": Family(f"{_TIMM}mobilenetv3.py, _gen_lcnet", _EIGHT, "written", keep=(HEAD,)),
    "tinynet:timm": Family(
        f"{_TIMM}efficientnet.py, _gen_tinynet",
        _EIGHT,
        "derived",
        keep=(STEM,),
        at_least=(HEAD,),
    ),
    "mobilenet_v4:timm": Family(
        f"{_TIMM}mobilenetv3.py, _gen_mobilenet_v4",
        _EIGHT,
        "derived",
        keep=(HEAD,),
        at_least=(STEM,),
    ),
    "ghostnet:timm": Family(
        f"{_TIMM}ghostnet.py, GhostNet", "divisible:4", "derived", keep=(HEAD,)
    ),
    "repvgg:timm": Family(
        f"{_TIMM}byobnet.py has no α: every `c` and `stem_chs` times it", "floor", "written"
    ),
    "resnet:timm": Family(
        f"{_TIMM}resnet.py has no α: `channels` and `stem_width` of ResNet times it; gates by"
        " layers/squeeze_excite.py, SEModule",
        "floor",
        "written",
        squeeze="max(8, 8 * round($here / 128))",
    ),
}
