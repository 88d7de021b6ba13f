"""A real OpenLDAP server for the tests: one process, one folder, gone at the end of the run.

Each area of tests has a database of its own in it, by suffix: the town in four layouts, each also a day later and a
school year later. `o=limited` answers at most 500 entries,
however they are paged; `o=scratch` is empty and can be written to.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from school_it.people.address import Address

SEARCHED = "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin"
SCHEMA_FOLDERS = (
    Path("/etc/ldap/schema"),
    Path("/etc/openldap/schema"),
    Path("/usr/local/etc/openldap/schema"),
)
MODULE_FOLDERS = (Path("/usr/lib/ldap"), Path("/usr/lib/openldap"), Path("/usr/lib64/openldap"))
OWN_SCHEMAS = ("ucs.schema", "windows.schema")
READER_PASSWORD = "darf-nur-lesen"
ADMIN_PASSWORD = "darf-auch-schreiben"
LAYOUTS = ("inetorg", "ucs", "ad", "sophomorix")
SUFFIXES = (
    *(f"o={layout}{later}" for layout in LAYOUTS for later in ("", "-day", "-year")),
    "o=limited",
    "o=scratch",
)
OTHER_NAME = "127.0.0.2"
"""A loopback address the server listens on and its certificate does not name."""

CONFIG = """\
{includes}
{own}
modulepath {modules}
moduleload back_mdb
pidfile {folder}/slapd.pid
sizelimit unlimited
allow bind_anon_cred
TLSCACertificateFile {folder}/ca.pem
TLSCertificateFile {folder}/server.pem
TLSCertificateKeyFile {folder}/server.key
"""
DATABASE = """
database mdb
suffix "{suffix}"
directory {folder}
maxsize {room}
dbnosync
rootdn "cn=admin,{suffix}"
rootpw {admin}
index objectClass,entryUUID eq
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="cn=leser,{suffix}" read by * none
"""
BEGINNING = """\
dn: {suffix}
objectClass: organization
o: {name}

dn: cn=leser,{suffix}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: leser
userPassword: {reader}

