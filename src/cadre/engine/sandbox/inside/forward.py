"""Run a command with a proxy on loopback that leads to cadre's egress socket.

Runs inside the sandbox on the standard library alone: `forward.py command...`. The relay
becomes a child of the namespace's first process, so the command never waits for it.
"""

import contextlib
import os
import socket
import sys
import threading

SOCKET = "/run/cadre/egress.sock"
ADDRESS = ("127.0.0.1", 3128)


def carry(source: socket.socket, target: socket.socket) -> None:
    """Copy until one side ends."""
    with contextlib.suppress(OSError):
        while chunk := source.recv(65536):
            target.sendall(chunk)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def relay(client: socket.socket) -> None:
    """Join one client to the egress socket."""
    with client, socket.socket(socket.AF_UNIX) as egress:
        egress.connect(SOCKET)
        upload = threading.Thread(target=carry, args=(client, egress), daemon=True)
        upload.start()
        carry(egress, client)
        upload.join(1)


def serve(listener: socket.socket) -> None:
    """Accept for ever; a client that can't be served is dropped."""
    while True:
        client, _ = listener.accept()
        try:
            threading.Thread(target=relay, args=(client,), daemon=True).start()
        except RuntimeError:
            client.close()


def main() -> None:
    """Start the relay in a grandchild, then become the command."""
    listener = socket.create_server(ADDRESS, backlog=64)
    child = os.fork()
    if child == 0:
        if os.fork() == 0:
            null = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(null, stream)
            serve(listener)
        os._exit(0)
    os.waitpid(child, 0)
    listener.close()
    try:
        os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606 (it becomes the command)
    except OSError as error:
        sys.stderr.write(f"{sys.argv[1]}: {error.strerror}\n")
        sys.exit(127)


main()
