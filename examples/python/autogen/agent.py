"""Two AutoGen agents on one refund: one looks the order up and decides, the other checks it."""

import asyncio

from autogen_agentchat.agents import AssistantAgent
from autogen_agentchat.conditions import TextMentionTermination
from autogen_agentchat.teams import RoundRobinGroupChat
from autogen_core import FunctionCall
from autogen_core.models import CreateResult, ModelFamily, RequestUsage
from autogen_ext.models.replay import ReplayChatCompletionClient
from openinference.instrumentation.autogen_agentchat import AutogenAgentChatInstrumentor
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)
AutogenAgentChatInstrumentor().instrument(tracer_provider=provider)


async def lookup_order(order_id: str) -> str:
    """Looks an order up."""
    return f"order {order_id}: 19.90 EUR, never delivered"


async def issue_refund(order_id: str, amount: float) -> str:
    """Pays a refund out."""
    return f"refunded {amount:.2f} EUR for order {order_id}"


def scripted(*lines) -> ReplayChatCompletionClient:
    """A model that says its lines in order; a real one goes here."""
    return ReplayChatCompletionClient(
        list(lines),
        model_info={
            "vision": False,
            "function_calling": True,
            "json_output": False,
            "structured_output": False,
            "family": ModelFamily.UNKNOWN,
        },
    )


def call(name: str, arguments: str, call_id: str) -> CreateResult:
    return CreateResult(
        finish_reason="function_calls",
        content=[FunctionCall(id=call_id, name=name, arguments=arguments)],
        usage=RequestUsage(prompt_tokens=120, completion_tokens=18),
        cached=False,
        thought="The parcel never arrived, so rule RP-2 allows a refund.",
    )


def say(text: str) -> CreateResult:
    return CreateResult(
        finish_reason="stop",
        content=text,
        usage=RequestUsage(prompt_tokens=140, completion_tokens=12),
        cached=False,
    )


async def main() -> None:
    clerk = AssistantAgent(
        "clerk",
        model_client=scripted(
            call("lookup_order", '{"order_id": "4712"}', "call-1"),
            call("issue_refund", '{"order_id": "4712", "amount": 19.9}', "call-2"),
            say("Order 4712 is refunded under RP-2."),
        ),
        tools=[lookup_order, issue_refund],
        max_tool_iterations=5,
    )
    checker = AssistantAgent("checker", model_client=scripted(say("RP-2 fits. DONE")))
    team = RoundRobinGroupChat([clerk, checker], termination_condition=TextMentionTermination("DONE"))
    result = await team.run(task="Please refund order 4712.")
    print(result.messages[-1].to_text())
    provider.force_flush()
    provider.shutdown()


if __name__ == "__main__":
    asyncio.run(main())
