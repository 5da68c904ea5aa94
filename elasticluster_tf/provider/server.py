"""Serve the provider to Terraform: handshake on standard output, then gRPC on a private socket.

The runner of `tf` is not used: it drops operations under way when Terraform asks to stop, and it
outlives a Terraform that was killed.
"""

import base64
import datetime
import os
import signal
import ssl
import sys
import tempfile
import threading
import time
from concurrent import futures
from typing import Any

import grpc
from tf.gen import grpc_controller_pb2, grpc_controller_pb2_grpc, grpc_stdio_pb2_grpc, tfplugin_pb2_grpc
from tf.provider import ProviderServicer

from elasticluster_tf.provider.framework import Provider
from elasticluster_tf.provider.machine import Machine

COOKIE = ("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2")
CERTIFICATE = "certificate"
CERTIFICATE_LASTS = 30 * 86400
MAX_MESSAGE = 256 * 1024 * 1024


def serve(provider: Provider, machine: Machine) -> int:
    """Serve until Terraform says goodbye or is gone."""
    if os.environ.get(COOKIE[0]) != COOKIE[1]:
        sys.stderr.write("This is a Terraform plug-in: Terraform starts it, not people.\n")
        return 1
    # Terraform interrupts its whole process group, and then tells plug-ins itself what to do.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    done = threading.Event()
    with tempfile.TemporaryDirectory(prefix="ectf-plugin-") as folder:
        socket = f"{folder}/plugin.sock"
        server = _server(provider, done)
        certificate, credentials = _certificate(machine)
        server.add_secure_port(f"unix://{socket}", credentials)
        server.start()
        fields = ("1", "6", "unix", socket, "grpc", base64.b64encode(certificate).decode().rstrip("="))
        sys.stdout.write("|".join(fields) + "\n")
        sys.stdout.flush()
        _wait(done)
        server.stop(grace=1).wait()
    return 0


def _wait(done: threading.Event) -> None:
    """Wait for the goodbye, or for the parent's end.

    What Podman is doing then goes on in its own session, and the next run finds it by its labels.
    """
    parent = os.getppid()
    while not done.wait(0.25) and os.getppid() == parent:
        pass


def _server(provider: Provider, done: threading.Event) -> Any:
    workers = futures.ThreadPoolExecutor(max_workers=64)
    server = grpc.server(workers, options=[("grpc.max_receive_message_length", MAX_MESSAGE)])
    tfplugin_pb2_grpc.add_ProviderServicer_to_server(ProviderServicer(provider), server)

    class Controller(grpc_controller_pb2_grpc.GRPCControllerServicer):  # type: ignore[misc]  # `tf` ships no types
        def Shutdown(self, _request: Any, _context: Any) -> Any:  # noqa: N802 (the protocol's name)
            # A moment later, so that the answer still gets out.
            threading.Timer(0.05, done.set).start()
            return grpc_controller_pb2.Empty()

    class Stdio(grpc_stdio_pb2_grpc.GRPCStdioServicer):  # type: ignore[misc]  # `tf` ships no types
        def StreamStdio(self, _request: Any, _context: Any) -> Any:  # noqa: N802 (the protocol's name)
            # Nothing is streamed, and without this method Terraform logs an error.
            return iter(())

    grpc_controller_pb2_grpc.add_GRPCControllerServicer_to_server(Controller(), server)
    grpc_stdio_pb2_grpc.add_GRPCStdioServicer_to_server(Stdio(), server)
    return server


def _certificate(machine: Machine) -> tuple[bytes, Any]:
    """Give the certificate that Terraform pins, and who has its key.

    The socket is in a folder of this user alone, so a key that is kept protects as well as a new one.
    Terraform starts a plug-in five times in one run, and making one costs a fifth of the start.
    """
    kept = machine.recall(CERTIFICATE) or {}
    if kept.get("made_at", 0) < time.time() - CERTIFICATE_LASTS:
        kept = {"made_at": time.time(), **_new_certificate()}
        machine.remember(CERTIFICATE, kept)
    pair = (kept["key"].encode(), kept["chain"].encode())
    return ssl.PEM_cert_to_DER_cert(kept["chain"]), grpc.ssl_server_credentials([pair])


def _new_certificate() -> dict[str, str]:
    # Here, because it is slow to import and seldom needed.
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

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
        .not_valid_after(now + datetime.timedelta(seconds=2 * CERTIFICATE_LASTS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return {"key": pem.decode(), "chain": certificate.public_bytes(serialization.Encoding.PEM).decode()}
