"""Text: files become articles, articles become passages, passages are found again.

Knows nothing of questions and answers; `qa` does.
"""
