"""A process that was started as an agent: it is told nothing but its environment, and does not flush."""

import subprocess
import sys

from banyan import AOPClient

own = len(sys.argv) == 1
client = AOPClient("worker" if own else sys.argv[1])
client.session_started("Found my parent")
if own:
    AOPClient("helper").session_started("A second agent in this process")
    subprocess.run([sys.executable, *sys.argv, "started"], check=False)
client.session_ended("completed")
# Half of the processes leave in a hurry.
if not own:
    raise RuntimeError("on purpose")
