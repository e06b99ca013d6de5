"""Arguments of ncnn's layers that are read, or that change no sides and no weights."""

from mnetcost.importing.model import Argument

CONVOLVED = "0 1 11 2 12 3 13 4 14 15 16 5 6 7 8 9 10 17 18 31"
# Arguments of the layers whose sides or weights they say: those that are read, or change nothing.
ARGUMENTS = {
    **dict.fromkeys(("Convolution", "ConvolutionDepthWise"), CONVOLVED),
    **dict.fromkeys(("Deconvolution", "DeconvolutionDepthWise"), f"{CONVOLVED} 19 20"),
    "Pooling": "0 1 11 2 12 3 13 14 15 4 5 6 7 8 18 31",
    "InnerProduct": "0 1 2 8 9 10 31",
    "Interp": "0 1 2 3 4 6 31",
    "Reshape": "0 1 2 3 11 31",
    "PixelShuffle": "0 1 31",
    "Reorg": "0 1 31",
}
NEUTRAL: dict[str, tuple[Argument, ...]] = {
    "5": (0,),
    "6": ("",),
    "9": ("",),
    "19": (0,),
    "21": (0,),
    "28": (0,),
}
