"""The real client of a language model, against a server of ours that speaks OpenAI's protocol."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from qa.errors import WriterError
from qa.writing.models import ADDRESS, Limits, Message, open_writer

pytest.importorskip("langchain_openai", reason="langchain-openai is not installed")

ASKED = [Message("system", "Write."), Message("user", "What?")]
KEY = "a-key-that-nobody-may-see"
Answering = Callable[[BaseHTTPRequestHandler, int], None]


def piece(text: str) -> bytes:
    told = {
        "id": "1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}],
    }
    return f"data: {json.dumps(told)}\n\n".encode()


def begin(handler: BaseHTTPRequestHandler, status: int = 200) -> None:
    handler.send_response(status)
    handler.send_header(
        "Content-Type", "text/event-stream" if status == 200 else "application/json"
    )
    handler.send_header("Connection", "close")
    handler.end_headers()


def refuse(handler: BaseHTTPRequestHandler, status: int, why: str) -> None:
    begin(handler, status)
    handler.wfile.write(json.dumps({"error": {"message": why, "code": status}}).encode())


@pytest.fixture
def served(monkeypatch) -> Iterator[Callable[[Answering], list[dict]]]:
    """Starts a server that answers as it is told; gives what it was asked."""
    servers = []

    def serve(answering: Answering) -> list[dict]:
        asked: list[dict] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                asked.append(json.loads(self.rfile.read(length)))
                answering(self, len(asked))

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        monkeypatch.setenv(ADDRESS, f"http://127.0.0.1:{server.server_port}/v1")
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        return asked

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def written(seconds: float = 20.0) -> str:
    return "".join(open_writer("openai:m", Limits(50, seconds)).write(ASKED))


def test_what_a_server_streams_is_written(served):
    def answer(handler, _):
        begin(handler)
        for text in ("The pier ", "opens. [1]"):
            handler.wfile.write(piece(text))
        handler.wfile.write(b"data: [DONE]\n\n")

    asked = served(answer)
    assert written() == "The pier opens. [1]"
    assert [one["content"] for one in asked[0]["messages"]] == ["Write.", "What?"]
    assert asked[0]["stream"] is True
    assert 50 in (asked[0].get("max_tokens"), asked[0].get("max_completion_tokens"))


def test_a_refused_key_is_said_without_the_key(served):
    served(lambda handler, _: refuse(handler, 401, f"Incorrect API key provided: {KEY}"))
    with pytest.raises(WriterError, match="refuses the key; set OPENAI_API_KEY") as raised:
        written()
    assert KEY not in str(raised.value)


def test_a_busy_server_is_asked_again(served):
    def answer(handler, times):
        if times == 1:
            refuse(handler, 429, "slow down")
            return
        begin(handler)
        handler.wfile.write(piece("It rains.") + b"data: [DONE]\n\n")

    asked = served(answer)
    assert written() == "It rains."
    assert len(asked) == 2


def test_a_server_that_stays_busy_is_given_up(served):
    asked = served(lambda handler, _: refuse(handler, 429, "slow down"))
    with pytest.raises(WriterError, match="takes no more questions"):
        written()
    assert len(asked) == 3


def test_a_server_that_stalls_is_given_up(served):
    def answer(handler, _):
        begin(handler)
        handler.wfile.write(piece("The pier"))
        handler.wfile.flush()
        time.sleep(3)

    served(answer)
    with pytest.raises(WriterError, match=r"within 0\.5 s"):
        written(seconds=0.5)


def test_what_is_no_json_is_an_error_of_the_model(served):
    def answer(handler, _):
        begin(handler)
        handler.wfile.write(b"data: {no json\n\n")

    served(answer)
    with pytest.raises(WriterError, match="the model openai:m did not answer"):
        written()


def test_no_server_is_said_with_what_to_do(served, monkeypatch):
    monkeypatch.setenv(ADDRESS, "http://127.0.0.1:9/v1")
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with pytest.raises(WriterError, match=f"cannot be reached.*{ADDRESS}"):
        written()


def test_without_a_key_one_that_is_none_goes_to_a_server_of_ones_own(served, monkeypatch):
    def answer(handler, _):
        begin(handler)
        handler.wfile.write(piece("It rains.") + b"data: [DONE]\n\n")

    served(answer)
    monkeypatch.delenv("OPENAI_API_KEY")
    assert written() == "It rains."
