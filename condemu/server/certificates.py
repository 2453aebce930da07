"""The certificate of `--tls`: the user's own, or one that is made, kept and used again.

It is self-signed, for names that mean this machine (`NAMES`) and those of the setting `tls_names`. It is no authority: whoever
trusts it trusts this server and nothing else. It has no key usage, for a verifier would then not take it as its own issuer. It
stays in the user's cache directory, so that what was told to trust it goes on doing so after a restart.

`cryptography` makes it (`pip install 'condemu[tls]'`), or else the `openssl` command.
"""

from __future__ import annotations

import hashlib
import ipaddress
import os
import ssl
import subprocess
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from condemu.server.config import Config, Unusable

NAMES: Final = (
    "localhost", "*.localhost", "*.s3.localhost", "condemu", "host.docker.internal", "host.containers.internal",
    "127.0.0.1", "::1",
)  # fmt: skip
DAYS: Final = 800  # Apple's systems take a certificate for at most 825
RENEWED: Final = 30 * 86400  # seconds before its end
_OPENSSL: Final = """
[req]
prompt = no
distinguished_name = subject
x509_extensions = server
[subject]
CN = condemu
[server]
basicConstraints = critical, CA:FALSE
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
subjectAltName = {names}
"""


def context_of(config: Config) -> ssl.SSLContext | None:
    """What TLS connections are made from; None when there shall be none. Raises Unusable."""
    if config.tls == "off":
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.options |= ssl.OP_NO_RENEGOTIATION
    chain, key = (config.tls_cert, config.tls_key or None) if config.tls_cert else (str(made(config)), None)
    try:
        context.load_cert_chain(chain, key)
    except (OSError, ssl.SSLError) as problem:
        raise Unusable(f"the certificate {chain} cannot be used: {problem}") from None
    return context


def trusted_file(config: Config) -> str:
    """The file that a client is told to trust."""
    return config.tls_cert or str(made(config).with_suffix(".crt"))


def made(config: Config) -> Path:
    """The file of key and certificate. With it lies the certificate alone, `.crt`."""
    names = tuple(dict.fromkeys((*NAMES, *config.tls_names)))
    digest = hashlib.sha256(",".join(names).encode()).hexdigest()[:8]
    path = _directory() / f"condemu-{digest}.pem"
    public = path.with_suffix(".crt")
    if path.exists() and public.exists() and time.time() - path.stat().st_mtime < DAYS * 86400 - RENEWED:
        return path
    key, certificate = _make(names)
    _replace(path, key + certificate, 0o600)
    held = path.read_bytes()  # somebody else's by now, perhaps
    _replace(public, held[held.index(b"-----BEGIN CERTIFICATE") :], 0o644)
    return path


def _directory() -> Path:
    """The user's cache, or where there is none a directory of his own among the temporary ones."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    user = os.getuid() if hasattr(os, "getuid") else ""
    for place in (Path(home) / "condemu", Path(tempfile.gettempdir()) / f"condemu-{user}"):
        try:
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
            if os.access(place, os.W_OK) and (user == "" or place.stat().st_uid == user):
                return place
        except OSError:
            continue
    raise Unusable("there is no directory for a certificate: --tls-cert and --tls-key name one")


def _replace(path: Path, data: bytes, mode: int) -> None:
    """Write a file at once, whoever else does the same."""
    descriptor, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    os.chmod(name, mode)
    os.replace(name, path)


def _make(names: tuple[str, ...]) -> tuple[bytes, bytes]:
    """A key and its certificate, both in PEM."""
    try:
        return _by_cryptography(names)
    except ImportError:
        pass
    try:
        return _by_openssl(names)
    except FileNotFoundError:
        raise Unusable(
            "--tls makes a certificate by the package cryptography (pip install 'condemu[tls]') or by the openssl command, and "
            "neither is there; --tls-cert and --tls-key name one of your own"
        ) from None


def _by_cryptography(names: tuple[str, ...]) -> tuple[bytes, bytes]:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "condemu")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=DAYS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.SubjectAlternativeName([
                x509.IPAddress(ipaddress.ip_address(name)) if kind_of(name) == "IP" else x509.DNSName(name) for name in names
            ]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return private, certificate.public_bytes(serialization.Encoding.PEM)


def _by_openssl(names: tuple[str, ...]) -> tuple[bytes, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        settings, key, certificate = (Path(folder) / name for name in ("settings", "key", "certificate"))
        settings.write_text(_OPENSSL.format(names=", ".join(f"{kind_of(name)}:{name}" for name in names)))
        command = [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-sha256",
            "-days", str(DAYS), "-config", str(settings), "-keyout", str(key), "-out", str(certificate),
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Unusable(f"openssl made no certificate: {done.stderr.strip()}")
        return key.read_bytes(), certificate.read_bytes()


def kind_of(name: str) -> str:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return "DNS"
    return "IP"
