#!/usr/bin/env python3
"""An HTTP proxy for which names are what a test says.

usage: proxy.py LOG PORT-FILE [--login USER:PASSWORD] [NAME:PORT=HOST:PORT…]
Listens on a free port of loopback and writes its number to PORT-FILE. CONNECT NAME:PORT and requests
for http://NAME:PORT/… are passed to HOST:PORT; any other name is refused with 403. LOG gets a line for
each: METHOD NAME:PORT. With --login, who does not show it gets 407.
"""

import base64
import http.client
import http.server
import socket
import sys
import threading
import urllib.parse

import loopback


class Proxy(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    log = None
    login = ""
    places = {}

    # Answers by itself where the request goes no further.
    def place(self, name):
        self.log.write(f"{self.command} {name}\n")
        shown = self.headers.get("Proxy-Authorization", "").removeprefix("Basic ")
        if self.login and base64.b64decode(shown).decode() != self.login:
            self.reply(407, {"Proxy-Authenticate": 'Basic realm="proxy"'})
        elif name not in self.places:
            self.reply(403)
        else:
            return self.places[name]
        return None

    def do_CONNECT(self):
        place = self.place(self.path)
        if not place:
            return
        host, _, port = place.rpartition(":")
        with socket.create_connection((host, int(port))) as server:
            self.send_response(200)
            self.end_headers()
            answer = threading.Thread(target=loopback.pour, args=(server, self.connection))
            answer.start()
            loopback.pour(self.connection, server)
            answer.join()
        self.close_connection = True

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        place = self.place(f"{url.hostname}:{url.port or 80}")
        if not place:
            return
        connection = http.client.HTTPConnection(place, timeout=30)
        headers = {k: v for k, v in self.headers.items() if not k.lower().startswith("proxy-")}
        connection.request(self.command, url._replace(scheme="", netloc="").geturl(), headers=headers)
        response = connection.getresponse()
        kept = {k: v for k, v in response.getheaders()
                if k.lower() not in ("connection", "content-length", "transfer-encoding")}
        self.reply(response.status, kept, response.read())
        connection.close()

    do_HEAD = do_GET

    def reply(self, status, headers=(), body=b""):
        self.send_response(status)
        for name, value in dict(headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_):
        pass


def main():
    log, port_file, *words = sys.argv[1:]
    if words[:1] == ["--login"]:
        Proxy.login = words[1]
        words = words[2:]
    Proxy.places = dict(word.split("=") for word in words)
    Proxy.log = open(log, "a", buffering=1)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    server.daemon_threads = True
    loopback.announce(port_file, server.server_port)
    server.serve_forever()


main()
