"""Where benchmarks run: a small Python environment of their own, an ordinary user, and memory to write in.

The environment holds only pytest, ours and the peers, copied from the Python that runs the script, so that all runs
find the same few plugins and differ in nothing but which of them are switched off. As root the children run as user
`postgres` or `nobody`, since some peers refuse root; the environment then stands where that user can read it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from measuring import Skipped

ROOT = Path(__file__).resolve().parent.parent
OURS = ("pytest_nself", "nself_cli")
CHILDREN = ("bare.py", "starting.py")  # of this folder: what runs inside the environment
WANTED = (
    "pytest-nself[embedded]",
    "pytest-xdist",
    "pytest-django",
    "django",
    "pytest-postgresql",
    "sqlalchemy",
    "setuptools",
)
EXTRA = ("testing.postgresql",)  # from the package index, if that can be reached
MEMORY = Path("/dev/shm")


@dataclass(frozen=True, slots=True)
class Ran:
    """One finished child: wall clock and processor time in milliseconds, and what it printed."""

    wall_ms: float
    cpu_ms: float
    output: str


@dataclass(frozen=True, slots=True)
class Ground:
    """The environment's Python, a folder in memory that the child's user owns, PostgreSQL's programs, that user."""

    python: Path
    folder: Path
    bin: Path
    uid: int
    gid: int
    plugins: tuple[str, ...]
    version: str

    @property
    def drops(self) -> bool:
        """Whether children run as another user than this process."""
        return self.uid != os.geteuid()

    def environment(self, more: Mapping[str, str] | None = None, *, as_root: bool = False) -> dict[str, str]:
        """A child's whole environment: nothing of ours but what it needs."""
        home = self.folder / ("root" if as_root else "home")
        return {
            "PATH": f"{self.bin}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(home),
            "TMPDIR": str(self.folder / "tmp"),
            "XDG_RUNTIME_DIR": str(home),
            "LANG": "C.UTF-8",
            **(more or {}),
        }

    def options(self, *, as_root: bool = False) -> dict[str, object]:
        """How `subprocess` takes the child's user."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.drops and not as_root else {}

    def project(self, name: str, files: Mapping[str, str]) -> Path:
        """A folder with these files, owned by the child's user."""
        root = self.folder / "projects" / name
        for path, text in {"pytest.ini": "[pytest]\n", **files}.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
        self._give(root)
        return root

    def _give(self, root: Path) -> None:
        if self.drops:
            for path in (root, *root.rglob("*")):
                os.chown(path, self.uid, self.gid)

    def pytest(
        self,
        project: Path,
        *arguments: str,
        using: Iterable[str] = (),
        more: Mapping[str, str] | None = None,
    ) -> Ran:
        """Run pytest in a process of its own with the plugins `using` alone. SystemExit shows a failed run."""
        off = [f"-pno:{name}" for name in self.plugins if name not in set(using)]
        command = [str(self.python), "-m", "pytest", "-q", *off, *arguments]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        began = time.perf_counter()
        run = subprocess.run(
            command,
            cwd=project,
            env=self.environment(more),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            **self.options(),  # type: ignore[call-overload]
        )
        wall_ms = (time.perf_counter() - began) * 1000
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if run.returncode != 0:
            raise SystemExit(f"{' '.join(command)}\nin {project} ended with {run.returncode}:\n{run.stdout[-3000:]}")
        cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return Ran(wall_ms, cpu_s * 1000, run.stdout)

    def has(self, module: str) -> None:
        """Skipped when the environment has no such module."""
        site = next((self.python.parent.parent / "lib").glob("python*/site-packages"))
        if not (site / Path(*module.split("."))).exists() and not (site / f"{module}.py").exists():
            raise Skipped(f"{module} is not installed")


@contextmanager
def ground() -> Iterator[Ground]:
    """The place to run in; its folder in memory is removed at the end."""
    os.umask(0o022)
    uid, gid = _user()
    python = _environment(uid, gid)
    folder = Path(tempfile.mkdtemp(prefix="nb-", dir=MEMORY if os.access(MEMORY, os.W_OK) else None))
    try:
        folder.chmod(0o711)
        for name in ("home", "tmp", "projects", "root"):
            (folder / name).mkdir(mode=0o755)
            if name != "root":
                os.chown(folder / name, uid, gid)
        programs = _programs()
        yield Ground(python, folder, programs, uid, gid, _plugin_names(python), _version(programs))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _user() -> tuple[int, int]:
    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    raise SystemExit("run benchmarks as an ordinary user: this system has neither postgres nor nobody")


def _programs() -> Path:
    sys.path.insert(0, str(ROOT))
    from pytest_nself.server.installation import find_embedded, find_installation

    found = find_installation(None, None)
    if isinstance(found, str):
        found = find_embedded()
    if isinstance(found, str):
        raise SystemExit(f"benchmarks need PostgreSQL's programs: {found}")
    return found.bin


def _version(programs: Path) -> str:
    said = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    return said.split()[2]


