"""What a worker keeps in memory for each company it has served: `python -m benchmarks.memory` measures it.

Terrace itself runs, with its own settings, in a process of its own for each line of the result.
"""
