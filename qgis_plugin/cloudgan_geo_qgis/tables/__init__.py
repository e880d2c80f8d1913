"""The options of the program that the algorithms have; they know nothing of QGIS.

A test of the program compares them: names, defaults, choices, bounds and what is said of them.
"""

from __future__ import annotations
