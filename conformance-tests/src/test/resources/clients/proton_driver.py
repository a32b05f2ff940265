"""Drives python3-qpid-proton: a JSON request a line on the standard input, answers and events on the output.

Every request has an "id" that its answer repeats; "on" is the test's name for one connection, "link" for a link of it.
"""

import hashlib
import json
import sys
import threading
import uuid

from proton import UNDESCRIBED, Array, Condition, Data, Delivery, Link, Message, Terminus, byte, char, float32, int32
from proton import short, symbol, timestamp, ubyte, uint, ulong, ushort
from proton.handlers import MessagingHandler
from proton.reactor import ApplicationEvent, AtLeastOnce, AtMostOnce, Container, EventInjector

OUTCOMES = {
    "accepted": Delivery.ACCEPTED,
    "rejected": Delivery.REJECTED,
    "released": Delivery.RELEASED,
    "modified": Delivery.MODIFIED,
}
WORDS = {state: word for word, state in OUTCOMES.items()}


def tell(**fields):
    print(json.dumps({name: value for name, value in fields.items() if value is not None}), flush=True)


def describe(value):
    if isinstance(value, (bytes, memoryview)):
        value = bytes(value)
        return f"binary {len(value)} {hashlib.sha1(value).hexdigest()}"
    if type(value) is str:
        return "text " + value
    if isinstance(value, dict):
        return "map " + str(sorted((describe(key), describe(element)) for key, element in value.items()))
    if isinstance(value, Array):
        return "array " + str([describe(element) for element in value.elements])
    if isinstance(value, list):
        return "list " + str([describe(element) for element in value])
    return f"{type(value).__name__} {value!r}"


