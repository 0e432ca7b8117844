"""A CrewAI crew of one agent that looks an order up and refunds it."""

from typing import Any

from crewai import Agent, BaseLLM, Crew, Process, Task
from crewai.tools import tool
from openinference.instrumentation.crewai import CrewAIInstrumentor
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
CrewAIInstrumentor().instrument(tracer_provider=provider, use_event_listener=True)


@tool("lookup_order")
def lookup_order(order_id: str) -> str:
    """Looks an order up."""
    return f"order {order_id}: 12.00 EUR, arrived broken"


@tool("issue_refund")
def issue_refund(order_id: str, amount: float) -> str:
    """Pays a refund out."""
    return f"refunded {amount:.2f} EUR for order {order_id}"


class ScriptedModel(BaseLLM):
    """Says its lines in order; a real model goes here."""

    lines: list[str] = [
        'Thought: I need the order first.\nAction: lookup_order\nAction Input: {"order_id": "4713"}',
        'Thought: Rule RP-3 refunds what arrives broken.\nAction: issue_refund\nAction Input: {"order_id": "4713", "amount": 12.0}',
        "Thought: I now can give a great answer\nFinal Answer: Order 4713 is refunded under RP-3.",
    ]

    def call(self, messages: Any, *args: Any, **kwargs: Any) -> str:
        return self.lines.pop(0)

    def supports_function_calling(self) -> bool:
        return False


clerk = Agent(
    role="Refund clerk",
    goal="Refund what the policy allows",
    backstory="You know the refund policy.",
    llm=ScriptedModel(model="scripted"),
    tools=[lookup_order, issue_refund],
)
refund = Task(
    description="Refund order 4713, which arrived broken.",
    expected_output="One sentence on what was done and why.",
    agent=clerk,
)


def main() -> None:
    crew = Crew(agents=[clerk], tasks=[refund], process=Process.sequential)
    print(crew.kickoff())
    provider.force_flush()
    provider.shutdown()


if __name__ == "__main__":
    main()
