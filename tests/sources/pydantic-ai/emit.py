"""Pydantic AI agents with made-up models: one delegates to another through a tool.

Where it sends is said by OpenTelemetry's own variables (OTEL_EXPORTER_OTLP_ENDPOINT).
"""

import asyncio

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from pydantic_ai import Agent, ModelResponse, RunContext, TextPart, ToolCallPart
from pydantic_ai.models.function import FunctionModel
from pydantic_ai.models.test import TestModel

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)
Agent.instrument_all()


def lead_says(messages, info):
    """Asks the researcher first, then answers."""
    if len(messages) == 1:
        call = ToolCallPart("research", {"topic": "tree rings"}, tool_call_id="call_research")
        return ModelResponse([call])
    return ModelResponse([TextPart("Rings tell the age.")])


researcher = Agent(
    TestModel(custom_output_text="One ring a year.", model_name="tiny"),
    name="researcher",
    instructions="Look things up.",
)
lead = Agent(FunctionModel(lead_says, model_name="scripted"), name="lead")


@researcher.tool_plain
async def search(query: str) -> str:
    """Searches the library."""
    await asyncio.sleep(0.02)
    return f"found 3 pages about {query}"


@lead.tool
async def research(context: RunContext, topic: str) -> str:
    """Asks the researcher."""
    answer = await researcher.run(f"What is known about {topic}?", usage=context.usage)
    return answer.output


print(lead.run_sync("How old is the tree?").output)
provider.shutdown()
