import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import anyio
import pytest

from tests.conftest import PROJECT

ARTICLE = """---
title: The last ferry
outlet: Courier
published: 2024-06-01
language: en
---

The ferry to Holm stops in June. The council decided so on Friday.
"""


@pytest.fixture(scope="module")
def address(run: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("api")
    corpus = folder / "corpus"
    corpus.mkdir()
    (corpus / "ferry.md").write_text(ARTICLE, encoding="utf-8")
    where = ["--corpus", corpus, "--index", folder / "index"]
    try:
        import mcp  # noqa: F401
    except ImportError:
        return str(run("app.py", "--port", "0", *where))
    return str(run("app.py", "--port", "0", "--mcp", *where))


@pytest.fixture(scope="module")
def client(address: str) -> Any:
    from gradio_client import Client

    return Client(address, verbose=False)


QUESTION = "When does the ferry to Holm stop?"


@pytest.mark.slow
def test_only_the_four_endpoints_are_offered_each_typed_and_described(client: Any) -> None:
    told = client.view_api(return_format="dict", print_info=False)
    assert not told["unnamed_endpoints"]
    named = told["named_endpoints"]
    assert set(named) == {"/ask", "/check", "/search", "/list_articles"}
    for endpoint in named.values():
        assert endpoint["description"]
        for parameter in endpoint["parameters"]:
            assert parameter["python_type"]["type"] != "Any"
    assert [one["parameter_name"] for one in named["/ask"]["parameters"]] == [
        "question",
        "history",
        "outlets",
        "first",
        "last",
    ]


@pytest.mark.slow
def test_the_endpoints_answer_in_the_shapes_of_the_command_line(client: Any) -> None:
    asked = client.predict(question=QUESTION, api_name="/ask")
    assert asked["answered"]
    quote = asked["citations"][0]
    assert quote["quote"] == "The ferry to Holm stops in June."
    assert (quote["article"], quote["outlet"], quote["start"]) == ("ferry.md", "Courier", 16)
    assert quote["hash"] == client.predict(api_name="/list_articles")["sources"][0]["hash"]
    narrowed = client.predict(question=QUESTION, outlets=["Post"], api_name="/ask")
    assert not narrowed["answered"]
    assert narrowed["index"]["within"] == "of Post"
    checked = client.predict(
        statement="The ferry stops in June. The ferry stops in July.", api_name="/check"
    )
    assert [one["claim"] for one in checked["checks"]] == [
        "The ferry stops in June.",
        "The ferry stops in July.",
    ]
    found = client.predict(query="ferry council", top=3, api_name="/search")
    assert found["results"][0]["article"] == "ferry.md"
    listed = client.predict(api_name="/list_articles")
    assert [one["article"] for one in listed["sources"]] == ["ferry.md"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("endpoint", "given", "why"),
    [
        ("/ask", {"question": " "}, "the question is empty"),
        ("/ask", {"question": QUESTION, "first": "soon"}, "the filter cannot be read"),
        ("/check", {"statement": ""}, "the statement is empty"),
        ("/search", {"query": "x", "top": 0}, "name a number from 1"),
    ],
)
def test_what_cannot_be_done_is_an_error_that_says_why(
    client: Any, endpoint: str, given: dict[str, Any], why: str
) -> None:
    from gradio_client.exceptions import AppError

    with pytest.raises(AppError, match=why):
        client.predict(**given, api_name=endpoint)


@pytest.mark.slow
def test_every_example_of_the_documentation_runs(address: str) -> None:
    text = (PROJECT / "docs" / "api.md").read_text(encoding="utf-8")
    examples = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(examples) >= 4
    for example in examples:
        there = example.replace("http://127.0.0.1:7860", address.rstrip("/"))
        exec(compile(there, "docs/api.md", "exec"), {"print": lambda *_: None})


@pytest.mark.slow
def test_a_language_model_finds_the_same_four_as_tools(address: str) -> None:
    pytest.importorskip("mcp", reason="mcp is not installed; it comes with meeting-qa[mcp]")
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    async def talk() -> tuple[dict[str, Any], str]:
        async with (
            streamable_http_client(f"{address.rstrip('/')}/gradio_api/mcp/") as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            tools = {one.name: one.inputSchema for one in (await session.list_tools()).tools}
            ask = next(name for name in tools if name.endswith("ask"))
            result = await session.call_tool(ask, {"question": QUESTION})
            return tools, str(getattr(result.content[0], "text", ""))

    # In a thread of its own: the browser's driver may have a loop running in this one.
    with ThreadPoolExecutor(1) as pool:
        tools, told = pool.submit(anyio.run, talk).result(timeout=60)
    endings = {name.removeprefix("Meeting_QA_").lower() for name in tools}
    assert {"ask", "check", "search", "list_articles"} == endings, endings
    assert "The ferry to Holm stops in June." in told
    described = next(schema for name, schema in tools.items() if name.endswith("ask"))
    assert "Earlier questions" in json.dumps(described)


def test_without_the_package_mcp_is_refused_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from click.testing import CliRunner

    import app

    monkeypatch.setattr(app, "find_spec", lambda name: None)
    told = CliRunner().invoke(app.main, ["--mcp", "--corpus", str(tmp_path)])
    assert told.exit_code == 2
    assert "meeting-qa[mcp]" in told.output
