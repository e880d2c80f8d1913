"""Scores, suites and the tables they end in."""
