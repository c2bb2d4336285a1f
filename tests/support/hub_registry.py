#!/usr/bin/env python3
"""A registry in Docker Hub's manner, in front of the test registry: tokens, a host of its own for
layers, limits.

usage: hub_registry.py UPSTREAM-HOST:PORT DIRECTORY [TOKENS-URL CDN-URL]
Listens on free ports of loopback, one each for the registry, the server of tokens and, on another
address, the CDN, and writes "REGISTRY TOKENS CDN" to DIRECTORY/ports. The URLs are what clients call
the last two, where something stands in front of them. DIRECTORY/log gets a line for each request:
SERVER METHOD PATH AUTHORIZATION (logins in plain text, "-" where there is none).

Tokens are for one repository. The user is "me" with the password "secret" or the refresh token
"fresh". The first part of an image's name says what is special, the rest is the image:
HOST:PORT/private/busybox.

library         anonymous tokens; layers are at the CDN
public          anonymous tokens
private         tokens for the user only
brief           all tokens are void once a layer or a configuration is asked for, once
elsewhere       tokens are for another repository
broken          the server of tokens has a failure
basic           no tokens: the user's login for each request
one-header      Negotiate, Basic and Bearer are offered in one header
two-headers     the same in several
cdn-asks        the CDN wants to see a login
cdn-cuts        the CDN sends half of a layer, and the link is good once only
limited         too many requests, with Docker Hub's words
limited-once-X  the same for the first request; come again after a second
limited-mute    too many requests, in no form that says so
stalls          a layer stops after half of its bytes and the connection stays; asked again, it comes
stalls-again    the same whenever it is asked for, without another byte
schema1, foreign, artifact: the manifest is one that nobody can run
"""

import base64
import http.client
import http.server
import json
import os
import re
import sys
import threading
import time
import urllib.parse

import loopback

ROUTE = re.compile(r"/v2/([^/]+)/(.+?)/(manifests|blobs)/([^/]+)$")
SERVICE = "hub"
LOGIN = "me:secret"
REFRESH = "fresh"
LAYER = 64 * 1024  # configurations are smaller
LIMIT = ("You have reached your pull rate limit. You may increase the limit by authenticating and "
         "upgrading: https://www.docker.com/increase-rate-limit")
SCHEMA_1 = "application/vnd.docker.distribution.manifest.v1+prettyjws"
OCI = "application/vnd.oci.image.manifest.v1+json"


class State:
    """What the three servers share."""

    def __init__(self, upstream, directory):
        self.upstream = upstream
        self.log = open(os.path.join(directory, "log"), "a", buffering=1)
        self.tokens = {}  # token -> scope; "" where it is void
        self.seen = set()  # what goes well the second time
        self.lock = threading.Lock()
        self.urls = {}

    def issue(self, scope):
        with self.lock:
            token = f"token-{len(self.tokens)}"
            self.tokens[token] = scope
        return token

    def revoke(self):
        with self.lock:
            self.tokens = dict.fromkeys(self.tokens, "")

    def first(self, what):
        with self.lock:
            known = what in self.seen
            self.seen.add(what)
            return not known

    def fetch(self, method, path, headers):
        connection = http.client.HTTPConnection(self.upstream, timeout=30)
        wanted = {k: v for k, v in headers.items() if k.lower() in ("accept", "range")}
        connection.request(method, path, headers=wanted)
        response = connection.getresponse()
        body = response.read()
        kept = {k: v for k, v in response.getheaders()
                if k.lower() in ("content-type", "docker-content-digest", "content-range")}
        length = int(response.headers["Content-Length"] or 0)
        connection.close()
        return response.status, kept, body, length


