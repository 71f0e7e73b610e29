"""npm packages for tests: installed once per set of versions, and kept between runs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

from filelock import FileLock
from platformdirs import user_cache_path

from .conftest import missing

INSTALL_NODE = "apt-get install nodejs npm"


def npm_folder(packages: dict[str, str]) -> Path:
    """A folder whose node_modules holds the packages, by name and version."""
    for program in ("node", "npm"):
        if not shutil.which(program):
            missing(f"{program} is needed to run the real tool", INSTALL_NODE)
    wanted = json.dumps({"private": True, "type": "module", "dependencies": packages}, indent=2, sort_keys=True)
    folder = user_cache_path("pytest-nself") / "npm" / sha256(wanted.encode()).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "install.lock"):
        done = folder / "installed"
        if not done.exists():
            (folder / "package.json").write_text(wanted, encoding="utf-8")
            command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
            ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
            if ended.returncode:
                names = " ".join(f"{name}@{version}" for name, version in packages.items())
                missing(f"npm could not install {names} ({ended.stderr.strip()[-500:]})", f"npm install {names}")
            done.touch()
    return folder


def run_node(folder: Path, script: str, *arguments: str) -> str:
    """Run a script's text there, whose imports are the folder's packages; gives what it prints."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "NODE_OPTIONS"))}
    command = ["node", "--input-type=module", "--eval", script, "--", *arguments]
    ended = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout
