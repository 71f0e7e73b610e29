"""Runs a private Docker engine with the image `postgres:15` for as long as somebody needs it.

    python private_engine.py FOLDER

Everything of the engine lies in FOLDER; its socket is FOLDER/s. It also listens on a TCP port of the loopback
interface for who has the key in FOLDER/tls; FOLDER/tls/host names it. A user of the engine holds a shared lock on
FOLDER/users. When the last one has let go (also by dying) the engine is stopped and FOLDER removed. `ready` in FOLDER
says that it serves, `failed` why it does not.

The engine has a bridge of its own and touches no firewall rule, so it disturbs no other engine on the host.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from postgres_image import build

MAJOR = 15
KEPT_OPEN: list[Any] = []


def main(folder: Path) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    bridge = f"nself{secrets.token_hex(3)}"
    process: subprocess.Popen[bytes] | None = None
    try:
        add_bridge(bridge)
        process = start(folder, bridge, make_key(folder / "tls"))
        client = connect(folder, process)
        build(client, MAJOR, f"postgres:{MAJOR}")
        say(folder, "ready", "")
        wait_for_users(folder)
        for left in client.containers.list(all=True):
            left.remove(force=True, v=True)  # of a killed test run; the engine would ask them politely for 15 s
        client.close()
    except Exception as error:  # told to the tests, which decide whether to fail or to skip
        say(folder, "failed", f"{type(error).__name__}: {error}\n{tail(folder / 'log')}")
        wait_for_users(folder)
    finally:
        stop(process)
        subprocess.run(["ip", "link", "delete", bridge], check=False, stderr=subprocess.DEVNULL)
        unmount_below(folder)
        shutil.rmtree(folder, ignore_errors=True)


def add_bridge(name: str) -> None:
    taken = subprocess.run(["ip", "-o", "-4", "addr"], stdout=subprocess.PIPE, text=True, check=True).stdout
    third = next(n for n in secrets.SystemRandom().sample(range(256), 256) if f" 10.213.{n}." not in taken)
    subprocess.run(["ip", "link", "add", name, "type", "bridge"], check=True)
    subprocess.run(["ip", "addr", "add", f"10.213.{third}.1/24", "dev", name], check=True)
    subprocess.run(["ip", "link", "set", name, "up"], check=True)


def make_key(folder: Path) -> list[str]:
    """One key and certificate for both sides, under the names the docker client expects; the engine's arguments."""
    folder.mkdir()
    key, certificate, authority = (str(folder / name) for name in ("key.pem", "cert.pem", "ca.pem"))
    argv = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    argv += ["-days", "2", "-subj", "/CN=engine", "-addext", "subjectAltName=IP:127.0.0.1"]
    argv += ["-keyout", key, "-out", certificate]
    subprocess.run(argv, check=True)
    shutil.copyfile(certificate, authority)
    with socket.create_server(("127.0.0.1", 0)) as free:
        host = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    (folder / "host").write_text(host, encoding="utf-8")
    return [f"--host={host}", "--tlsverify", f"--tlscacert={authority}", f"--tlscert={certificate}", f"--tlskey={key}"]


def start(folder: Path, bridge: str, more: list[str]) -> subprocess.Popen[bytes]:
    dockerd = shutil.which("dockerd") or "/usr/sbin/dockerd"
    argv = [dockerd, f"--data-root={folder / 'data'}", f"--exec-root={folder / 'exec'}", f"--pidfile={folder / 'pid'}"]
    argv += [f"--host=unix://{folder / 's'}", f"--bridge={bridge}", "--iptables=false", "--ip6tables=false"]
    argv += ["--ip-masq=false", "--ip-forward=false", *more]
    path = {**os.environ, "PATH": os.environ.get("PATH", "") + ":/usr/sbin:/sbin"}
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=path)


def connect(folder: Path, process: subprocess.Popen[bytes]) -> Any:
    import docker

    deadline = time.monotonic() + 30
    while True:
        try:
            return docker.DockerClient(base_url=f"unix://{folder / 's'}", timeout=120)
        except docker.errors.DockerException:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def stop(process: subprocess.Popen[bytes] | None) -> None:
    """SIGTERM ends the containers too; the second chance is only for an engine that hangs."""
    if process is None:
        return
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def unmount_below(folder: Path) -> None:
    mounts = [line.split()[1] for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines()]
    for mount in sorted((m for m in mounts if m.startswith(f"{folder}/")), reverse=True):
        subprocess.run(["umount", "--lazy", mount], check=False, stderr=subprocess.DEVNULL)


def say(folder: Path, name: str, text: str) -> None:
    partial = folder / f"{name}.partial"
    partial.write_text(text, encoding="utf-8")
    partial.rename(folder / name)


def tail(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")[-2000:] if path.exists() else ""


def wait_for_users(folder: Path) -> None:
    """Block until no user holds the lock; from then on nobody new gets it."""
    users = (folder / "users").open("r+b")
    fcntl.flock(users, fcntl.LOCK_EX)
    KEPT_OPEN.append(users)


def detach() -> bool:
    """Go on in a process that has no parent and no terminal; False in the one that was called."""
    if os.fork():
        return False
    os.setsid()
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    return True


if __name__ == "__main__":
    if detach():
        main(Path(sys.argv[1]))
