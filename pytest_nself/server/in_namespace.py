"""Run a program in a user namespace of its own, in which we carry another uid (a script: `python -I -S`).

Arguments: the uid and gid to carry inside, then the command line. PostgreSQL refuses to run as uid 0; in here it
sees the uid it is told, while its files stay ours and folders closed to others stay open to it.
"""

import ctypes
import os
import sys

CLONE_NEWUSER = 0x10000000


def main() -> None:
    uid, gid, *command = sys.argv[1:]
    outside_uid, outside_gid = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER) != 0:
        number = ctypes.get_errno()
        sys.exit(f"no user namespace can be made here: {os.strerror(number)}")
    _write("setgroups", "deny")
    _write("uid_map", f"{uid} {outside_uid} 1")
    _write("gid_map", f"{gid} {outside_gid} 1")
    os.execv(command[0], command)


def _write(name: str, text: str) -> None:
    handle = os.open(f"/proc/self/{name}", os.O_WRONLY)
    os.write(handle, text.encode())
    os.close(handle)


main()
