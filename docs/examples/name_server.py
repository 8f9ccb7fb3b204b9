"""A name server on this machine that has what a zone file says: python name_server.py ZONE PORT, until it is killed.

It has every name of the file, whatever the domain; what it does not have does not exist.
"""

import socketserver
import sys
from pathlib import Path
from threading import Thread

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.zone

MOST_BY_UDP = 1232


class Zone:
    """Names with their records; `failing` ones are answered SERVFAIL, and `silent` ones not at all."""

    def __init__(self, text):
        self.records = dns.zone.from_text(text, dns.name.root, relativize=False, check_origin=False)
        self.failing, self.silent, self.asked = set(), set(), []

    def answer(self, wire):
        """The message that answers a message; None for none."""
        question = dns.message.from_wire(wire)
        answer = dns.message.make_response(question)
        answer.flags |= dns.flags.AA | dns.flags.RA
        name, kind = question.question[0].name, question.question[0].rdtype
        self.asked.append((name.to_text().lower(), dns.rdatatype.to_text(kind)))
        if self.asked[-1][0] in self.silent:
            return None
        if self.asked[-1][0] in self.failing:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif not any(known.is_subdomain(name) for known in self.records):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        else:
            self._fill(answer, name, kind)
        return answer

    def _fill(self, answer, name, kind):
        """Its records, or the CNAME in their place and what that leads to."""
        for wanted in (kind, dns.rdatatype.CNAME):
            found = self.records.get_rrset(name, wanted)
            if found is not None:
                answer.answer.append(found)
                if wanted != kind:
                    self._fill(answer, found[0].target, kind)
                return


class NameServer:
    """Serves a zone by UDP and TCP at one port; port 0 lets the system choose."""

    def __init__(self, zone, port=0):
        self.zone = zone
        whole = self

        class ByUdp(socketserver.BaseRequestHandler):
            def handle(self):
                wire, sock = self.request
                answer = whole.zone.answer(wire)
                if answer is not None:
                    raw = answer.to_wire(max_size=65535)
                    if len(raw) > MOST_BY_UDP:
                        answer.answer.clear()
                        answer.flags |= dns.flags.TC
                        raw = answer.to_wire()
                    sock.sendto(raw, self.client_address)

        class ByTcp(socketserver.StreamRequestHandler):
            def handle(self):
                length = int.from_bytes(self.rfile.read(2), "big")
                answer = whole.zone.answer(self.rfile.read(length))
                if answer is not None:
                    raw = answer.to_wire(max_size=65535)
                    self.wfile.write(len(raw).to_bytes(2, "big") + raw)

        socketserver.TCPServer.allow_reuse_address = True
        self.tcp = socketserver.ThreadingTCPServer(("127.0.0.1", port), ByTcp)
        self.udp = socketserver.UDPServer(self.tcp.server_address, ByUdp)
        self.at = "{}:{}".format(*self.tcp.server_address)
        self.threads = [Thread(target=one.serve_forever, args=(0.05,)) for one in (self.tcp, self.udp)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_error):
        for server in (self.tcp, self.udp):
            server.shutdown()
            server.server_close()
        for thread in self.threads:
            thread.join()


if __name__ == "__main__":
    with NameServer(Zone(Path(sys.argv[1]).read_text()), int(sys.argv[2])) as server:
        print(f"a name server at {server.at}", flush=True)
        server.threads[0].join()
