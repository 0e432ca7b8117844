"""A refund agent in LangGraph: it asks a person before it pays out, and goes on once the answer is there."""

import os
import sys

from langchain_core.language_models import FakeMessagesListChatModel
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode, tools_condition
from langgraph.types import Command, interrupt
from openinference.instrumentation.langchain import LangChainInstrumentor
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
LangChainInstrumentor().instrument(tracer_provider=provider)


class ScriptedModel(FakeMessagesListChatModel):
    """Says its lines in order; a real model goes here."""

    def bind_tools(self, tools, **kwargs):
        return self


def call(name, args, call_id):
    return {"name": name, "args": args, "id": call_id, "type": "tool_call"}


@tool
def lookup_order(order_id: str) -> str:
    """Looks an order up."""
    return f"order {order_id}: 42.50 EUR, delivered"


@tool
def check_policy(amount: float) -> str:
    """Says which rule of the refund policy applies."""
    return "RP-7: more than 25 EUR needs a person"


@tool
def issue_refund(order_id: str, amount: float) -> str:
    """Pays a refund out, once a person has agreed."""
    answer = interrupt({"question": f"Refund {amount:.2f} EUR for order {order_id}?"})
    if answer != "approved":
        return "not refunded"
    return f"refunded {amount:.2f} EUR"


TOOLS = [lookup_order, check_policy, issue_refund]
MODEL = ScriptedModel(
    responses=[
        AIMessage(
            content="I look at the order and the policy.",
            tool_calls=[
                call("lookup_order", {"order_id": "4711"}, "call-1"),
                call("check_policy", {"amount": 42.5}, "call-2"),
            ],
            usage_metadata={"input_tokens": 210, "output_tokens": 35, "total_tokens": 245},
        ),
        AIMessage(
            content="RP-7 wants a person, so I ask for the refund.",
            tool_calls=[call("issue_refund", {"order_id": "4711", "amount": 42.5}, "call-3")],
            usage_metadata={"input_tokens": 320, "output_tokens": 28, "total_tokens": 348},
        ),
        AIMessage(
            content="The refund of 42.50 EUR for order 4711 is on its way.",
            usage_metadata={"input_tokens": 390, "output_tokens": 22, "total_tokens": 412},
        ),
    ]
).bind_tools(TOOLS)


def agent(state: MessagesState):
    return {"messages": [MODEL.invoke(state["messages"])]}


builder = StateGraph(MessagesState)
builder.add_node("agent", agent)
builder.add_node("tools", ToolNode(TOOLS))
builder.add_edge(START, "agent")
builder.add_conditional_edges("agent", tools_condition, {"tools": "tools", END: END})
builder.add_edge("tools", "agent")
graph = builder.compile(checkpointer=InMemorySaver())


def main() -> int:
    thread = os.environ.get("THREAD_ID", "refund-4711")
    config = {"configurable": {"thread_id": thread}}
    paused = graph.invoke({"messages": [HumanMessage("Please refund order 4711.")]}, config)
    if "__interrupt__" not in paused:
        print("expected the agent to ask a person", file=sys.stderr)
        return 1
    done = graph.invoke(Command(resume="approved"), config)
    print(done["messages"][-1].content)
    provider.force_flush()
    provider.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
