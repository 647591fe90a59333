"""Agents' own exporters against the collector: what their runs look like as trees.

A source is tested where `./tests/run sources` could install its packages.
"""

import os
import subprocess
import sys
import unittest
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "clients/python/tests"))
from collector import Collector  # noqa: E402

SOURCES = ROOT / "tests/sources"
INSTALLED = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "sources"


def command(name, *arguments):
    """What runs a source, and a skip where its packages are not installed."""
    if not (INSTALLED / name / "installed").exists():
        raise unittest.SkipTest(f"the packages of {name} are not installed")
    if (SOURCES / name / "package.json").exists():
        return ["node", SOURCES / name / "emit.mjs", *arguments]
    return [INSTALLED / name / "bin/python", SOURCES / name / "emit.py", *arguments]


def lines(tree):
    """A tree as text: agent, status, model, tokens of its own."""
    session = tree["session"]
    said = [session["agent_id"], session["status"], session["model"] or "-"]
    yield "  " * session["depth"] + " ".join([*said, str(session["own"]["tokens"] or 0)])
    for child in tree["children"]:
        yield from lines(child)


def calls(collector, tree):
    """The tool calls of a tree as (agent, tool, succeeded) and how long each took, in milliseconds."""
    found = {}
    answer = collector.get(f"/sessions/{quote(tree['session']['id'], safe='')}")
    for event in answer["events"]:
        if event["type"] == "operation.tool_end":
            said = event["payload"]
            key = (tree["session"]["agent_id"], said["tool"], said["success"])
            found[key] = said["duration_ms"]
    for child in tree["children"]:
        found |= calls(collector, child)
    return found


class Sources(unittest.TestCase):
    maxDiff = None

    def run_of(self, name, *arguments):
        """The trees that one run of a source makes, and their tool calls."""
        run = command(name, *arguments)
        collector = Collector()
        self.addCleanup(collector.stop)
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(INSTALLED),
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint,
        }
        subprocess.run(run, env=environment, check=True, timeout=60, stdout=subprocess.DEVNULL)
        sessions = collector.get("/sessions?limit=100")["sessions"]
        roots = [session["id"] for session in sessions if session["parent_session_id"] is None]
        trees = [collector.get(f"/sessions/{quote(root, safe='')}/tree") for root in roots]
        tools = {}
        for tree in trees:
            tools |= calls(collector, tree)
        return sorted(trees, key=lambda tree: tree["session"]["agent_id"]), tools

    def check(self, run, trees, tools):
        """A run's trees, line by line, and its tool calls with whether each succeeded."""
        told, calls = run
        self.assertEqual([line for tree in told for line in lines(tree)], trees)
        self.assertEqual(sorted(calls), tools)
        # It waits for 20 ms, and whoever asks its agent waits for it.
        search = calls["researcher", "search", True]
        self.assertLessEqual(20, search)
        self.assertLessEqual(search, calls["lead", "research", True])

    def test_pydantic_ai(self):
        self.check(
            self.run_of("pydantic-ai"),
            [
                "lead completed - 0",
                "  lead completed scripted 132",
                "    researcher completed tiny 132",
            ],
            [("lead", "research", True), ("researcher", "search", True)],
        )

    def test_openai_agents(self):
        self.check(
            self.run_of("openai-agents"),
            [
                "Agent workflow completed - 0",
                "  careless failed scripted-1 0",
                "tree workflow completed - 0",
                "  lead completed scripted-1 240",
                "    researcher completed scripted-1 240",
                "  writer completed scripted-1 240",
            ],
            [
                ("lead", "handoff to writer", True),
                ("lead", "research", True),
                ("researcher", "search", True),
                ("writer", "measure", False),
            ],
        )

    def test_ai_sdk(self):
        for arguments in [[], ["legacy"]]:
            with self.subTest(arguments=arguments):
                self.check(
                    self.run_of("ai-sdk", *arguments),
                    ["lead completed scripted-1 360", "  researcher completed scripted-1 240"],
                    [
                        ("lead", "measure", False),
                        ("lead", "research", True),
                        ("researcher", "search", True),
                    ],
                )

    def test_langgraph(self):
        self.check(
            self.run_of("langgraph"),
            [
                "desk completed - 0",
                "  desk completed - 120",
                "    lead completed - 240",
                "      researcher completed - 240",
            ],
            [("lead", "research", True), ("researcher", "search", True)],
        )

    def test_strands(self):
        self.check(
            self.run_of("strands"),
            [
                "lead completed - 0",
                "  lead completed scripted-1 360",
                "    researcher completed scripted-1 240",
            ],
            [
                ("lead", "measure", False),
                ("lead", "research", True),
                ("researcher", "search", True),
            ],
        )

    def test_traceloop(self):
        self.check(
            self.run_of("traceloop"),
            [
                "desk completed - 0",
                "  desk completed - 0",
                "    lead completed scripted-1 120",
                "      researcher completed scripted-1 120",
            ],
            [("lead", "research", True), ("researcher", "search", True)],
        )
