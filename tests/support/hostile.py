"""Names and texts that a format must only show."""

HOSTILE = [
    "<script>alert(1)</script>",
    "a | b || c",
    r"$\input{/etc/passwd}$ 100% #1 & ~ ^ _ {x}",
    r"\textbf{bold} \\ \end{tabular}",
    '=cmd("/C calc")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "[red]markup[/red] [link=http://x]y[/link]",
    "**bold** _em_ `code` ~~gone~~ # head ![img](x)",
    "&lt;b&gt; &amp; &#60;",
    "quotes \" and ' and , and ;",
    "移动网络 😀 ｗｉｄｅ",
]
NAMES = ["a (b) + c: d/e.f", "名", "1e5", "010", "x-y_z", "q" * 100]

LAYERS = "input: {height: 40, width: 24, channels: 3}\nwidth: {round: nearest}\nlayers:\n"
LAYERS += "  - conv: {out: 8, kernel: [3, 5], bias: true, norm: batch, act: prelu}\n"
LAYERS += "".join(f"  - separable: {{name: '{name}', out: 24}}\n" for name in NAMES)
LAYERS += "  - global_avg_pool\n  - dense: {out: 10}\n  - softmax\n"


def named(name: str, source: str) -> str:
    """A spec of this name and source, whose layers have odd names."""
    quoted = (text.replace("'", "''") for text in (name, source))
    return "name: '{}'\nsource: '{}'\n".format(*quoted) + LAYERS
