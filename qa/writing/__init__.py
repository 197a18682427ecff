"""Fluent answers by a language model on a leash: it writes from the quotes of an answer, and shows
nothing that they do not support.
"""
