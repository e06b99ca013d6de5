"""What of its input does each layer of a network see? Araujo, Norris and Sim 2019.

"Computing receptive fields of convolutional neural networks", Distill, doi:10.23915/distill.00021.

Read: `sliding` (windows over windows, along one side), `seen` (what a layer makes of that, and a
join of several), then `receptive_fields` (every layer of a network).
"""
