"""The style sheet of a report in HTML, whatever page it stands in.

Text and lines take the colour of what is around them, and fills let it through, so that a light and
a dark theme need no sheet of their own: a notebook's (JupyterLab, VS Code), or the system's. A
class stands twice in a rule that must win over a notebook's own rules for tables.
"""

# The widths of a window, em, below which columns leave (u), and their names come instead (v).
STEPS = tuple(range(24, 151, 6))

_LEAVING = "\n".join(
    f"@container (max-width:{em}em)"
    f"{{.mnetcost .u{em}{{display:none}}.mnetcost .v{em}{{display:inline}}}}"
    for em in STEPS
)

# Of a fragment: in a notebook, or in a page.
FRAGMENT = """\
.mnetcost{--line:color-mix(in srgb,currentColor 22%,transparent);font-size:13px;line-height:1.45}
.mnetcost .title{font-size:1.15em;font-weight:600;margin:.2em 0}
.mnetcost .said{margin:.2em 0;font-variant-numeric:tabular-nums}
.mnetcost.mnetcost details{margin:.5em 0}
.mnetcost.mnetcost summary{cursor:pointer;font-weight:600;display:list-item}
.mnetcost summary small{display:block;font-weight:400;opacity:.75;white-space:pre-line;\
padding-left:1.2em}
.mnetcost .box{overflow:auto hidden;max-width:100%;margin:.3em 0;container-type:inline-size}
.mnetcost [class^=v]{display:none}.mnetcost span+span:before{content:", "}
.mnetcost .long{max-height:34em;overflow-y:auto}
.mnetcost.mnetcost table{border-collapse:collapse;border:0;margin:0;font-size:inherit;\
font-variant-numeric:tabular-nums;table-layout:auto;color:inherit;width:auto}
.mnetcost.mnetcost th,.mnetcost.mnetcost td{padding:.15em .7em;text-align:left;\
vertical-align:top;border:0;white-space:nowrap;max-width:none;line-height:inherit}
.mnetcost.mnetcost th{font-weight:600;white-space:pre;vertical-align:bottom}
.mnetcost.mnetcost .n{text-align:right}
.mnetcost.mnetcost td.w{white-space:normal;\
overflow-wrap:anywhere;max-width:44em}
.mnetcost.mnetcost tbody tr{background:none;border:0}
.mnetcost.mnetcost tbody tr:hover{background:color-mix(in srgb,currentColor 7%,transparent)}
.mnetcost.mnetcost thead tr{border:0;border-bottom:1px solid var(--line)}
.mnetcost.mnetcost tfoot tr{border:0;border-top:1px solid var(--line);font-weight:600}
.mnetcost .long thead th,.mnetcost .long tfoot td{position:sticky;top:0;\
background:var(--jp-layout-color0,var(--vscode-editor-background,\
var(--colab-primary-surface-color,Canvas)))}
.mnetcost .long tfoot td{top:auto;bottom:0}
.mnetcost .h{font-weight:600}
.mnetcost .b{height:.75em;margin-top:.3em;background:#2a8ac8}
.mnetcost.mnetcost .b1{background:#d55e001a}.mnetcost.mnetcost .b2{background:#d55e0040}
.mnetcost.mnetcost .b3{background:#d55e0070}.mnetcost.mnetcost .b4{background:#d55e00a8}
.mnetcost.mnetcost tbody tr.added{background:#2da44e38}
.mnetcost.mnetcost tbody tr.removed{background:#cf222e38}
.mnetcost.mnetcost tbody tr.changed{background:#d4a72c38}
.mnetcost.mnetcost tbody tr.same{opacity:.65}
.mnetcost .good,.mnetcost .bad,.mnetcost .warn{font-weight:600;border-radius:.3em;padding:0 .35em}
.mnetcost .good{background:#2da44e38}.mnetcost .bad{background:#cf222e58}
.mnetcost .warn{background:#d4a72c48}
.mnetcost math{font-size:1.1em;math-style:normal}
.mnetcost .notes{font-size:.88em;margin:.6em 0 .2em}
.mnetcost.mnetcost .notes p{margin:.1em 0;opacity:.85;line-height:inherit}
@media print{.mnetcost .box{overflow:visible;max-height:none}\
.mnetcost.mnetcost thead{display:table-header-group}\
.mnetcost.mnetcost tfoot{display:table-row-group}\
.mnetcost.mnetcost tr{break-inside:avoid}.mnetcost summary{break-after:avoid}\
.mnetcost.mnetcost th,.mnetcost.mnetcost td{padding:.1em .5em}\
.mnetcost.mnetcost td.w{min-width:0!important}\
.mnetcost{font-size:8pt;print-color-adjust:exact;-webkit-print-color-adjust:exact}}
"""
FRAGMENT += _LEAVING

# Of a page of its own, beside that.
PAGE = """\
:root{color-scheme:light dark}
body{font-family:system-ui,sans-serif;margin:0 auto;max-width:90em;\
padding:1em clamp(.6em,3vw,2.5em)}
@media screen{.mnetcost{font-size:14px}}
@media print{:root{color-scheme:light}body{padding:0}}
@page{size:landscape;margin:12mm}"""
