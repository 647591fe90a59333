"""LangGraph with made-up models: an agent as a node of a graph, and another that is called by its tool.

Where it sends is said by OpenTelemetry's own variables (OTEL_EXPORTER_OTLP_ENDPOINT).
"""

import time

from langchain.agents import create_agent
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from langchain_core.tools import tool
from langgraph.graph import END, START, MessagesState, StateGraph
from openinference.instrumentation.langchain import LangChainInstrumentor
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
LangChainInstrumentor().instrument(tracer_provider=provider)

usage = {"input_tokens": 100, "output_tokens": 20, "total_tokens": 120}


class Scripted(GenericFakeChatModel):
    """Says one thing after the other."""

    def bind_tools(self, tools, **_):
        return self


def says(words, *calls):
    return AIMessage(
        words,
        tool_calls=[{"name": name, "args": given, "id": f"call_{name}"} for name, given in calls],
        usage_metadata=usage,
        response_metadata={"model_name": "scripted-1"},
    )


def scripted(*turns):
    return Scripted(messages=iter(turns))


@tool
def search(query: str) -> str:
    """Searches the library."""
    time.sleep(0.02)
    return f"found 3 pages about {query}"


@tool
def research(topic: str) -> str:
    """Asks the researcher."""
    answer = researcher.invoke({"messages": [("user", f"What is known about {topic}?")]})
    return answer["messages"][-1].content


researcher = create_agent(
    scripted(says("", ("search", {"query": "tree rings"})), says("One ring a year.")),
    [search],
    name="researcher",
)
lead = create_agent(
    scripted(says("", ("research", {"topic": "tree rings"})), says("Rings tell the age.")),
    [research],
    name="lead",
)
printer = scripted(says("RINGS TELL THE AGE."))
graph = StateGraph(MessagesState)
graph.add_node("lead", lead)
graph.add_node("printer", lambda state: {"messages": [printer.invoke(state["messages"])]})
graph.add_edge(START, "lead")
graph.add_edge("lead", "printer")
graph.add_edge("printer", END)
desk = graph.compile(name="desk")

config = {"configurable": {"thread_id": "thread-7"}}
answer = desk.invoke({"messages": [("user", "How old is the tree?")]}, config)
print(answer["messages"][-1].content)
provider.shutdown()
