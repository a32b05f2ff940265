"""Prints "attached", then the bodies of some messages, each accepted: proton_receive.py <url> <address> <count>"""

import sys

from proton.handlers import MessagingHandler
from proton.reactor import Container

LIMIT_SECONDS = 15


class Receive(MessagingHandler):
    def __init__(self, url, address, count):
        super().__init__(prefetch=count)
        self.url, self.address, self.missing = url, address, count

    def on_start(self, event):
        self.connection = event.container.connect(self.url, reconnect=False)
        event.container.create_receiver(self.connection, self.address)
        self.limit = event.container.schedule(LIMIT_SECONDS, self)

    def on_link_opened(self, event):
        print("attached", flush=True)

    def on_message(self, event):
        body = event.message.body
        if isinstance(body, (bytes, memoryview)):  # how proton hands over a data section depends on its version
            body = bytes(body).decode()
        print(body, flush=True)
        self.missing -= 1
        if self.missing == 0:
            self.limit.cancel()
            event.receiver.close()
            self.connection.close()

    def on_timer_task(self, event):
        if self.missing:
            raise SystemExit(f"{self.missing} messages missing after {LIMIT_SECONDS} s")

    def on_transport_error(self, event):
        raise SystemExit(f"transport error: {event.transport.condition}")

    def on_link_error(self, event):
        raise SystemExit(f"link error: {event.link.remote_condition}")


Container(Receive(sys.argv[1], sys.argv[2], int(sys.argv[3]))).run()
