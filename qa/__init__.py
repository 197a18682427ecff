"""Questions: finding the evidence, answering in the articles' words, refusing when they are silent.

Knows nothing of pages and windows; `app.py` does.
"""
