"""What happens on the second and third day, and on the fourth, when the school year changes.

A story is a generator: on the first day it casts its people and devices, then it yields and goes on at each later day.
One that finds nobody to cast at a school ends before its first ``yield``.
"""
