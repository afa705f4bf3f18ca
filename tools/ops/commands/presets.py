"""Check the encoding presets and profiles."""

from argparse import Namespace
from pathlib import Path

from media_pipeline.encoding.profiles import PresetDocuments
from tools.ops.adapters import Adapters
from tools.ops.commands.dialog import counted
from tools.ops.views import tables
from tools.ops.views.preset_report import documents_of, preset_report
from tools.terminal import Terminal


def presets(adapters: Adapters, terminal: Terminal, options: Namespace) -> bool:
    """Show the presets and profiles in force, and every error in them."""
    return _presets_are_good(terminal, adapters.presets.documents())


def preset_files(terminal: Terminal, folder: Path) -> bool:
    """Show presets and profiles that lie in a folder, and every error in them; AWS is not asked."""
    return _presets_are_good(terminal, documents_of(folder))


def _presets_are_good(terminal: Terminal, documents: PresetDocuments) -> bool:
    report = preset_report(documents)
    terminal.show(tables.presets_view(report))
    for error in report.errors:
        terminal.print_error(tables.printable(error))
    if report.errors:
        terminal.print_error(
            f"{counted(len(report.errors), 'error')}: new uploads wait until they are fixed."
        )
    return not report.errors
