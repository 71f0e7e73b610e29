"""Factories over tables: factory_boy's declarations, and the generator for all that they leave open."""