def _environment(uid: int, gid: int) -> Path:
    """The Python of the environment, made if need be; our own packages in it are as they are now."""
    distributions = _closure(WANTED)
    key = hashlib.sha256(repr(sorted((d.name, d.version) for d in distributions)).encode()).hexdigest()[:12]
    base = Path(tempfile.gettempdir()) / f"nself-bench-{os.getuid()}-{key}"
    base.mkdir(exist_ok=True)
    if base.stat().st_uid != os.getuid():
        raise SystemExit(f"{base} belongs to somebody else")
    with (base / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (base / ".whole").exists():
            print(f"making the benchmarks' Python environment in {base} …", file=sys.stderr)
            subprocess.run([_interpreter(uid, gid), "-m", "venv", "--without-pip", "--clear", str(base)], check=True)
            site = next((base / "lib").glob("python*/site-packages"))
            for distribution in distributions:
                _copy(distribution, site)
            for name in EXTRA:
                pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-input", "--target", str(site), name]
                subprocess.run(pip, check=False, capture_output=True, timeout=120)
            _compile(base, site)
            (base / ".whole").touch()
        if _copy_ours(base) and uid != os.geteuid():
            # pytest keeps its own bytecode of plugins beside them: the user that runs it must be able to write there.
            for folder, _, names in os.walk(base / "lib"):
                for path in (folder, *(os.path.join(folder, name) for name in names)):  # noqa: PTH118 - 10 000 files
                    os.chown(path, uid, gid, follow_symlinks=False)
    return base / "bin" / "python"


def _interpreter(uid: int, gid: int) -> str:
    """This Python, or the system's of the same version where the child's user cannot reach this one."""
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    tried = [os.path.realpath(sys.executable), f"/usr/bin/python{version}", f"/usr/local/bin/python{version}"]
    for path in tried:
        probe = [path, "-c", "import venv"]
        options = {"user": uid, "group": gid, "extra_groups": []} if uid != os.geteuid() else {}
        try:
            if subprocess.run(probe, cwd="/", capture_output=True, check=False, **options).returncode == 0:  # type: ignore[call-overload]
                return path
        except OSError:
            continue
    raise SystemExit(f"the user that benchmarks run as can reach no Python {version}; tried {', '.join(tried)}")


def _closure(names: Iterable[str]) -> list[metadata.Distribution]:
    """The distributions and all they require, as far as installed here."""
    from packaging.requirements import Requirement

    found: dict[str, metadata.Distribution] = {}
    waiting, seen = [Requirement(name) for name in names], set()
    while waiting:
        requirement = waiting.pop()
        if str(requirement) in seen:
            continue
        seen.add(str(requirement))
        try:
            distribution = metadata.distribution(requirement.name)
        except metadata.PackageNotFoundError:
            continue
        found[distribution.name] = distribution
        for text in distribution.requires or ():
            needed = Requirement(text)
            extras = requirement.extras or {""}
            if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in extras):
                waiting.append(needed)
    return list(found.values())


def _copy(distribution: metadata.Distribution, site: Path) -> None:
    for file in distribution.files or ():
        source = Path(str(distribution.locate_file(file)))
        if ".." in file.parts or file.suffix == ".pth" or not source.is_file():
            continue
        target = site / file
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)


def _copy_ours(base: Path) -> bool:
    """Our packages, replaced and compiled when they have changed; whether they had."""
    here = Path(__file__).parent
    sources = [path for name in OURS for path in sorted((ROOT / name).rglob("*")) if _counts(path)]
    sources += [here / name for name in CHILDREN]
    digest = hashlib.sha256()
    for path in sources:
        digest.update(f"{path}\0".encode() + path.read_bytes())
    stamp = base / ".ours"
    if stamp.exists() and stamp.read_text() == digest.hexdigest():
        return False
    site = next((base / "lib").glob("python*/site-packages"))
    for name in OURS:
        shutil.rmtree(site / name, ignore_errors=True)
        shutil.copytree(ROOT / name, site / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.rmtree(base / "benchmarks", ignore_errors=True)
    (base / "benchmarks").mkdir()
    for name in CHILDREN:
        shutil.copy2(here / name, base / "benchmarks")
    _compile(base, *(site / name for name in OURS), base / "benchmarks")
    stamp.write_text(digest.hexdigest())
    return True


def _counts(path: Path) -> bool:
    return path.is_file() and "__pycache__" not in path.parts


def _compile(base: Path, *folders: Path) -> None:
    command = [str(base / "bin" / "python"), "-m", "compileall", "-q", *map(str, folders)]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run(command, check=False, capture_output=True, env=environment)


def _plugin_names(python: Path) -> tuple[str, ...]:
    """Every pytest plugin in the environment, by the name that `-p no:` takes."""
    code = (
        "from importlib.metadata import entry_points; "
        "print(*sorted({point.name for point in entry_points(group='pytest11')}))"
    )
    names = subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=True).stdout
    return tuple(names.split())
