"""OpenAI agents with a made-up model: one is another's tool, and one is handed over to.

Where it sends is said by OpenTelemetry's own variables (OTEL_EXPORTER_OTLP_ENDPOINT).
"""

import asyncio

from agents import Agent, ModelResponse, RunConfig, Runner, Usage, function_tool
from agents.models.interface import Model
from agents.tracing import generation_span
from openai.types.responses import (
    ResponseFunctionToolCall,
    ResponseOutputMessage,
    ResponseOutputText,
)
from openinference.instrumentation.openai_agents import OpenAIAgentsInstrumentor
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
# Alone: the SDK's own exporter would send to its maker.
OpenAIAgentsInstrumentor().instrument(tracer_provider=provider, exclusive_processor=True)


def text(words):
    content = ResponseOutputText(text=words, type="output_text", annotations=[])
    return ResponseOutputMessage(
        id="msg_1", role="assistant", status="completed", type="message", content=[content]
    )


def call(name, arguments="{}"):
    return ResponseFunctionToolCall(
        call_id=f"call_{name}", name=name, arguments=arguments, type="function_call"
    )


class Scripted(Model):
    """Says one thing after the other."""

    def __init__(self, *turns):
        self.turns = list(turns)

    async def get_response(self, system_instructions, input, *_, **__):
        told = input if isinstance(input, list) else [{"role": "user", "content": input}]
        with generation_span(input=told, model="scripted-1") as span:
            turn = self.turns.pop(0)
            if isinstance(turn, Exception):
                raise turn
            usage = Usage(requests=1, input_tokens=100, output_tokens=20, total_tokens=120)
            span.span_data.output = [turn.model_dump()]
            span.span_data.usage = {"input_tokens": 100, "output_tokens": 20}
            return ModelResponse(output=[turn], usage=usage, response_id=None)

    async def stream_response(self, *_, **__):
        raise NotImplementedError
        yield


@function_tool
async def search(query: str) -> str:
    """Searches the library."""
    await asyncio.sleep(0.02)
    return f"found 3 pages about {query}"


@function_tool
async def measure(tree: str) -> str:
    """Measures a tree."""
    raise ValueError(f"no ruler for {tree}")


researcher = Agent(
    name="researcher",
    instructions="Look things up.",
    tools=[search],
    model=Scripted(call("search", '{"query": "tree rings"}'), text("One ring a year.")),
)
writer = Agent(
    name="writer",
    tools=[measure],
    model=Scripted(call("measure", '{"tree": "oak"}'), text("Rings tell the age.")),
)
lead = Agent(
    name="lead",
    tools=[researcher.as_tool("research", "Asks the researcher.")],
    handoffs=[writer],
    model=Scripted(call("research", '{"input": "tree rings?"}'), call("transfer_to_writer")),
)

careless = Agent(name="careless", model=Scripted(RuntimeError("the model is away")))

config = RunConfig(workflow_name="tree workflow")
print(asyncio.run(Runner.run(lead, "How old is the tree?", run_config=config)).final_output)
try:
    asyncio.run(Runner.run(careless, "Anyone there?"))
except RuntimeError as error:
    print(error)
provider.shutdown()
