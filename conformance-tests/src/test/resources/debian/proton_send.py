"""Sends each body as a durable message and ends once all are accepted: proton_send.py <url> <address> <body>…"""

import sys

from proton import Message
from proton.handlers import MessagingHandler
from proton.reactor import Container


class Send(MessagingHandler):
    def __init__(self, url, address, bodies):
        super().__init__()
        self.url, self.address, self.bodies = url, address, bodies
        self.sent = self.accepted = 0

    def on_start(self, event):
        self.connection = event.container.connect(self.url, reconnect=False)
        event.container.create_sender(self.connection, self.address)

    def on_sendable(self, event):
        while event.sender.credit and self.sent < len(self.bodies):
            event.sender.send(Message(body=self.bodies[self.sent], durable=True))
            self.sent += 1

    def on_accepted(self, event):
        self.accepted += 1
        if self.accepted == len(self.bodies):
            self.connection.close()

    def on_rejected(self, event):
        raise SystemExit(f"rejected: {event.delivery.remote.condition}")

    def on_released(self, event):
        raise SystemExit("released")

    def on_transport_error(self, event):
        raise SystemExit(f"transport error: {event.transport.condition}")

    def on_link_error(self, event):
        raise SystemExit(f"link error: {event.link.remote_condition}")


send = Send(sys.argv[1], sys.argv[2], sys.argv[3:])
Container(send).run()
if send.accepted != len(send.bodies):
    raise SystemExit(f"{send.accepted} of {len(send.bodies)} accepted")
