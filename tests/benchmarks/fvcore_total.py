"""MobileNet v1's total by fvcore: a process of its own, to be timed whole."""

from built_models import by_fvcore

print(by_fvcore(1, 224))
