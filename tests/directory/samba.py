"""A real Active Directory for the tests: Samba's domain controller with nothing but its LDAP service.

Needs root, because the ports of an Active Directory are fixed; it listens on a loopback address of its own instead.
"""

from __future__ import annotations

import os
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from school_it.people.address import Address
from tests.directory.slapd import certificates, find, run

REALM, DOMAIN = "schule.example", "SCHULE"
SUFFIX = "DC=schule,DC=example"
ADMIN, PASSWORD = f"Administrator@{REALM}", "Ein-Satz-mit-Tuba-1"
PORTS = (389, 636)
CONFIG = """\
[global]
netbios name = DC1
realm = {realm}
workgroup = {domain}
server role = active directory domain controller
server services = ldap
interfaces = {address}/8
bind interfaces only = yes
private dir = {folder}/private
state directory = {folder}/state
cache directory = {folder}/cache
lock directory = {folder}/lock
pid directory = {folder}/run
ncalrpc dir = {folder}/run/ncalrpc
binddns dir = {folder}/bind-dns
log file = {folder}/samba.log
ldap server require strong auth = no
tls enabled = yes
tls keyfile = {folder}/server.key
tls certfile = {folder}/server.pem
tls cafile = {folder}/ca.pem
"""


def free_address() -> str:
    for last in range(20, 250):
        address = f"127.0.0.{last}"
        if all(_is_free(address, port) for port in PORTS):
            return address
    raise RuntimeError("no loopback address has its LDAP ports free")


def _is_free(address: str, port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True


@dataclass
class Samba:
    folder: Path
    address: str
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"ldap://{self.address}"

    @property
    def secure_url(self) -> str:
        return f"ldaps://{self.address}"

    def where(self, **changes: object) -> Address:
        usual: dict[str, object] = {
            "url": self.secure_url,
            "base_dn": SUFFIX,
            "bind_dn": ADMIN,
            "password": PASSWORD,
            "ca_file": str(self.folder / "ca.pem"),
            "pauses": (),
        }
        return Address(**(usual | changes))  # type: ignore[arg-type]

    def prepare(self, ldif: str) -> None:
        """Provision an empty domain and load the entries while nobody serves it."""
        empty = self.folder / "empty.conf"
        empty.write_text("[global]\n", "ascii")
        made = self.folder / "made"
        made.mkdir()
        command = [find("samba-tool"), "domain", "provision", f"--configfile={empty}", f"--realm={REALM.upper()}",
                   f"--domain={DOMAIN}", f"--adminpass={PASSWORD}", "--server-role=dc", "--dns-backend=NONE",
                   f"--targetdir={made}", "--host-ip=127.0.0.1", "--host-name=dc1", "--option=interfaces=lo",
                   "--option=bind interfaces only=yes"]  # fmt: skip
        done = subprocess.run(
            command,
            env={**os.environ, "SMB_CONF_PATH": str(empty)},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"samba-tool ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        for name in ("private", "state", "bind-dns"):
            (made / name).rename(self.folder / name)
        for name in ("cache", "lock", "run"):
            (self.folder / name).mkdir()
        certificates(self.folder, f"DNS:localhost,IP:{self.address}")
        told = CONFIG.format(realm=REALM.upper(), domain=DOMAIN, address=self.address, folder=self.folder)
        self._config.write_text(told, "ascii")
        self._load(ldif)

    @property
    def _config(self) -> Path:
        return self.folder / "smb.conf"

    def _load(self, ldif: str) -> None:
        file = self.folder / "town.ldif"
        file.write_text(ldif, "utf-8")
        database = self.folder / "private" / "sam.ldb"
        said = run(find("ldbadd"), "-H", str(database), f"--configfile={self._config}", str(file))
        # It ends with 0 whatever happens.
        if any(word in said for word in ("ERR", "Error", "Failed")):
            raise RuntimeError(f"ldbadd: {said[-2000:]}")

    def start(self) -> None:
        with open(self.folder / "samba.out", "wb") as log:
            self.process = subprocess.Popen(
                [
                    find("samba"),
                    "-F",
                    "--no-process-group",
                    "--debug-stdout",
                    "-M",
                    "single",
                    "-s",
                    str(self._config),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        for _ in range(600):
            if self.process.poll() is not None:
                raise RuntimeError(f"samba ended:\n{(self.folder / 'samba.out').read_text()[-3000:]}")
            with socket.socket() as probe:
                if probe.connect_ex((self.address, PORTS[1])) == 0:
                    return
            time.sleep(0.1)
        raise RuntimeError("samba does not answer")

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(timeout=20)

    def modify(self, ldif: str) -> None:
        run(find("ldapmodify"), "-x", "-H", self.url, "-D", ADMIN, "-w", PASSWORD, text=ldif)

    def remove(self, dn: str) -> None:
        run(find("ldapdelete"), "-x", "-H", self.url, "-D", ADMIN, "-w", PASSWORD, dn)