class Server(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    state = None
    role = ""

    def do_GET(self):
        self.state.log.write(f"{self.role} {self.command} {self.path} {self.authorization() or '-'}\n")
        self.answer()

    do_HEAD = do_POST = do_GET

    def authorization(self):
        scheme, _, value = self.headers.get("Authorization", "").partition(" ")
        if scheme == "Basic":
            value = base64.b64decode(value).decode()
        return f"{scheme} {value}".strip()

    def reply(self, status, headers=(), body=b"", length=None):
        self.send_response(status)
        for name, value in dict(headers).items():
            for one in value if isinstance(value, list) else [value]:
                self.send_header(name, one)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def refuse(self, status, code, message, headers=()):
        errors = {"errors": [{"code": code, "message": message}]}
        self.reply(status, headers, json.dumps(errors).encode())

    def log_message(self, *_):
        pass


class Registry(Server):
    role = "registry"

    def answer(self):
        match = ROUTE.match(self.path)
        if not match:
            return self.greet()
        way, image, kind, name = match.groups()
        scope = f"repository:{way}/{image}:pull"
        if way.startswith("limited"):
            return self.limit(way)
        if way == "brief" and kind == "blobs" and self.state.first((way, image)):
            self.state.revoke()
        if not self.allowed(way, scope):
            return self.challenge(way, scope)
        if kind == "manifests" and way in ("schema1", "foreign", "artifact"):
            return self.unusable(way)
        if kind == "blobs" and (way.startswith("cdn") or way == "library"):
            link = f"{self.state.urls['cdn']}/{way}/v2/{image}/blobs/{name}?signature=1"
            return self.reply(307, {"Location": link})
        self.forward(way, f"/v2/{image}/{kind}/{name}")

    def greet(self):
        scheme, _, value = self.authorization().partition(" ")
        if scheme == "Bearer" and value in self.state.tokens:
            return self.reply(200, (), b"{}")
        self.challenge("", "")

    def allowed(self, way, scope):
        scheme, _, value = self.authorization().partition(" ")
        if way == "basic":
            return (scheme, value) == ("Basic", LOGIN)
        return scheme == "Bearer" and self.state.tokens.get(value) == scope

    def challenge(self, way, scope):
        bearer = f'Bearer realm="{self.state.urls["tokens"]}/token",service="{SERVICE}",scope="{scope}"'
        if "Bearer" in self.authorization():
            bearer += ',error="invalid_token"'
        offers = {"basic": 'Basic realm="hub"',
                  "one-header": f'Negotiate, Basic realm="hub", {bearer}',
                  "two-headers": ["Negotiate", 'Basic realm="hub"', bearer]}
        headers = {"WWW-Authenticate": offers.get(way, bearer)}
        self.refuse(401, "UNAUTHORIZED", "authentication required", headers)

    def limit(self, way):
        if way == "limited-mute":
            return self.reply(429, {"Retry-After": "3600"}, b"slow down")
        once = way.startswith("limited-once")
        if once and not self.state.first((self.command, self.path)):
            match = ROUTE.match(self.path)
            return self.forward(way, "/v2/{1}/{2}/{3}".format(*match.groups()))
        self.refuse(429, "TOOMANYREQUESTS", LIMIT, {"Retry-After": "1" if once else "3600"})

    def forward(self, way, path):
        status, headers, body, length = self.state.fetch(self.command, path, self.headers)
        if self.command == "HEAD":
            return self.reply(status, headers, b"", length)
        slow = way.startswith("stalls") and "/blobs/" in path and len(body) > LAYER
        first = slow and self.state.first(path)
        if first or slow and way == "stalls-again":
            self.reply(status, headers, body[:len(body) // 2] if first else b"", len(body))
            self.wfile.flush()
            time.sleep(60)
        else:
            self.reply(status, headers, body)

    def unusable(self, way):
        blob = {"size": 2, "digest": "sha256:" + "0" * 64}
        layer = {"mediaType": "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
                 "urls": ["https://elsewhere.test/layer"], **blob}
        config = {"foreign": "application/vnd.oci.image.config.v1+json",
                  "artifact": "application/vnd.cncf.helm.config.v1+json"}
        if way == "schema1":
            document, media_type = {"schemaVersion": 1, "name": "x", "fsLayers": []}, SCHEMA_1
        else:
            document, media_type = {"schemaVersion": 2, "mediaType": OCI, "layers": [layer],
                                    "config": {"mediaType": config[way], **blob}}, OCI
        self.reply(200, {"Content-Type": media_type}, json.dumps(document).encode())


class Tokens(Server):
    role = "tokens"

    def answer(self):
        if self.command == "POST":
            size = int(self.headers.get("Content-Length", 0))
            asked = urllib.parse.parse_qs(self.rfile.read(size).decode())
            known = asked.get("refresh_token") == [REFRESH] and asked.get("grant_type") == ["refresh_token"]
        else:
            asked = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
            known = self.authorization() == f"Basic {LOGIN}"
        scope = asked.get("scope", [""])[0]
        way = scope.removeprefix("repository:").partition("/")[0]
        if asked.get("service") != [SERVICE] or way == "broken":
            return self.refuse(500, "UNKNOWN", "on purpose")
        if not known and (way == "private" or self.authorization() or self.command == "POST"):
            return self.reply(401, (), b'{"details":"incorrect username or password"}')
        if way == "elsewhere":
            scope = "repository:another/image:pull"
        token = self.state.issue(scope)
        member = "access_token" if self.command == "POST" else "token"
        body = json.dumps({member: token, "expires_in": 60, "issued_at": "2020-01-01T00:00:00Z"})
        self.reply(200, {"Content-Type": "application/json"}, body.encode())


class Cdn(Server):
    role = "cdn"

    def answer(self):
        if self.authorization():  # as stores of signed links do
            return self.reply(400, (), b"<Error>only one way of authentication</Error>")
        way, path = re.match(r"/([^/]+)(/.*)\?", self.path).groups()
        if way == "cdn-asks":
            return self.reply(401, {"WWW-Authenticate": 'Basic realm="your registry"'})
        status, headers, body, length = self.state.fetch(self.command, path, self.headers)
        if way == "cdn-cuts" and len(body) > LAYER and self.state.first(path):
            self.reply(status, headers, body[:len(body) // 2], len(body))
            self.close_connection = True
        else:
            self.reply(status, headers, body, length)


def serve(handler, address, state):
    server = http.server.ThreadingHTTPServer((address, 0), type(handler.role, (handler,), {"state": state}))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever).start()
    return server.server_port


def main():
    upstream, directory = sys.argv[1:3]
    state = State(upstream, directory)
    registry = serve(Registry, "127.0.0.1", state)
    tokens = serve(Tokens, "127.0.0.1", state)
    cdn = serve(Cdn, "127.0.0.2", state)
    state.urls = {"tokens": f"http://127.0.0.1:{tokens}", "cdn": f"http://127.0.0.2:{cdn}"}
    state.urls.update(zip(("tokens", "cdn"), sys.argv[3:]))
    loopback.announce(os.path.join(directory, "ports"), registry, tokens, cdn)


main()
