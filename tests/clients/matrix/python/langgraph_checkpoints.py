"""LangGraph's checkpoints in DynamoDB: each is put if it is not there. Large ones go to S3, by If-None-Match: *.

A graph whose state grows by what it is given is run with the saver; its state is read back, and so are its former states.
"""

from __future__ import annotations

import operator
from typing import Annotated, Any, TypedDict

import boto3
import harness
import stores_calls
from langgraph.graph import END, START, StateGraph
from langgraph_checkpoint_aws import DynamoDBSaver

WITHOUT = {"conflict": "a checkpoint that is there is kept; who comes second is not told (the saver drops the refusal)"}


class State(TypedDict):
    x: Annotated[list[int], operator.add]
    body: bytes


class Client:
    def __init__(self, cell: harness.Cell) -> None:
        self.saver = DynamoDBSaver(
            table_name=cell.place,
            session=boto3.session.Session(region_name=harness.REGION),
            endpoint_url=cell.endpoint,
            s3_offload_config={"bucket_name": cell.place, "endpoint_url": cell.endpoint},
        )
        graph = StateGraph(State)
        graph.add_node("step", lambda state: {})
        graph.add_edge(START, "step")
        graph.add_edge("step", END)
        self.graph = graph.compile(checkpointer=self.saver)

    def thread(self, name: str = "t") -> Any:
        return {"configurable": {"thread_id": name}}

    def write(self, values: list[int], thread: str = "t") -> None:
        self.graph.invoke({"x": values}, self.thread(thread))

    def rows(self, thread: str = "t") -> list[int]:
        return list(self.graph.get_state(self.thread(thread)).values.get("x", []))

    def older(self) -> list[int]:
        """The newest state that differs from the current one: each step of a run leaves a state of its own."""
        states = [state.values.get("x", []) for state in self.graph.get_state_history(self.thread())]
        return next(values for values in states if values != states[0])

    def list(self) -> list[str]:
        return [found.checkpoint["id"] for found in self.saver.list(self.thread())]

    def large(self, body: bytes) -> bytes:
        self.graph.invoke({"x": [], "body": body}, self.thread("large"))
        return bytes(self.graph.get_state(self.thread("large")).values["body"])


def delete(program: Any, cell: harness.Cell) -> None:
    """A thread of conversation is deleted, with all its checkpoints."""
    client = program(cell)
    client.write([1])
    client.write([2], "other")
    client.saver.delete_thread("t")
    harness.same([program(cell).rows(), program(cell).rows("other")], [[], [2]])


def counter(program: Any, cell: harness.Cell) -> None:
    """Each worker has a thread of conversation, which it continues."""
    names = [f"thread {number}" for number in range(harness.WORKERS)]
    left = names.copy()

    def add() -> None:
        name = left.pop()
        for number in range(harness.TIMES):
            program(cell).write([number], name)

    harness.workers(add)
    harness.same([program(cell).rows(name) for name in names], [list(range(harness.TIMES))] * harness.WORKERS)


if __name__ == "__main__":
    harness.run(Client, stores_calls.CALLS | {"delete": delete, "counter": counter}, WITHOUT)
