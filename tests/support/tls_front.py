#!/usr/bin/env python3
"""Speaks TLS in front of a server that does not.

usage: tls_front.py CERTIFICATE-AND-KEY.pem UPSTREAM-HOST:PORT PORT-FILE
Listens on a free port of loopback, writes its number to PORT-FILE and passes bytes both ways.
"""

import socket
import socketserver
import ssl
import sys
import threading

import loopback


class Front(socketserver.BaseRequestHandler):
    context = None
    upstream = ("", 0)

    def handle(self):
        try:
            client = self.context.wrap_socket(self.request, server_side=True)
        except (ssl.SSLError, OSError):
            return  # a client that does not trust us
        with client, socket.create_connection(self.upstream) as server:
            answer = threading.Thread(target=loopback.pour, args=(server, client))
            answer.start()
            loopback.pour(client, server)
            answer.join()


class ThreadingServer(socketserver.ThreadingTCPServer):
    daemon_threads = True


def main():
    certificate, upstream, port_file = sys.argv[1:]
    Front.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    Front.context.load_cert_chain(certificate)
    host, _, port = upstream.rpartition(":")
    Front.upstream = (host, int(port))
    with ThreadingServer(("127.0.0.1", 0), Front) as server:
        loopback.announce(port_file, server.server_address[1])
        server.serve_forever()


main()
