"""Agents whose functions bear Traceloop's decorators: one asks another through a tool.

Where it sends is said by OpenTelemetry's own variables (OTEL_EXPORTER_OTLP_ENDPOINT).
"""

import os
import time

# It would tell its maker that it runs.
os.environ["TRACELOOP_TELEMETRY"] = "FALSE"

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from traceloop.sdk import Traceloop
from traceloop.sdk.decorators import agent, tool, workflow
from traceloop.sdk.tracing.manual import LLMMessage, LLMUsage, track_llm_call

Traceloop.init(app_name=os.environ.get("OTEL_SERVICE_NAME", "desk"), exporter=OTLPSpanExporter())


def ask(question, answer):
    """What a call of a model tells."""
    with track_llm_call(vendor="openai", type="chat") as span:
        span.report_request(
            model="scripted-1", messages=[LLMMessage(role="user", content=question)]
        )
        span.report_response("scripted-1", [answer])
        span.report_usage(LLMUsage(prompt_tokens=100, completion_tokens=20, total_tokens=120))
    return answer


@tool(name="search")
def search(query):
    time.sleep(0.02)
    return f"found 3 pages about {query}"


@agent(name="researcher")
def researcher(question):
    search("tree rings")
    return ask(question, "One ring a year.")


@tool(name="research")
def research(topic):
    return researcher(f"What is known about {topic}?")


@agent(name="lead")
def lead(question):
    research("tree rings")
    return ask(question, "Rings tell the age.")


@workflow(name="desk")
def desk(question):
    Traceloop.set_association_properties({"session_id": "conversation-7"})
    return lead(question)


print(desk("How old is the tree?"))
trace.get_tracer_provider().shutdown()
