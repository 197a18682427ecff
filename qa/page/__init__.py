"""What the chat page shows and keeps: turns, their HTML, uploads, and the index behind them.

Knows nothing of Gradio; `app.py` does.
"""

from importlib.resources import files


def asset(name: str) -> str:
    """The text of a stylesheet or script that ships with the page."""
    return files(__name__).joinpath(name).read_text(encoding="utf-8")
