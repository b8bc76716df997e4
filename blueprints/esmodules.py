"""How a module of static/js is written, as far as it matters to make scripts of many.

It reads imports of names from `hallway/…`, exports of named functions, classes and constants, and
`import("hallway/…")`; whatever else a line begins with `import` or `export` for is refused.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

PREFIX = "hallway/"
IMPORT = re.compile(
    r'^import (?:\{(?P<names>[^}]*)\} from )?"hallway/(?P<module>[\w/]+)";.*\n', re.MULTILINE
)
EXPORT = re.compile(
    r"^export (?P<kind>async function|function|class|const) (?P<name>\w+)", re.MULTILINE
)
# To the first line that begins with a brace, or all in one line.
BRACED = re.compile(
    r"^export (?P<kind>async function|function|class) (?P<name>\w+)"
    r"(?P<rest>.*\}\n|.*\n(?:(?!\}).*\n)*\}\n)",
    re.MULTILINE,
)
CONSTANT = re.compile(r"^export const (?P<name>\w+) = ", re.MULTILINE)
DOCUMENTATION = re.compile(r"/\*\*.*?\*/", re.DOTALL)
LATE = re.compile(r'\bimport\("hallway/([\w/]+)"\)')
LEFT_OVER = re.compile(r"^(?:import|export)\b(?!\().*", re.MULTILINE)

Names = Mapping[tuple[str, str], str]


class CannotBundle(ValueError):
    """A module is written in a way that is not read here; the text says which and why."""


@dataclass(frozen=True)
class Module:
    """One file of static/js, taken apart."""

    name: str
    source: str

    @cached_property
    def imports(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Each module it imports, with pairs: the name exported there, the name used here."""
        return [
            (found["module"], [_renamed(part) for part in _parts(found["names"])])
            for found in IMPORT.finditer(self.source)
        ]

    @cached_property
    def taken(self) -> list[tuple[tuple[str, str], str]]:
        """Each name it imports, as `(module, name)`, and the name it has here."""
        return [((m, name), here) for m, names in self.imports for name, here in names]

    @cached_property
    def late(self) -> list[str]:
        """The modules it imports when they are needed."""
        # Documentation names types in the same way.
        return LATE.findall(DOCUMENTATION.sub("", self.source))

    @cached_property
    def exports(self) -> list[str]:
        """The names it exports."""
        return [found["name"] for found in EXPORT.finditer(self.source)]

    def block(self, inside: Names) -> str:
        """Its code in a function, with what it exports in variables outside.

        :param inside: which variable holds what a module exports.
        """
        functions: list[str] = []

        def set_to(name: str) -> str:
            variable = inside[self.name, name]
            return f"{variable} = " if variable == name else f"const {name} = {variable} = "

        def lift(found: re.Match[str]) -> str:
            kind, name, rest = found["kind"], found["name"], found["rest"].rstrip()
            if kind == "class":
                return f"{set_to(name)}class {name}{rest};\n"
            # A function can be called above the place where it stands.
            functions.append(f"{set_to(name)}{kind} {rest};")
            return ""

        code = BRACED.sub(lift, IMPORT.sub("", self.source))
        code = CONSTANT.sub(lambda found: set_to(found["name"]), code)
        if left := LEFT_OVER.search(code):
            raise CannotBundle(f"{PREFIX}{self.name} has a line that is not read: {left[0]}")
        renamed = [f"const {n} = {inside[key]};" for key, n in self.taken if inside[key] != n]
        return "\n".join(["(() => {", *renamed, *functions, code, "})();"])


def _parts(names: str | None) -> list[str]:
    return [part.strip() for part in (names or "").split(",") if part.strip()]


def _renamed(part: str) -> tuple[str, str]:
    exported, _, here = part.partition(" as ")
    return exported, here or exported
