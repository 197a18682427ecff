"""What the commands share: the folders and models, errors of one line, and how results are told."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, TypeVar

import click

from qa.settings import (
    Settings,
    default_chroma_url,
    default_corpus,
    default_index,
    default_model,
)

Command = TypeVar("Command", bound=Callable[..., Any])


class Problem(click.ClickException):
    """Something could not be done: one line on stderr, exit 2."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo("meeting-qa: " + " ".join(self.message.split()), file=file or sys.stderr)


def where(command: Command) -> Command:
    """The options that work before and after a command's name."""
    for option in (
        click.option(
            "--evidence-model", metavar="NAME", help="A sentence-transformers cross-encoder."
        ),
        click.option("--model", metavar="NAME", help="A language model, provider:name, to write."),
        click.option("--chroma-url", metavar="URL", help="The Chroma server that has the vectors."),
        click.option("--embedding-model", metavar="NAME", help="A sentence-transformers model."),
        click.option("--index", type=Path, metavar="DIR", help="The index folder."),
        click.option("--corpus", type=Path, metavar="DIR", help="The folder of articles."),
    ):
        command = option(command)
    return command


def settings(ctx: click.Context, **given: Any) -> Settings:
    """What the options before and after a command's name say; those after it count more."""
    told: dict[str, Any] = {name: value or ctx.obj.get(name) for name, value in given.items()}
    return Settings(
        corpus=told["corpus"] or default_corpus(),
        index=told["index"] or default_index(),
        embedding_model=told["embedding_model"],
        evidence_model=told["evidence_model"],
        model=told["model"] or default_model(),
        chroma_url=told["chroma_url"] or default_chroma_url(),
    )


def progress_bars() -> Callable[[str, int], Any]:
    """Bars on stderr for steps that take longer than a moment, on a terminal only."""
    from tqdm import tqdm

    def start(step: str, total: int) -> Any:
        return tqdm(total=total, desc=step, disable=None, delay=1.0, leave=False, file=sys.stderr)

    return start


def line_of(told: dict[str, Any]) -> str:
    """A line of JSON."""
    return json.dumps(told, ensure_ascii=False)
