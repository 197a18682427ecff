"""Where the articles and the index are, and which models are used."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """What a command or the page was told; an embedding or evidence model that is None means the
    packaged one. `model` is the language model that writes; without one the quotes stand alone.
    `chroma_url` names the server that has the vectors; None means the index folder has them.
    `follows_corpus`: the page brings the index in line with the corpus folder by itself.
    """

    corpus: Path
    index: Path
    embedding_model: str | None = None
    evidence_model: str | None = None
    model: str | None = None
    chroma_url: str | None = None
    follows_corpus: bool = True


def default_corpus() -> Path:
    """MEETING_QA_CORPUS, else `corpus/` beside the project."""
    return Path(os.environ.get("MEETING_QA_CORPUS") or _project() / "corpus")


def default_chroma_url() -> str | None:
    """MEETING_QA_CHROMA_URL, if it is set."""
    return os.environ.get("MEETING_QA_CHROMA_URL") or None


def follows_corpus(corpus: Path | None, chroma_url: str | None) -> bool:
    """Whether the page may change the index by itself: always its own, but that of a server only
    where somebody named the folder of articles. Else a machine that only answers would replace what
    all share by the articles that happen to lie beside the project.
    """
    return not chroma_url or bool(corpus or os.environ.get("MEETING_QA_CORPUS"))


def default_index() -> Path:
    """MEETING_QA_INDEX, else `.index/` beside the project."""
    return Path(os.environ.get("MEETING_QA_INDEX") or _project() / ".index")


def default_model() -> str | None:
    """MEETING_QA_MODEL, else none."""
    return os.environ.get("MEETING_QA_MODEL") or None


def _project() -> Path:
    """The project's folder; the working folder when the packages are installed elsewhere."""
    beside = Path(__file__).resolve().parent.parent
    return beside if (beside / "pyproject.toml").is_file() else Path.cwd()