"""


def find(command: str) -> str:
    """The path of a command; its absence is an error that names it, not a reason to skip."""
    found = shutil.which(command, path=SEARCHED)
    if not found:
        raise RuntimeError(
            f"»{command}« is not installed: the tests need Debian's slapd, ldap-utils and openssl"
        )
    return found


def run(*command: str, text: str = "") -> str:
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False, timeout=600)
    if done.returncode:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Slapd:
    folder: Path
    port: int = field(default_factory=free_port)
    tls_port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    suffixes: Sequence[str] = SUFFIXES
    noise: str = "256"
    """What the server logs; 256 is every search with its attributes."""
    room: int = 64 * 1024 * 1024
    """Bytes that one database may grow to."""

    @property
    def url(self) -> str:
        return f"ldap://127.0.0.1:{self.port}"

    @property
    def secure_url(self) -> str:
        return f"ldaps://127.0.0.1:{self.tls_port}"

    @property
    def log(self) -> str:
        return (self.folder / "slapd.log").read_text("utf-8", "replace")

    def address(self, suffix: str, **changes: object) -> Address:
        """Where a test finds one database; over TLS unless it says otherwise, and without patience."""
        usual: dict[str, object] = {
            "url": self.secure_url,
            "base_dn": suffix,
            "bind_dn": f"cn=leser,{suffix}",
            "password": READER_PASSWORD,
            "ca_file": str(self.folder / "ca.pem"),
            "pauses": (),
        }
        return Address(**(usual | changes))  # type: ignore[arg-type]

    def prepare(self, contents: dict[str, str]) -> None:
        certificates(self.folder, "DNS:localhost,IP:127.0.0.1")
        self._write_config()
        for suffix in self.suffixes:
            self._load(suffix, contents.get(suffix, ""))

    def start(self) -> None:
        listen = f"{self.url}/ {self.secure_url}/ ldaps://{OTHER_NAME}:{self.tls_port}/"
        with open(self.folder / "slapd.log", "wb") as log:
            self.process = subprocess.Popen(
                [find("slapd"), "-f", str(self.folder / "slapd.conf"), "-h", listen, "-d", self.noise],
                stdout=log,
                stderr=log,
            )
        self._wait()

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(timeout=20)

    # --- changing entries while the server runs ---

    def add(self, ldif: str, suffix: str = "o=scratch") -> None:
        self._as_admin("ldapadd", suffix, text=ldif)

    def modify(self, ldif: str, suffix: str = "o=scratch") -> None:
        self._as_admin("ldapmodify", suffix, text=ldif)

    def remove(self, dn: str, suffix: str = "o=scratch") -> None:
        self._as_admin("ldapdelete", suffix, "-r", dn)

    def children(self, suffix: str) -> list[str]:
        """What lies directly below, without the account that reads."""
        who = ("-D", f"cn=admin,{suffix}", "-w", ADMIN_PASSWORD)
        told = run(find("ldapsearch"), "-x", "-LLL", "-o", "ldif-wrap=no", "-H", self.url, *who, "-b", suffix,
                   "-s", "one", "(!(cn=leser))", "1.1")  # fmt: skip
        return [line.removeprefix("dn: ") for line in told.splitlines() if line.startswith("dn: ")]

    def _as_admin(self, command: str, suffix: str, *more: str, text: str = "") -> None:
        who = ("-D", f"cn=admin,{suffix}", "-w", ADMIN_PASSWORD)
        run(find(command), "-x", "-H", self.url, *who, *more, text=text)

    # --- setting up ---

    def _wait(self) -> None:
        for _ in range(200):
            assert self.process
            if self.process.poll() is not None:
                raise RuntimeError(f"slapd ended at once:\n{self.log[-3000:]}")
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.tls_port)) == 0:
                    return
            time.sleep(0.05)
        raise RuntimeError(f"slapd does not answer:\n{self.log[-3000:]}")

    def _write_config(self) -> None:
        schemas = _first_folder(SCHEMA_FOLDERS, "core.schema")
        names = ("core", "cosine", "nis", "inetorgperson")
        text = CONFIG.format(
            includes="\n".join(f"include {schemas / name}.schema" for name in names),
            own="\n".join(f"include {Path(__file__).with_name(name)}" for name in OWN_SCHEMAS),
            modules=_first_folder(MODULE_FOLDERS, "back_mdb.*"),
            folder=self.folder,
        )
        for suffix in self.suffixes:
            text += DATABASE.format(
                suffix=suffix, folder=self._database(suffix), admin=ADMIN_PASSWORD, room=self.room
            )
            if suffix == "o=limited":
                text += "sizelimit size.soft=500 size.hard=500\n"
        (self.folder / "slapd.conf").write_text(text, "utf-8")

    def _database(self, suffix: str) -> Path:
        place = self.folder / suffix.partition("=")[2]
        place.mkdir(exist_ok=True)
        return place

    def _load(self, suffix: str, ldif: str) -> None:
        name = suffix.partition("=")[2]
        text = BEGINNING.format(suffix=suffix, name=name, reader=READER_PASSWORD) + ldif
        run(find("slapadd"), "-q", "-f", str(self.folder / "slapd.conf"), "-b", suffix, text=text)


def certificates(folder: Path, names: str) -> None:
    """An authority, a stranger, and a server's certificate for these names (`DNS:localhost,IP:127.0.0.1`)."""
    for name in ("ca", "stranger"):
        _authority(folder, name)
    key, request, signed = (str(folder / f"server.{end}") for end in ("key", "csr", "pem"))
    extensions = folder / "names.cnf"
    extensions.write_text(f"subjectAltName={names}\n", "ascii")
    openssl = find("openssl")
    run(openssl, "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
        "-keyout", key, "-out", request, "-subj", "/CN=localhost")  # fmt: skip
    run(openssl, "x509", "-req", "-in", request, "-CA", str(folder / "ca.pem"), "-CAkey", str(folder / "ca.key"),
        "-set_serial", "2", "-days", "2", "-extfile", str(extensions), "-out", signed)  # fmt: skip


def _authority(folder: Path, name: str) -> None:
    key, certificate = str(folder / f"{name}.key"), str(folder / f"{name}.pem")
    run(find("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
        "-nodes", "-keyout", key, "-out", certificate, "-days", "2", "-subj", f"/CN=Test authority {name}",
        "-addext", "keyUsage=critical,keyCertSign,cRLSign")  # fmt: skip


def _first_folder(folders: tuple[Path, ...], holding: str) -> Path:
    for folder in folders:
        if any(folder.glob(holding)):
            return folder
    raise RuntimeError(f"none of {[str(folder) for folder in folders]} holds {holding}: is slapd installed?")
