"""Trains the evidence model that the package carries. Nothing at run time imports this."""
