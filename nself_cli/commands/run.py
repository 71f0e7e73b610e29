"""`nself db run`, as `nself db schema import` was called in earlier releases."""

from __future__ import annotations

from copy import copy
from importlib import import_module

import click

command: click.Command = copy(import_module("nself_cli.commands.schema.import").command)
command.name, command.hidden = "run", True
command.help = (command.help or "").replace("nself db schema import", "nself db run")
