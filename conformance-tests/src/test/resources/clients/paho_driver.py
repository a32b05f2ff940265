"""Drives the Paho MQTT client for Python: a JSON request a line on the standard input, answers and events on the output.

Every request has an "id" that its answer repeats; "on" is the test's name for one connection. Payloads are base64.
"""

import base64
import json
import socket
import sys
import threading

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

output = threading.Lock()


def tell(**fields):
    with output:
        print(json.dumps(fields), flush=True)


def decoded(text):
    return base64.b64decode(text)


class Connection:
    """One client. Answers to publishes and subscribes come by packet identifier, perhaps before we know it ourselves."""

    def __init__(self, request):
        self.name = request["on"]
        self.is_5 = request["version"] == 5
        self.lock = threading.Lock()
        self.asked, self.early = {}, {}
        arguments = {} if self.is_5 else {"clean_session": request["clean"]}
        self.client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=request["client"],
            protocol=mqtt.MQTTv5 if self.is_5 else mqtt.MQTTv311,
            reconnect_on_failure="returnMillis" in request,
            **arguments,
        )
        self.client.max_inflight_messages_set(request["inflight"])
        if "returnMillis" in request:
            self.client.reconnect_delay_set(request["returnMillis"] / 1000, request["returnMillis"] / 1000)
        self.connecting = request["id"]
        self.client.on_connect = self.on_connect
        self.client.on_message = self.on_message
        self.client.on_publish = lambda client, data, mid, reason, properties: self.answered("p", mid, [reason.value])
        self.client.on_subscribe = lambda client, data, mid, reasons, properties: self.answered(
            "s", mid, [reason.value for reason in reasons]
        )
        self.client.on_unsubscribe = lambda client, data, mid, reasons, properties: self.answered("u", mid, [0])
        self.client.on_disconnect = lambda client, data, flags, reason, properties: tell(
            event="closed", on=self.name, reason=reason.value
        )
        self.set_will(request.get("will"))
        self.open(request)

    def set_will(self, will):
        if not will:
            return
        properties = None
        if self.is_5:
            properties = Properties(PacketTypes.WILLMESSAGE)
            properties.WillDelayInterval = will["delay"]
        self.client.will_set(will["topic"], decoded(will["payload"]), will["qos"], will["retain"], properties)

    def open(self, request):
        arguments = {}
        if self.is_5:
            properties = Properties(PacketTypes.CONNECT)
            properties.SessionExpiryInterval = request["expiry"]
            arguments = {"clean_start": request["clean"], "properties": properties}
        self.client.connect("127.0.0.1", request["port"], keepalive=60, **arguments)
        self.client.loop_start()

    def on_connect(self, client, data, flags, reason, properties):
        if self.connecting is None:
            tell(event="returned", on=self.name, present=flags.session_present)
        else:
            tell(id=self.connecting, present=flags.session_present, reason=reason.value)
            self.connecting = None

    def on_message(self, client, data, message):
        tell(
            event="message",
            on=self.name,
            topic=message.topic,
            payload=base64.b64encode(message.payload).decode(),
            qos=message.qos,
            retain=message.retain,
            dup=message.dup,
        )

    def ask(self, kind, mid, request):
        with self.lock:
            reasons = self.early.pop((kind, mid), None)
            if reasons is None:
                self.asked[kind, mid] = request["id"]
                return
        tell(id=request["id"], reasons=reasons)

    def answered(self, kind, mid, reasons):
        with self.lock:
            identifier = self.asked.pop((kind, mid), None)
            if identifier is None:
                self.early[kind, mid] = reasons
                return
        tell(id=identifier, reasons=reasons)

    def publish(self, request):
        info = self.client.publish(request["topic"], decoded(request["payload"]), request["qos"], request["retain"])
        self.ask("p", info.mid, request)

    def subscribe(self, request):
        if self.is_5:
            options = SubscribeOptions(
                qos=request["qos"],
                noLocal=request["noLocal"],
                retainAsPublished=request["retainAsPublished"],
                retainHandling=request["retainHandling"],
            )
            code, mid = self.client.subscribe(request["filter"], options=options)
        else:
            code, mid = self.client.subscribe(request["filter"], request["qos"])
        if code:
            raise RuntimeError(mqtt.error_string(code))
        self.ask("s", mid, request)

    def unsubscribe(self, request):
        _, mid = self.client.unsubscribe(request["filter"])
        self.ask("u", mid, request)

    def disconnect(self, request):
        self.client.disconnect()
        self.client.loop_stop()
        tell(id=request["id"])

    def drop(self, request):
        self.client.socket().shutdown(socket.SHUT_RDWR)
        tell(id=request["id"])


connections = {}
for line in sys.stdin:
    asked = json.loads(line)
    try:
        if asked["do"] == "connect":
            connections[asked["on"]] = Connection(asked)
        else:
            getattr(connections[asked["on"]], asked["do"])(asked)
    except Exception as failure:  # whatever goes wrong, the test shall read it
        tell(id=asked["id"], error=f"{type(failure).__name__}: {failure}")
