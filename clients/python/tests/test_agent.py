"""What agents say reaches a real collector and means what they meant."""

import asyncio
import dataclasses
import json
import multiprocessing
import os
import pickle
import subprocess
import sys
import unittest
from pathlib import Path

from banyan import AOPClient, from_headers

from .collector import Collector

_HERE = Path(__file__).parent
_MINE = {**os.environ, "PYTHONPATH": str(_HERE.parent)}


@dataclasses.dataclass
class Point:
    x: int
    y: float


def says_one_thing(client):
    client.thought("from the process")


class Agent(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.collector = Collector()

    @classmethod
    def tearDownClass(cls):
        cls.collector.stop()

    def client(self, agent_id="agent", **options):
        return AOPClient(agent_id, endpoint=self.collector.endpoint, **{"parent_session_id": None, **options})

    def test_the_example_of_the_multi_agent_guide(self):
        # Parent agent
        parent = self.client("orchestrator")
        parent.session_started({"goal": "Write a report"})

        # Spawn a child agent
        child_session_id = parent.agent_spawn("researcher", {"goal": "Gather sources"})

        # In the child agent process
        child = AOPClient(
            agent_id="researcher",
            endpoint=self.collector.endpoint,
            session_id=child_session_id,
            parent_session_id=parent.session_id,
        )
        child.session_started({"goal": "Gather sources"})

        self.assertTrue(parent.flush())
        children = self.collector.get(f"/sessions/{parent.session_id}/children")["children"]
        found = [(child["id"], child["agent_id"], child["goal"]) for child in children]
        self.assertEqual(found, [(child_session_id, "researcher", "Gather sources")])
        spawned = self.collector.exported(parent.session_id)[1]
        self.assertEqual(spawned["type"], "operation.agent_spawn")
        link = {"child_session_id": child_session_id, "child_agent_id": "researcher"}
        self.assertEqual(spawned["payload"], {**link, "goal": "Gather sources"})

    def test_a_spawn_is_an_id_and_gives_a_ready_child(self):
        parent = self.client("orchestrator")
        spawn = parent.agent_spawn("researcher", goal="Research", reason="Special")
        self.assertIs(type(pickle.loads(pickle.dumps(spawn))), str)
        self.assertEqual(json.loads(json.dumps({"child": spawn})), {"child": spawn.session_id})
        with spawn.client() as child, child.session(goal="Research") as session:
            session.ends("Five tools", total_cost_usd=0.34)
        found = self.collector.session(spawn)
        self.assertEqual(found["parent_session_id"], parent.session_id)
        self.assertEqual((found["status"], found["total_cost_usd"]), ("completed", 0.34))

    def test_everything_an_agent_can_say(self):
        agent = self.client(agent_version="1.2.3")
        agent.session_started("Everything", llm="a-model")
        agent.heartbeat("waiting", step=2, token_spend=900)
        agent.thought("Broad search first", confidence="high", next_intent="web_search")
        agent.goal("Parse January", "in_progress", parent_goal="Gather Q1")
        agent.decision("REST", ["REST", "GraphQL"], "Pagination")
        agent.uncertainty("Which quarter?")
        call = agent.tool_start("web_search", {"query": "AOP"})
        agent.tool_end("web_search", True, "Found 10", 420, tool_call_id=call, token_spend_delta=340)
        agent.memory("write", "draft", "The first draft")
        agent.external_call("github", "GET", endpoint="/repos", duration_ms=12, status=200)
        agent.emit("acme.checkpoint", {"step": 3}, note="both")
        agent.session_ended("failed", error_message=ValueError("no money"))

        self.assertTrue(agent.flush())
        found = self.collector.get(f"/sessions/{agent.session_id}")
        session, events = found["session"], found["events"]
        self.assertEqual([session[name] for name in ("status", "goal", "total_tokens")], ["failed", "Everything", 900])
        self.assertEqual([event["sequence"] for event in events], list(range(1, 13)))
        self.assertEqual({event["agent_version"] for event in events}, {"1.2.3"})
        payload = {event["type"]: event["payload"] for event in events}
        thought = {"reasoning": "Broad search first", "confidence": "high", "next_intent": "web_search"}
        self.assertEqual(payload["cognition.thought"], thought)
        ended = {"tool": "web_search", "success": True, "output_summary": "Found 10", "latency_ms": 420}
        ended.update(tool_call_id=call, token_spend_delta=340)
        self.assertEqual(payload["operation.tool_end"], ended)
        self.assertEqual(payload["acme.checkpoint"], {"step": 3, "note": "both"})
        self.assertEqual(payload["session.ended"]["error_message"], "ValueError: no money")

    def test_a_block_ends_its_event_whatever_happens(self):
        good, bad, late = self.client("good"), self.client("bad"), self.client("late")
        with good.session(goal="Count"), good.tool("count", {"to": 2}) as call:
            call.result([1, 2])
        with self.assertRaisesRegex(ZeroDivisionError, "zero"):
            with bad.session(goal="Fail"), bad.tool("divide", {"by": 0}):
                1 / 0  # noqa: B018

        async def works():
            async with late.session(goal="Wait"):
                async with late.tool("sleep"):
                    await asyncio.wait_for(asyncio.Event().wait(), 0.01)

        with self.assertRaises(asyncio.TimeoutError):
            asyncio.run(works())
        self.assertTrue(asyncio.run(late.flush_async()))
        ends = [self.collector.session(client.session_id)["status"] for client in (good, bad, late)]
        self.assertEqual(ends, ["completed", "failed", "timeout"])
        call = self.collector.exported(bad.session_id)[2]["payload"]
        self.assertEqual((call["success"], call["error"]), (False, "ZeroDivisionError: division by zero"))

    def test_a_process_finds_its_parent_and_its_own_children_find_it(self):
        parent = self.client("launcher")
        child = parent.agent_spawn("worker", goal="Work")
        worker = [sys.executable, _HERE / "worker.py"]
        subprocess.run(worker, env=child.env(_MINE), check=True, stderr=subprocess.DEVNULL)
        self.assertTrue(parent.flush())
        tree = self.collector.get(f"/sessions/{parent.session_id}/tree")
        (working,) = tree["children"]
        self.assertEqual((working["session"]["id"], working["session"]["status"]), (child, "completed"))
        below = sorted((node["session"]["agent_id"], node["session"]["status"]) for node in working["children"])
        self.assertEqual(below, [("helper", "running"), ("started", "completed")])

    @unittest.skipUnless(hasattr(os, "fork"), "no fork here")
    def test_a_forked_process_has_a_session_of_its_own(self):
        parent = self.client("forking")
        parent.thought("before")
        context = multiprocessing.get_context("fork")
        processes = [context.Process(target=says_one_thing, args=(parent,)) for _ in range(2)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        parent.thought("after")
        self.assertTrue(parent.flush())
        self.assertEqual([event["sequence"] for event in self.collector.exported(parent.session_id)], [1, 2])
        children = self.collector.get(f"/sessions/{parent.session_id}/children")["children"]
        self.assertEqual(len(children), 2)
        for child in children:
            (event,) = self.collector.exported(child["id"])
            self.assertEqual((event["sequence"], event["payload"]["reasoning"]), (1, "from the process"))

    def test_a_called_service_finds_its_parent_in_the_headers(self):
        caller = self.client("caller", session_id="with space, and=comma;/ü")
        sent = caller.headers({"Accept": "text/plain", "Baggage": "tenant=7"})
        self.assertTrue(sent["baggage"].startswith("tenant=7,banyan.parent_session=with%20space"))
        self.assertEqual(from_headers(sent), {"parent_session_id": caller.session_id})
        spawned = caller.agent_spawn("callee", "Answer")
        both = {"session_id": spawned, "parent_session_id": caller.session_id}
        self.assertEqual(from_headers(spawned.headers(sent)), both)
        for baggage in ("", "x", "banyan.session", "banyan.session=%00", "banyan.session=" + "x" * 300):
            self.assertEqual(from_headers({"baggage": baggage}), {}, baggage)
        self.assertEqual(from_headers(None), {})

    def test_what_cannot_be_said_is_said_as_well_as_possible(self):
        class Hostile:
            def __str__(self):
                raise RuntimeError("no")

        circle = {"name": "circle"}
        circle["self"] = circle
        deep = {}
        for _ in range(20_000):
            deep = {"deep": deep}
        odd = [circle, {"nan": float("nan")}, {"hostile": Hostile()}, {"point": Point(1, 2.5), "set": {1}},
               [1, 2], "text", None, {"half": "\ud83d"}, {(1, 2): "key"}, deep]  # fmt: skip
        agent = self.client("odd")
        for payload in odd:
            agent.emit("odd.payload", payload)
        agent.emit("odd.large", {"tool": "cat", "result": "x" * 3_000_000, "list": ["y" * 500_000] * 9})

        self.assertTrue(agent.flush(), agent.stats)
        payloads = [event["payload"] for event in self.collector.exported(agent.session_id)]
        self.assertEqual(len(payloads), len(odd) + 1)
        self.assertEqual(payloads[0], {"name": "circle", "self": "[circular]"})
        self.assertEqual(payloads[1:3], [{"nan": None}, {"hostile": "[unreadable]"}])
        self.assertEqual(payloads[3], {"point": {"x": 1, "y": 2.5}, "set": [1]})
        self.assertEqual(payloads[4:7], [{"value": [1, 2]}, {"value": "text"}, {}])
        self.assertEqual(payloads[8], {"(1, 2)": "key"})
        self.assertEqual((payloads[10]["clipped"], payloads[10]["tool"]), (True, "cat"))

    def test_no_method_raises_for_what_it_is_given(self):
        class Hostile(dict):
            def refuse(self, *_):
                raise RuntimeError("no")

            __bool__ = __iter__ = __str__ = __repr__ = keys = items = refuse
            __class__ = property(refuse)

        bad = Hostile()
        agent = self.client(bad, agent_version=bad)
        self.assertEqual(agent.agent_id, "[unreadable]")
        with agent.session(goal=bad) as session:
            for kind in ("thought", "uncertainty", "goal", "decision", "memory", "external_call", "heartbeat"):
                getattr(agent, kind)(bad)
            agent.emit("odd", bad, more=bad)
            agent.emit(bad, bad)
            agent.tool_end(bad, bad, bad, bad, bad)
            child = agent.agent_spawn(bad, bad, session_id=bad)
            self.assertEqual((child, child.agent_id), ("[unreadable]", "[unreadable]"))
            self.assertEqual(agent.headers(bad).keys(), {"baggage"})
            self.assertIn("BANYAN_PARENT_SESSION", child.env(bad))
            self.assertEqual(from_headers(bad), {})
            with agent.tool("count") as call:
                call.result("two", duration_ms=5, success=False, tool_call_id="mine")
            session.ends("so it went", outcome="cancelled", total_tokens=7)

        self.assertTrue(agent.flush(), agent.stats)
        events = self.collector.exported(agent.session_id)
        self.assertEqual([event["sequence"] for event in events], list(range(1, len(events) + 1)))
        tool, ended = (event["payload"] for event in events[-2:])
        self.assertEqual((tool["latency_ms"], tool["success"]), (5, True))
        self.assertEqual(tool["tool_call_id"], call.id)
        self.assertEqual((ended["outcome"], ended["outcome_summary"]), ("cancelled", "so it went"))
        self.assertEqual(self.collector.session(agent.session_id)["status"], "cancelled")

    def test_who_is_disabled_says_nothing_and_counts_nothing(self):
        agent = self.client("shy")
        agent.thought("one")
        agent.disable()
        agent.thought("never")
        self.assertEqual((agent.enabled, agent.sequence), (False, 2))
        agent.enable()
        agent.thought("two")
        self.assertTrue(agent.flush())
        said = [(event["sequence"], event["payload"]["reasoning"]) for event in self.collector.exported(agent.session_id)]
        self.assertEqual(said, [(1, "one"), (2, "two")])

    def test_two_clients_of_one_session_never_use_a_number_twice(self):
        one = self.client("twin", session_id="twins")
        two = self.client("twin", session_id="twins")
        for turn in range(5):
            one.thought(f"{turn}")
            two.thought(f"{turn}")
        self.assertTrue(one.flush())
        numbers = [event["sequence"] for event in self.collector.exported("twins")]
        self.assertEqual(numbers, list(range(1, 11)))
