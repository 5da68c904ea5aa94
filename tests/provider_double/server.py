"""Serve a provider: inside this process for TF_REATTACH_PROVIDERS, or as a plug-in that Terraform starts."""

import base64
import contextlib
import datetime
import json
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent import futures
from pathlib import Path

import grpc
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.provider_double.making import Backer
from tests.provider_double.provider import Provider
from tests.provider_double.schema import load
from tests.provider_double.service import register
from tests.provider_double.world import World

# Not a secret: go-plugin's proof that Terraform is the parent.
_COOKIE = ("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2")
_NO_LIMIT = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


def _server(provider: Provider, done: threading.Event) -> grpc.Server:
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=32), options=_NO_LIMIT)
    # A moment later, so that the answer still gets out.
    register(server, provider, lambda: threading.Timer(0.02, done.set).start())
    return server


@contextlib.contextmanager
def reattached(
    providers: Sequence[str], world: World, backer: Backer | None = None
) -> Iterator[Mapping[str, str]]:
    """Serve the providers in this process; yields the variable for Terraform's environment."""
    told = {}
    servers = []
    for name in providers:
        catalogue = load(name)
        server = _server(Provider(catalogue, world, backer), threading.Event())
        # TCP and not a socket file: the peer's port tells one provider block from another.
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        servers.append(server)
        told[catalogue.source] = {
            "Protocol": "grpc",
            "ProtocolVersion": 6,
            "Pid": os.getpid(),
            "Test": True,
            "Addr": {"Network": "tcp", "String": f"127.0.0.1:{port}"},
        }
    try:
        yield {"TF_REATTACH_PROVIDERS": json.dumps(told)}
    finally:
        for server in servers:
            server.stop(grace=None).wait()


def serve(name: str, folder: Path, backer: Backer | None = None) -> int:
    """Be a plug-in until Terraform says goodbye or is gone."""
    if os.environ.get(_COOKIE[0]) != _COOKIE[1]:
        sys.stderr.write("This is a Terraform plug-in: Terraform starts it, not people.\n")
        return 1
    # Terraform interrupts its whole process group, and then tells plug-ins itself what to do.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    done = threading.Event()
    with tempfile.TemporaryDirectory(prefix="double-") as socket_folder:
        socket = f"{socket_folder}/socket"
        server = _server(Provider(load(name), World(folder), backer), done)
        fields = ["1", "6", "unix", socket, "grpc", ""]
        if os.environ.get("TF_DISABLE_PLUGIN_TLS"):
            server.add_insecure_port(f"unix://{socket}")
        else:
            fields[-1], credentials = _certificate()
            server.add_secure_port(f"unix://{socket}", credentials)
        server.start()
        sys.stdout.write("|".join(fields) + "\n")
        sys.stdout.flush()
        parent = os.getppid()
        while not done.wait(0.25) and os.getppid() == parent:
            pass
        server.stop(grace=None)
    return 0


def _certificate() -> tuple[str, grpc.ServerCredentials]:
    """The certificate that Terraform pins for this one conversation."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    credentials = grpc.ssl_server_credentials(
        [(private, certificate.public_bytes(serialization.Encoding.PEM))]
    )
    told = base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode().rstrip("=")
    return told, credentials
