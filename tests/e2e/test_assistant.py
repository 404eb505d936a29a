"""An assistant at a running bridge, through the official SDK's own client over stdio."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters, stdio_client
from mcp_types import CallToolResult, TextContent
from support.rig import Desk, rows_of, sitting_at
from support.web import paged

pytestmark = pytest.mark.e2e

Talk = Callable[[Client], Awaitable[None]]


def talk(config: Path, conversation: Talk) -> None:
    """Start the door as an assistant's program does, and hold a conversation through it."""
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "bridge", "mcp", "--config", str(config)]
    )

    async def run() -> None:
        async with Client(stdio_client(server)) as client:
            await conversation(client)

    asyncio.run(run())


def talk_beside(desk: Desk, config: Path, conversation: Talk) -> None:
    """Hold a conversation while the DAW goes on."""
    with ThreadPoolExecutor(1) as pool:
        talking = pool.submit(talk, config, conversation)
        desk.wait_until(talking.done)
        talking.result()


async def ask(client: Client, tool: str, **arguments: object) -> Any:  # noqa: ANN401 - any JSON
    """What a tool answers; it must not refuse."""
    result = await client.call_tool(tool, arguments)
    assert isinstance(result, CallToolResult)
    assert not result.is_error, said(result)
    content = result.structured_content
    assert content is not None
    return content["result"] if set(content) == {"result"} else content


async def refusal(client: Client, tool: str, **arguments: object) -> str:
    """The sentence with which a tool refuses."""
    result = await client.call_tool(tool, arguments)
    assert isinstance(result, CallToolResult)
    assert result.is_error
    return said(result)


def said(result: CallToolResult) -> str:
    return " ".join(part.text for part in result.content if isinstance(part, TextContent))


def test_no_tool_takes_a_value_resumes_or_chooses_a_mode(tmp_path: Path) -> None:
    async def conversation(client: Client) -> None:
        assert "never guess" in (client.instructions or "")
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == {
            "read_state", "explain", "suggest", "accept", "skip", "reward", "wish", "undo",
            "freeze", "panic",
        }  # fmt: skip
        for name, tool in tools.items():
            assert tool.description, name
            assert set(tool.input_schema["properties"]) <= {
                "move", "good", "track", "word", "wait_s",
            }, name  # fmt: skip
        assert tools["read_state"].annotations is not None
        assert tools["read_state"].annotations.read_only_hint

    config = tmp_path / "config.yaml"
    config.write_text("{}")
    talk(config, conversation)


def test_without_a_bridge_each_tool_says_what_to_do(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(json.dumps({"listen": {"port": 9}, "web": {"port": 9}}))

    async def conversation(client: Client) -> None:
        for tool in ("read_state", "panic"):
            assert "start one with 'mixbridge run'" in await refusal(client, tool)

    talk(config, conversation)


def test_a_suggestion_is_read_explained_accepted_liked_and_taken_back(tmp_path: Path) -> None:
    async def conversation(client: Client) -> None:
        suggestion = (await ask(client, "suggest", wait_s=30.0))["suggestion"]
        name = suggestion["id"]
        state = await ask(client, "read_state")
        assert state["status"]["mode"] == "suggest"
        assert [track["name"] for track in state["tracks"]][:2] == ["Kick", "Snare"]
        assert set(state["tracks"][0]["values"]) >= {"gain", "pan"}
        assert state["suggestion"]["id"] == name
        told = await ask(client, "explain", move=name)
        assert (told["state"], told["reason"]) == ("proposed", suggestion["why"])
        assert "no move '9-9'" in await refusal(client, "explain", move="9-9")

        assert (await ask(client, "accept", move=name)).startswith(f"Accepted: move {name}")
        assert (await ask(client, "reward", move=name, good=True)) == (
            f"Good is saved for move {name}."
        )
        assert (await ask(client, "explain", move=name))["reward"] == 1.0
        assert (await ask(client, "undo", move=name)).startswith(f"Taken back: move {name}")
        other = (await ask(client, "suggest", wait_s=30.0))["suggestion"]["id"]
        assert (await ask(client, "skip", move=other)).startswith(f"Skipped: move {other}")

    with paged(tmp_path, mode="suggest") as web, sitting_at(web.bridge) as desk:
        desk.say("/bridge/mode", "suggest")
        talk_beside(desk, web.bridge.config, conversation)
        ((value,),) = rows_of(
            web.bridge, "SELECT value FROM rewards WHERE reward_id LIKE 'assistant-%'"
        )
        assert value == 1.0


def test_a_wish_is_noted_and_answered_by_a_move(tmp_path: Path) -> None:
    async def conversation(client: Client) -> None:
        answer = await ask(client, "wish", track="Lead", word="louder")
        assert answer.startswith("Noted: you want Lead louder.\nIt suggests move ")
        assert "louder" in await refusal(client, "wish", track="Lead", word="nicer")

    learning = {"agent": "factored"}
    with paged(tmp_path, mode="suggest", learning=learning) as web, sitting_at(web.bridge) as desk:
        desk.say("/bridge/mode", "suggest")
        desk.let_pass(1.0)
        talk_beside(desk, web.bridge.config, conversation)


def test_the_guard_stands_in_front_of_an_assistant_as_of_anybody(tmp_path: Path) -> None:
    """A track that is Safe stays where it is, and freeze and panic hold until a person resumes."""

    async def conversation(client: Client) -> None:
        answer = await refusal(client, "accept", move="9-9")
        assert "9-9" in answer or "no open suggestion" in answer
        assert "'mixbridge freeze off'" in await ask(client, "freeze")
        assert (await ask(client, "read_state"))["status"]["state"] == "frozen"
        assert (await ask(client, "suggest", wait_s=0.0))["suggestion"] is None
        assert "'mixbridge rearm'" in await ask(client, "panic")
        assert (await ask(client, "read_state"))["status"]["state"] == "panic"

    with paged(tmp_path, mode="suggest") as web, sitting_at(web.bridge) as desk:
        desk.say("/bridge/safe", "*", "all", 1)
        desk.written.clear()
        talk_beside(desk, web.bridge.config, conversation)
        assert desk.written == []


def test_the_page_of_another_bridge_is_not_taken_for_this_one(tmp_path: Path) -> None:
    with paged(tmp_path) as web:
        settings = json.loads(web.bridge.config.read_text())
        settings["listen"] = {"port": 9}
        config = tmp_path / "other.yaml"
        config.write_text(json.dumps(settings))

        async def conversation(client: Client) -> None:
            assert f"listens at 127.0.0.1:{web.bridge.port}" in await refusal(client, "read_state")

        talk(config, conversation)
