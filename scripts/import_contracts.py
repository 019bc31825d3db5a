"""Import contracts of our own, for .importlinter.

import-linter's `forbidden`, `protected` and `independence` want every package named and present.
These bind a package that is made next year without anybody remembering to list it.
"""

from fnmatch import fnmatchcase
from typing import cast

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


def within(module: str, packages: list[str]) -> bool:
    """Whether `module` is one of `packages` or inside one."""
    return any(module == package or module.startswith(f"{package}.") for package in packages)


class Apart(Contract):
    """Packages in a folder that do not import each other, whichever they are.

    `folder`: the package that holds them; modules that lie beside them (`web.app`) may import all.
    """

    type_name = "apart"

    folder = fields.StringField()

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Collect the imports from one package of the folder by another."""
        folder = cast(str, self.folder)
        rooms = [child for child in graph.find_children(folder) if graph.find_children(child)]
        broken: list[tuple[str, str, int]] = []
        for importer in sorted(graph.find_descendants(folder)):
            own = next((room for room in rooms if within(importer, [room])), "")
            for imported in sorted(graph.find_modules_directly_imported_by(importer)) * bool(own):
                other = next((room for room in rooms if within(imported, [room])), own)
                if other != own:
                    details = graph.get_import_details(importer=importer, imported=imported)
                    broken += [(importer, imported, line["line_number"]) for line in details]
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print who imports what, and where."""
        _print_broken(check)


def _print_broken(check: ContractCheck) -> None:
    for importer, imported, line in cast(list[tuple[str, str, int]], check.metadata["broken"]):
        output.print_error(f"{importer} must not import {imported} (line {line})", bold=False)
    output.new_line()


class Guarded(Contract):
    """Modules that not everybody may import directly.

    `modules`: what is guarded, ours or others', with wildcards (`bedside.*.models`); it is no
    error if none exists or is imported. `only_in`: the packages that may; `not_in`: the packages
    that may not (one of the two). `shared_inside`: the package that holds a guarded module may.
    """

    type_name = "guarded"

    modules = fields.ListField(subfield=fields.StringField())
    only_in = fields.ListField(subfield=fields.StringField(), required=False, default=[])
    not_in = fields.ListField(subfield=fields.StringField(), required=False, default=[])
    shared_inside = fields.BooleanField(required=False, default=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Collect the imports by anybody else."""
        patterns = cast(list[str], self.modules)
        allowed, refused = cast(list[str], self.only_in), cast(list[str], self.not_in)
        broken: list[tuple[str, str, int]] = []
        for guarded in sorted(graph.modules):
            pattern = next((p for p in patterns if self._guards(p, guarded)), None)
            if pattern is None:
                continue
            own = [".".join(guarded.split(".")[:2])] if self.shared_inside else [pattern]
            for importer in sorted(graph.find_modules_that_directly_import(guarded)):
                if within(importer, refused) if refused else not within(importer, allowed + own):
                    details = graph.get_import_details(importer=importer, imported=guarded)
                    broken += [(importer, guarded, line["line_number"]) for line in details]
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print who imports what, and where."""
        _print_broken(check)

    @staticmethod
    def _guards(pattern: str, module: str) -> bool:
        return fnmatchcase(module, pattern) or fnmatchcase(module, f"{pattern}.*")