def body(request):
    some = [1, "two", False, None, [3, 4], b"five"]
    bodies = {
        "text": lambda: request["text"],
        "binary": lambda: bytes(i % 251 for i in range(251)) * (request["size"] // 251 + 1),
        "map": lambda: {"text": "value", "number": 7, "truth": True, "nothing": None, "nested": {"list": [1, 2]}},
        "list": lambda: some,
        "sequence": lambda: some,
        "primitives": lambda: [
            None,
            True,
            ubyte(255),
            ushort(65535),
            uint(4294967295),
            ulong(18446744073709551615),
            byte(-128),
            short(-32768),
            int32(-2147483648),
            -9223372036854775808,
            float32(1.5),
            3.141592653589793,
            char("\U0001f600"),
            timestamp(1700000000123),
            uuid.UUID(bytes=bytes([7]) * 16),
            b"\x00\xff",
            "šß漢",
            symbol("symbol"),
            [],
            {symbol("a"): 1},
            Array(UNDESCRIBED, Data.INT, int32(1), int32(2), int32(3)),
        ],
    }
    made = bodies[request["kind"]]()
    return made[: request["size"]] if request["kind"] == "binary" else made


class Links(MessagingHandler):
    """All connections of this program, on the container's thread; requests come in as events."""

    def __init__(self):
        super().__init__(prefetch=0, auto_accept=False, auto_settle=True)
        self.injector = EventInjector()
        self.connections, self.links, self.deliveries = {}, {}, {}
        self.opening, self.closing, self.draining = {}, {}, {}
        self.waiting, self.asked, self.sources = {}, {}, {}
        self.last_delivery = 0

    def on_start(self, event):
        self.container = event.container
        self.container.selectable(self.injector)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in sys.stdin:
            self.injector.trigger(ApplicationEvent("request", subject=json.loads(line)))
        self.injector.trigger(ApplicationEvent("end"))

    def on_end(self, event):
        sys.exit(0)

    def on_request(self, event):
        request = event.subject
        try:
            getattr(self, "do_" + request["do"])(request)
        except Exception as failure:  # whatever goes wrong, the test shall read it
            tell(id=request["id"], error=f"{type(failure).__name__}: {failure}")

    def do_connect(self, request):
        connection = self.container.connect(
            f"amqp://127.0.0.1:{request['port']}", reconnect=[0.02, 0.05, 0.1] * 100, heartbeat=None
        )
        self.connections[request["on"]] = connection
        self.opening[connection] = request

    def on_connection_opened(self, event):
        request = self.opening.pop(event.connection, None)
        if request:
            tell(id=request["id"])

    def opened(self, request, link):
        self.links[request["on"], request["link"]] = link
        self.opening[link] = request

    def do_sender(self, request):
        name = request["on"] + "-" + request["link"]
        options = AtMostOnce() if request["settled"] else AtLeastOnce()
        link = self.container.create_sender(
            self.connections[request["on"]], request.get("address"), name=name, options=options
        )
        self.waiting[link] = []
        self.opened(request, link)

    def do_receiver(self, request):
        name = request["on"] + "-" + request["link"]
        link = self.container.create_receiver(
            self.connections[request["on"]],
            request.get("address"),
            name=name,
            dynamic="address" not in request,
            options=AtMostOnce() if request["settled"] else AtLeastOnce(),
        )
        self.sources[link] = request
        self.opened(request, link)

    def on_link_opened(self, event):
        link = event.link
        terminus = link.remote_source if link.is_receiver else link.remote_target
        # A refused link opens with a null terminus before it is detached with the reason.
        if terminus.type == Terminus.UNSPECIFIED:
            return
        if link.is_receiver:  # also when the connection comes back
            link.flow(self.sources[link]["credit"] - link.credit)
        if link in self.opening:
            tell(id=self.opening.pop(link)["id"], address=terminus.address)

    def on_link_error(self, event):
        condition = event.link.remote_condition
        request = self.opening.pop(event.link, None)
        if request:
            tell(id=request["id"], error=f"{condition.name}: {condition.description}")

    def on_link_closed(self, event):
        request = self.closing.pop(event.link, None)
        if request:
            tell(id=request["id"])

    def do_send(self, request):
        message = Message(
            body=body(request),
            durable=True,
            address=request.get("to"),
            reply_to=request.get("replyTo"),
            correlation_id=request.get("correlationId"),
            inferred=request["kind"] in ("binary", "sequence"),
        )
        link = self.links[request["on"], request["link"]]
        self.waiting[link].append((request["id"], message))
        self.pump(link)

    def on_sendable(self, event):
        self.pump(event.sender)

    def pump(self, link):
        waiting = self.waiting[link]
        while waiting and link.credit:
            identifier, message = waiting.pop(0)
            delivery = link.send(message)
            if link.snd_settle_mode == Link.SND_SETTLED:
                tell(id=identifier, outcome="settled", body=describe(message.body))
            else:
                self.asked[delivery.tag, link.name] = identifier, describe(message.body)

    def on_delivery(self, event):
        delivery = event.delivery
        if event.link.is_sender and delivery.updated and delivery.remote_state in WORDS:
            identifier, text = self.asked.pop((delivery.tag, event.link.name))
            tell(id=identifier, outcome=WORDS[delivery.remote_state], body=text)

    def on_message(self, event):
        source = self.sources[event.receiver]
        self.last_delivery += 1
        message = event.message
        tell(
            event="message",
            on=source["on"],
            link=source["link"],
            delivery=self.last_delivery,
            body=describe(message.body),
            replyTo=message.reply_to,
            correlationId=message.correlation_id,
            count=message.delivery_count,
        )
        if source["byHand"]:
            self.deliveries[self.last_delivery] = event.delivery
        else:
            if not source["settled"]:
                self.accept(event.delivery)
            event.receiver.flow(1)

    def do_credit(self, request):
        link = self.links[request["on"], request["link"]]
        link.drain_mode = False
        link.flow(request["credit"])
        tell(id=request["id"])

    def do_drain(self, request):
        link = self.links[request["on"], request["link"]]
        self.draining[link] = request
        link.drain(0)

    def on_link_flow(self, event):
        link = event.link
        if link in self.draining and not link.credit:
            tell(id=self.draining.pop(link)["id"])

    def do_settle(self, request):
        delivery = self.deliveries.pop(request["delivery"])
        if request["outcome"] == "modified":
            delivery.local.failed = True
        if request["outcome"] == "rejected":
            delivery.local.condition = Condition("test:rejected", "by the test")
        delivery.update(OUTCOMES[request["outcome"]])
        delivery.settle()
        tell(id=request["id"])

    def do_detach(self, request):
        link = self.links[request["on"], request["link"]]
        self.closing[link] = request
        link.close()

    def do_disconnect(self, request):
        connection = self.connections.pop(request["on"])
        self.closing[connection] = request
        connection.close()

    def on_connection_closed(self, event):
        request = self.closing.pop(event.connection, None)
        if request:
            tell(id=request["id"])


Container(Links()).run()
