"""What interrupts an agent may say something, too; and where no thread can be started, whoever waits
sends himself, in time."""

import json
import os
import subprocess
import sys
import threading
import time
import unittest
from pathlib import Path
from unittest import mock

from banyan import AOPClient

from .faulty import Faulty

_HERE = Path(__file__).parent
_WORK_MAX_S = 60


class Interruptions(unittest.TestCase):
    @unittest.skipUnless(hasattr(os, "fork"), "no such signals here")
    def test_who_is_interrupted_while_saying_something_is_not_held_up(self):
        faulty = Faulty(self, "ok")
        env = {**os.environ, "PYTHONPATH": str(_HERE.parent), "BANYAN_ENDPOINT": faulty.endpoint}
        command = [sys.executable, _HERE / "interrupted.py"]
        done = subprocess.run(command, env=env, timeout=_WORK_MAX_S, stdout=subprocess.PIPE, check=True)
        numbers = [json.loads(line)["sequence"] for line in dict.fromkeys(faulty.accepted)]
        self.assertEqual(len(numbers), int(done.stdout))
        self.assertEqual(numbers, sorted(set(numbers)))


class WithoutThreads(unittest.TestCase):
    def setUp(self):
        start = threading.Thread.start

        def refuse(thread):
            if thread.name == "banyan":
                raise RuntimeError("can't start new thread")
            start(thread)

        patch = mock.patch.object(threading.Thread, "start", refuse)
        patch.start()
        self.addCleanup(patch.stop)

    def agent(self, endpoint, **options):
        return AOPClient("agent", endpoint=endpoint, parent_session_id=None, **options)

    def test_flush_ends_in_time_and_what_was_not_answered_waits_on(self):
        for manner in ("silent", "busy"):
            with self.subTest(manner):
                faulty = Faulty(self, manner, manner, manner, manner, "ok")
                client = self.agent(faulty.endpoint, timeout=60)
                for number in range(3):
                    client.thought("waits", number=number)
                began = time.monotonic()
                self.assertFalse(client.flush(0.2))
                self.assertLess(time.monotonic() - began, 5)
                self.assertEqual((client.stats.queued, client.stats.dropped), (3, 0))
                faulty.manners[:] = ["ok"]
                self.assertTrue(client.flush(10))
                # A slow collector may take what was given up as well; it knows the bytes.
                self.assertEqual(len(set(faulty.accepted)), 3)
                numbers = [json.loads(line)["sequence"] for line in dict.fromkeys(faulty.accepted)]
                self.assertEqual(numbers, [1, 2, 3])

    def test_several_who_wait_send_one_after_the_other(self):
        faulty = Faulty(self, "ok")
        client = self.agent(faulty.endpoint)
        for _ in range(5_000):
            client.thought("waits")
        flushed = []
        waiting = [threading.Thread(target=lambda: flushed.append(client.flush(30))) for _ in range(8)]
        for thread in waiting:
            thread.start()
        for thread in waiting:
            thread.join()
        self.assertEqual(flushed, [True] * 8)
        numbers = [json.loads(line)["sequence"] for line in dict.fromkeys(faulty.accepted)]
        self.assertEqual(numbers, list(range(1, 5_001)))
