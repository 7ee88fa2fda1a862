"""Runs a program and writes down what it sends: record.py FILE COMMAND...

The program finds in its environment AGENT_HOST and AGENT_PORT (UDP) and COLLECTOR_URL (HTTP), both on free ports of the
loopback interface. Packet n of the agent becomes FILE.udp.n, body n of the collector FILE.http.n. The bytes are written as
they come. Standard library only.
"""

import os
import socket
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

SECONDS_AFTER_THE_PROGRAM = 1.0


class Collector(BaseHTTPRequestHandler):
    bodies = []

    def do_POST(self):
        if self.headers.get('Transfer-Encoding', '').lower() == 'chunked':
            body = b''.join(iter(self.chunk, b''))
        else:
            body = self.rfile.read(int(self.headers['Content-Length']))
        self.bodies.append(body)
        print(f'{self.path} {self.headers["Content-Type"]}: {len(body)} bytes', file=sys.stderr)
        self.send_response(202)
        self.send_header('Content-Length', '0')
        self.end_headers()

    def chunk(self):
        data = self.rfile.read(int(self.rfile.readline(), 16))
        self.rfile.readline()
        return data

    def log_message(self, *_):
        pass


def main():
    file, command = sys.argv[1], sys.argv[2:]
    agent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    agent.bind(('127.0.0.1', 0))
    collector = HTTPServer(('127.0.0.1', 0), Collector)
    threading.Thread(target=collector.serve_forever, daemon=True).start()
    subprocess.run(command, check=True, timeout=120, stdin=subprocess.DEVNULL, env=os.environ | {
        'AGENT_HOST': '127.0.0.1',
        'AGENT_PORT': str(agent.getsockname()[1]),
        'COLLECTOR_URL': f'http://127.0.0.1:{collector.server_port}/api/traces',
    })
    packets = []
    agent.settimeout(SECONDS_AFTER_THE_PROGRAM)
    try:
        while True:
            packets.append(agent.recv(65536))
    except TimeoutError:
        pass
    for transport, messages in ('udp', packets), ('http', Collector.bodies):
        for number, message in enumerate(messages, 1):
            with open(f'{file}.{transport}.{number}', 'wb') as out:
                out.write(message)
            print(f'{file}.{transport}.{number}: {len(message)} bytes', file=sys.stderr)


if __name__ == '__main__':
    main()
