"""What would a spec be with its convolutions made separable, or standard?

Read: `replacements` (which written layers are replaced), then `rewrite` (the new text, checked).
"""
