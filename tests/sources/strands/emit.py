"""Strands agents with a made-up model: one is another's tool.

Where it sends is said by OpenTelemetry's own variables (OTEL_EXPORTER_OTLP_ENDPOINT).
"""

import time

from strands import Agent, tool
from strands.models import Model
from strands.telemetry import StrandsTelemetry

telemetry = StrandsTelemetry().setup_otlp_exporter()


class Scripted(Model):
    """Says one thing after the other."""

    def __init__(self, *turns):
        self.turns = list(turns)
        self.config = {"model_id": "scripted-1"}

    def update_config(self, **_):
        """It has none."""

    def get_config(self):
        return self.config

    def structured_output(self, *_, **__):
        raise NotImplementedError

    async def stream(self, *_, **__):
        turn = self.turns.pop(0)
        yield {"messageStart": {"role": "assistant"}}
        if isinstance(turn, str):
            yield {"contentBlockStart": {"start": {}}}
            yield {"contentBlockDelta": {"delta": {"text": turn}}}
        else:
            name, arguments = turn
            start = {"toolUse": {"name": name, "toolUseId": f"call_{name}"}}
            yield {"contentBlockStart": {"start": start}}
            yield {"contentBlockDelta": {"delta": {"toolUse": {"input": arguments}}}}
        yield {"contentBlockStop": {}}
        yield {"messageStop": {"stopReason": "end_turn" if isinstance(turn, str) else "tool_use"}}
        usage = {"inputTokens": 100, "outputTokens": 20, "totalTokens": 120}
        yield {"metadata": {"usage": usage, "metrics": {"latencyMs": 5}}}


@tool
def search(query: str) -> str:
    """Searches the library."""
    time.sleep(0.02)
    return f"found 3 pages about {query}"


@tool
def research(topic: str) -> str:
    """Asks the researcher."""
    return str(researcher(f"What is known about {topic}?"))


@tool
def measure(tree: str) -> dict:
    """Measures a tree."""
    return {"status": "error", "content": [{"text": f"no ruler for {tree}"}]}


researcher = Agent(
    name="researcher",
    system_prompt="Look things up.",
    model=Scripted(("search", '{"query": "tree rings"}'), "One ring a year."),
    tools=[search],
    callback_handler=None,
)
lead = Agent(
    name="lead",
    model=Scripted(
        ("research", '{"topic": "tree rings"}'),
        ("measure", '{"tree": "oak"}'),
        "Rings tell the age.",
    ),
    tools=[research, measure],
    callback_handler=None,
    trace_attributes={"session.id": "conversation-7"},
)

print(lead("How old is the tree?"))
telemetry.tracer_provider.shutdown()
