#!/usr/bin/env python3
"""The ways to look for images in a registry: Docker Hub's search, lists of tags, the catalogue.

usage: search_api.py LOG PORT-FILE
Listens on a free port of loopback and writes its number to PORT-FILE; LOG gets the path of each
request.

/v1/search       finds IMAGES with q in their names; for "hostile" one with a name for terminals, for
                 "broken" no JSON, "failing" 503, "old" 404 as of a registry of today
/v2/X/tags/list  TAGS, two at a time; of "missing" none
/v2/_catalog     CATALOGUE, three at a time
"""

import http.server
import json
import sys
import urllib.parse

import loopback

IMAGES = [
    {"name": "busybox", "description": "Busybox base image.", "star_count": 3200, "is_official": True,
     "is_automated": False},
    {"name": "progrium/busybox", "description": "", "star_count": 72, "is_official": False, "is_automated": True},
    {"name": "radial/busyboxplus", "description": "Full-chain, Internet enabled, busybox made from scratch. "
     "Comes in git and cURL flavors.", "star_count": 54, "is_official": False, "is_automated": True},
    {"name": "someone/busybox", "description": "two\nlines", "star_count": 0, "is_official": False,
     "is_automated": False},
]
TAGS = ["1.0", "1.1", "1.2", "edge", "latest"]
CATALOGUE = ["team/busybox", "busybox", "tools", "other/busyboxes"]
HOSTILE = {"name": "x\u001b]0;owned\u0007", "description": "\u001b[2J", "star_count": -1, "is_official": True}


class Api(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    log = None

    def do_GET(self):
        self.log.write(self.path + "\n")
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        if url.path == "/v1/search":
            self.search(query.get("q", ""), int(query.get("n", "25")))
        elif url.path == "/v2/":
            self.reply(200, {})
        elif url.path == "/v2/_catalog":
            self.page("repositories", CATALOGUE, 3, query)
        elif url.path.endswith("/tags/list") and "missing" not in url.path:
            self.page("tags", TAGS, 2, query)
        else:
            self.reply(404, {"errors": [{"code": "NAME_UNKNOWN", "message": "repository name not known"}]})

    def search(self, term, limit):
        if term == "old":
            return self.reply(404, {})
        if term == "failing":
            return self.reply(503, {})
        found = [HOSTILE] if term == "hostile" else [i for i in IMAGES if term in i["name"]]
        document = {"num_results": len(found), "query": term, "results": found[:limit]}
        self.reply(200, "{" if term == "broken" else document)

    def page(self, member, names, size, query):
        begin = names.index(query["last"]) + 1 if "last" in query else 0
        part = names[begin:begin + size]
        path = self.path.partition("?")[0]
        more = begin + size < len(names)
        link = {"Link": f'<{path}?last={urllib.parse.quote(part[-1])}&n={size}>; rel="next"'} if more else {}
        self.reply(200, {"name": "x", member: part}, link)

    def reply(self, status, document, headers=()):
        body = (document if isinstance(document, str) else json.dumps(document)).encode()
        self.send_response(status)
        for name, value in dict(headers).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def main():
    log, port_file = sys.argv[1:]
    Api.log = open(log, "a", buffering=1)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Api)
    server.daemon_threads = True
    loopback.announce(port_file, server.server_port)
    server.serve_forever()


main()
