"""What a call of boto3 takes of a processor: `python -m benchmarks.calls`.

The other end is a stub in a process of its own that answers at once. Measured is this process's processor time, so that
neither the stub nor what else the machine does counts. The simulator's `client.send_cpu_ms` and `client.call_cpu_ms`
are rounded from it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection
from statistics import median
from typing import Any

from boto3.session import Session
from rich.table import Table

from benchmarks.printing import console
from loadtests.ports.clients import client
from loadtests.ports.local import LOOPBACK
from loadtests.ports.payloads import body_of
from loadtests.ports.ses import Envelope, request
from strategies.ports import Mail

ROUNDS, CALLS, WARM_UP = 7, 100, 50
MAILS = [Mail(number, 1, 0.0) for number in range(10)]
BODY, RECEIPT = body_of(MAILS[0]), "A" * 180  # a receipt of AWS's is as long


class Stub(BaseHTTPRequestHandler):
    """Answers as each service would, whatever it is asked."""

    protocol_version, wbufsize = "HTTP/1.1", -1

    def do_POST(self) -> None:
        asked = self.rfile.read(int(self.headers["Content-Length"]))
        answer = json.dumps(_answer(self.headers.get("X-Amz-Target", "").rpartition(".")[2], asked)).encode()
        self.send_response(202 if "invocations" in self.path else 200)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


def _answer(operation: str, asked: bytes) -> dict[str, Any]:
    digest = md5(BODY.encode()).hexdigest()
    if operation == "ReceiveMessage":
        own = {
            "Body": BODY,
            "MD5OfBody": digest,
            "ReceiptHandle": RECEIPT,
            "Attributes": {"ApproximateReceiveCount": "1"},
        }
        return {"Messages": [{"MessageId": str(number), **own} for number in range(10)]}
    if operation.endswith("Batch"):
        entries = json.loads(asked)["Entries"]
        return {"Successful": [{"Id": entry["Id"], "MessageId": "1", "MD5OfMessageBody": digest} for entry in entries]}
    if operation == "GetItem":
        return {"Item": {"key": {"S": "k"}, "version": {"N": "3"}}}
    return {"MessageId": "1"} if not operation else {}


def _serve(address: Connection) -> None:
    server = ThreadingHTTPServer((LOOPBACK, 0), Stub)
    address.send(server.server_port)
    server.serve_forever()


def _calls(url: str) -> Iterator[tuple[str, Callable[[], Any]]]:
    session = Session("A" * 20, "secret", region_name="us-east-1")
    ses, sqs, table, function = (
        client(session, name, 10, 60.0, url) for name in ("sesv2", "sqs", "dynamodb", "lambda")
    )
    put = [{"Id": str(mail.number), "MessageBody": body_of(mail)} for mail in MAILS]
    delete = [{"Id": str(mail.number), "ReceiptHandle": RECEIPT} for mail in MAILS]
    queue: dict[str, Any] = {"QueueUrl": f"{url}/123456789012/mails"}
    count = {"MessageSystemAttributeNames": ["ApproximateReceiveCount"]}
    yield "SES: send", lambda: ses.send_email(**request(1, MAILS[0], range(1), Envelope()))
    yield "SQS: put ten", lambda: sqs.send_message_batch(**queue, Entries=put)
    yield "SQS: receive ten", lambda: sqs.receive_message(**queue, MaxNumberOfMessages=10, **count)
    yield "SQS: delete ten", lambda: sqs.delete_message_batch(**queue, Entries=delete)
    yield "SQS: delete one", lambda: sqs.delete_message_batch(**queue, Entries=delete[:1])
    yield "DynamoDB: get", lambda: table.get_item(TableName="t", Key={"key": {"S": "k"}}, ConsistentRead=True)
    yield "Lambda: invoke", lambda: function.invoke(FunctionName="f", InvocationType="Event", Payload=b"{}")


def measure() -> dict[str, list[float]]:
    """Milliseconds of processor time a call, in each round."""
    ours, its = Pipe()
    stub = Process(target=_serve, args=(its,), daemon=True)
    stub.start()
    try:
        return {
            name: [_cpu_ms(call) for _ in range(ROUNDS)] for name, call in _calls(f"http://{LOOPBACK}:{ours.recv()}")
        }
    finally:
        stub.kill()
        stub.join()


def _cpu_ms(call: Callable[[], Any]) -> float:
    for _ in range(WARM_UP):
        call()
    begun_s = time.process_time()
    for _ in range(CALLS):
        call()
    return (time.process_time() - begun_s) / CALLS * 1000


def main() -> None:
    table = Table(title="Processor time of a call of boto3", box=None)
    for heading in ("call", "median, ms", "least", "most"):
        table.add_column(heading, justify="left" if heading == "call" else "right")
    for name, rounds_ms in measure().items():
        table.add_row(name, *(f"{value:.2f}" for value in (median(rounds_ms), min(rounds_ms), max(rounds_ms))))
    console.print(table)


if __name__ == "__main__":
    main()
