"""Peers that live in Node.js: installed for one run, in the ground's own folder."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

from ground import Ground


def node_modules(place: Ground, *packages: str) -> Path | str:
    """A folder with these packages, whose versions are printed; or why there is none."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        return "Node.js with npm is not installed"
    folder = place.folder / "npm"
    folder.mkdir()
    command = [npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--silent", *packages]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    except subprocess.TimeoutExpired:
        return f"npm has not installed {' '.join(packages)} within two minutes"
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        return f"npm could not install {' '.join(packages)}: {last}"
    modules = folder / "node_modules"
    for package in packages:
        print(f"{package} {json.loads((modules / package / 'package.json').read_text())['version']}")
    return modules
