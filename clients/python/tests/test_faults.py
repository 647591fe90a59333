"""Whatever the collector does, the agent's own work is unharmed, no event gets a second identity, and
what was lost is counted."""

import json
import os
import subprocess
import sys
import time
import unittest
from pathlib import Path

from banyan import AOPClient

from .collector import Collector
from .faulty import Faulty, nobody

#: What is promised of a quiet machine, and how many times that a busy one may take.
_P99_PROMISED_US = 50
_P99_SLACK = 40
_CALLS = 10_000
#: Longer than anything here takes, far shorter than a collector that answers after a minute.
_WORK_MAX_S = 5.0
_HERE = Path(__file__).parent


def agent(endpoint, **options):
    return AOPClient("agent", endpoint=endpoint, parent_session_id=None, **options)


def work(client, calls):
    """An agent's work: says many things. Gives what all but a hundredth of the calls took, in µs."""
    took = []
    for call in range(calls):
        began = time.perf_counter_ns()
        client.thought("The response from the January endpoint looks malformed", confidence="low", call=call)
        took.append(time.perf_counter_ns() - began)
    return sorted(took)[calls * 99 // 100] / 1_000


class Faults(unittest.TestCase):
    def same_bytes(self, requests):
        seen = {}
        for line in (line for _, lines in requests for line in lines):
            event = json.loads(line)
            identity = (event["session_id"], event["sequence"])
            self.assertEqual(seen.setdefault(identity, line), line, "an identity with two contents")
        return len(seen)

    def test_a_collector_that_fails_does_no_harm(self):
        for manner in ("nobody", "silent", "busy", "cuts_the_body", "cuts_the_answer"):
            with self.subTest(manner):
                faulty = None if manner == "nobody" else Faulty(self, manner)
                endpoint = faulty.endpoint if faulty else nobody()
                client = agent(endpoint, timeout=60, max_queue_bytes=500_000, exit_after=0)
                began = time.monotonic()
                p99 = work(client, _CALLS)
                self.assertLess(time.monotonic() - began, _WORK_MAX_S)
                print(f"{manner}: p99 of a call {p99:.1f} µs (promised on a quiet machine: {_P99_PROMISED_US})")
                self.assertLess(p99, _P99_PROMISED_US * _P99_SLACK)

                self.assertFalse(client.flush(0.1))
                stats = client.stats
                self.assertEqual(stats.queued + stats.dropped, _CALLS)
                self.assertEqual(stats.sent, 0)
                self.assertLess(0, stats.dropped, "the queue has no bound")
                self.assertEqual(client.sequence, _CALLS + 1)
                self.same_bytes(faulty.requests if faulty else [])

    def test_what_failed_is_sent_again_with_the_same_bytes_and_in_order(self):
        faulty = Faulty(self, "busy", "cuts_the_body", "cuts_the_answer", "silent", "ok")
        client = agent(faulty.endpoint, timeout=0.2)
        work(client, 250)
        while not client.flush(1):
            pass
        self.assertEqual(self.same_bytes(faulty.requests), 250)
        taken = [json.loads(line)["sequence"] for line in faulty.accepted]
        self.assertEqual(taken, list(range(1, 251)))
        self.assertEqual((client.stats.sent, client.stats.dropped), (250, 0))
        self.assertLessEqual(2, client.stats.retries)

    def test_who_does_not_try_again_loses_them(self):
        faulty = Faulty(self, "busy", "ok")
        client = agent(faulty.endpoint, retry_for=0)
        work(client, 250)
        self.assertFalse(client.flush(_WORK_MAX_S))
        work(client, 50)
        self.assertTrue(client.flush(_WORK_MAX_S))
        stats = client.stats
        self.assertLess(0, stats.dropped)
        self.assertEqual((len(faulty.accepted), stats.sent), (stats.sent, 300 - stats.dropped))

    def test_what_runs_out_of_time_is_dropped_and_counted(self):
        client = agent(Faulty(self, "busy").endpoint, retry_for=0.3)
        work(client, 10)
        self.assertFalse(client.flush(_WORK_MAX_S))
        stats = client.stats
        self.assertEqual((stats.queued, stats.sent, stats.dropped, stats.refused), (0, 0, 10, 0))
        self.assertRegex(stats.last_error, "^503")
        self.assertLess(0, stats.retries)

    def test_one_refused_event_takes_no_other_along(self):
        faulty = Faulty(self, "refuses_poison")
        client = agent(faulty.endpoint)
        for text in ("a", "poison", "b"):
            client.thought(text)
        self.assertFalse(client.flush())
        self.assertEqual((client.stats.sent, client.stats.refused), (2, 1))
        self.assertEqual([len(lines) for _, lines in faulty.requests], [3, 1, 1, 1])

    def test_a_collector_that_takes_one_event_at_a_time_gets_them_one_at_a_time(self):
        faulty = Faulty(self, "one_at_a_time")
        client = agent(faulty.endpoint)
        for _ in range(2):
            work(client, 5)
            self.assertTrue(client.flush())
        self.assertEqual([len(lines) for _, lines in faulty.requests], [5] + [1] * 10)

    def test_a_process_ends_although_the_collector_fails(self):
        places = [nobody(), Faulty(self, "silent").endpoint, Faulty(self, "busy").endpoint]
        began = time.monotonic()
        worker = [sys.executable, _HERE / "worker.py"]
        env = {**os.environ, "PYTHONPATH": str(_HERE.parent)}
        processes = [
            subprocess.Popen(worker, env={**env, "BANYAN_ENDPOINT": place}, stderr=subprocess.DEVNULL)
            for place in places
        ]
        self.assertEqual([process.wait() for process in processes], [0, 0, 0])
        self.assertLess(time.monotonic() - began, 4 * _WORK_MAX_S)

    def test_a_hundred_thousand_events_survive_three_kills(self):
        total, kills = 100_000, [15_000, 45_000, 75_000]
        collector = Collector()
        self.addCleanup(collector.stop)
        client = agent(collector.endpoint)
        for _ in range(0, total, 500):
            work(client, 500)
            if kills and kills[0] <= client.stats.sent:
                kills.pop(0)
                collector.kill_and_restart()
            # As fast as it can, but not faster than what may wait.
            while 20_000 < client.stats.queued:
                client.flush(0.05)
        self.assertTrue(client.flush(60), client.stats)

        self.assertEqual(kills, [])
        stats = client.stats
        print(stats)
        self.assertEqual((stats.queued, stats.sent, stats.dropped, stats.refused), (0, total, 0, 0))
        self.assertLessEqual(3, stats.retries)
        numbers = [event["sequence"] for event in collector.exported(client.session_id)]
        self.assertEqual(numbers, list(range(1, total + 1)))
