"""What operators do, once for all formats: a call's operands to layers and the values they give.

`sliding` (convolutions, pools), `sampling` (pads, resizes), `pointwise` (dense layers, functions of
values), `norms`, `views` (axes moved and regrouped), `parts` and `joining` (axes taken apart and
joined), `products` (of two computed values), `recurrent` (over a sequence), `constants` (numbers
that do not depend on the image); for calls that the language has no layer for `opaque`, by what
`recorded` counts of shapes, those that `outlines` works out where a file states none; for another
input `shapes` (axes moved, cut and joined) and `sizes` (axes of sizes that are written, or worked
out).
"""
