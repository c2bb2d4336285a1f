#!/usr/bin/env python3
"""A registry that misbehaves on purpose, in front of the test registry.

usage: faulty_registry.py UPSTREAM-HOST:PORT PORT-FILE
Listens on a free port of loopback and writes its number to PORT-FILE. The first part of an image's
name says what goes wrong, the rest is the image: HOST:PORT/truncated/busybox.

401           no credentials are good enough
403           denied
500           always
500-twice-X   each request fails twice, then works; X is anything, so that a test gets its own counts
truncated     layers end after half of their bytes
corrupt       layers have one wrong byte
bad-manifest  the manifest is not JSON
slow          layers come with 64 KiB a second
"""

import http.client
import http.server
import re
import sys
import time

import loopback

ROUTE = re.compile(r"/v2/([^/]+)/(.+)$")
PIECE = 64 * 1024


class FaultyRegistry(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    upstream = ""
    failures = {}  # path -> how often it has failed so far

    def do_GET(self):
        self.answer()

    def do_HEAD(self):
        self.answer()

    def answer(self):
        match = ROUTE.match(self.path)
        if not match:
            self.reply(200, {}, b"{}")
            return
        fault, rest = match.groups()
        if fault in ("401", "403"):
            self.refuse(int(fault))
        elif fault == "500" or (fault.startswith("500-twice") and self.fails_again()):
            self.reply(500, {}, b'{"errors":[{"code":"UNKNOWN","message":"on purpose"}]}')
        else:
            self.forward("/v2/" + rest, fault)

    def refuse(self, status):
        code = {401: "UNAUTHORIZED", 403: "DENIED"}[status]
        headers = {"WWW-Authenticate": 'Basic realm="nobody"'} if status == 401 else {}
        self.reply(status, headers, f'{{"errors":[{{"code":"{code}"}}]}}'.encode())

    def fails_again(self):
        key = (self.command, self.path)
        self.failures[key] = self.failures.get(key, 0) + 1
        return self.failures[key] <= 2

    def forward(self, path, fault):
        connection = http.client.HTTPConnection(self.upstream, timeout=30)
        headers = {k: v for k, v in self.headers.items() if k.lower() in ("accept", "range")}
        connection.request(self.command, path, headers=headers)
        response = connection.getresponse()
        body = response.read()
        headers = {k: v for k, v in response.getheaders()
                   if k.lower() not in ("content-length", "connection", "date", "transfer-encoding")}
        connection.close()
        if self.command == "HEAD":
            self.reply(response.status, headers, body, int(response.headers["Content-Length"] or 0))
        elif fault == "bad-manifest" and "/manifests/" in path:
            self.reply(response.status, headers, b"{ this is no manifest")
        elif "/blobs/" in path and len(body) > PIECE:  # a layer: the configuration is smaller
            self.spoil(response.status, headers, body, fault)
        else:
            self.reply(response.status, headers, body)

    def spoil(self, status, headers, body, fault):
        half = len(body) // 2
        if fault == "truncated":  # what is asked for again, from there on, never comes
            kept = b"" if "Range" in self.headers else body[:half]
            self.reply(status, headers, kept, len(body))
            self.close_connection = True
        elif fault == "corrupt":
            self.reply(status, headers, body[:half] + bytes([body[half] ^ 1]) + body[half + 1:])
        elif fault == "slow":
            self.reply(status, headers, b"", len(body))
            for start in range(0, len(body), PIECE):
                self.wfile.write(body[start:start + PIECE])
                self.wfile.flush()
                time.sleep(1)
        else:
            self.reply(status, headers, body)

    def reply(self, status, headers, body, length=None):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_):
        pass


def main():
    FaultyRegistry.upstream, port_file = sys.argv[1:]
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), FaultyRegistry)
    loopback.announce(port_file, server.server_port)
    server.serve_forever()


main()
