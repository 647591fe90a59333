"""An agent whose work is interrupted, in the middle of what it says, by a signal whose handler says
something as well, and waits. Prints how many events there must be."""

import signal

from banyan import AOPClient

_INTERRUPTIONS = 2_000
_PAUSE_S = 0.0001

client = AOPClient("agent", session_id="interrupted", parent_session_id=None)
interruptions = 0


class Dying:
    """Says something when it is collected, wherever that may be."""

    def __del__(self):
        client.thought("a last word")


def interrupt(*_):
    global interruptions
    client.thought("in the handler", nth=interruptions)
    interruptions += 1
    if interruptions % 100 == 0:
        client.flush(0.001)
    if interruptions < _INTERRUPTIONS:
        signal.setitimer(signal.ITIMER_REAL, _PAUSE_S)


signal.signal(signal.SIGALRM, interrupt)
signal.setitimer(signal.ITIMER_REAL, _PAUSE_S)
said = 0
while interruptions < _INTERRUPTIONS:
    dying = Dying()
    dying.itself = dying
    client.thought("at work", nth=said)
    said += 1
    if said % 500 == 0:
        client.flush(0.01)
signal.signal(signal.SIGALRM, signal.SIG_IGN)
while not client.flush(1):
    pass
stats = client.stats
assert client.sequence == stats.sent + stats.dropped + 1, (client.sequence, stats)
print(stats.sent)
