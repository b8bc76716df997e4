"""ES modules become few scripts: one for an entry, one for each module that is imported late."""

from collections import Counter
from collections.abc import Mapping

from blueprints.esmodules import PREFIX, CannotBundle, Module, Names

# What a module would mean that uses one of these without importing it.
OF_THE_BROWSER = frozenset({
    "close", "find", "focus", "open", "print", "stop", "scroll",
})  # fmt: skip


class Graph:
    """What an entry needs, and which script each module goes into.

    :param sources: the text of every module by its name, as `times` for `hallway/times`.
    :raises CannotBundle: for a missing module, a circle, or a module imported late and at once.
    """

    def __init__(self, sources: Mapping[str, str], entry: str) -> None:
        self.entry = entry
        self.sources = sources
        self.modules: dict[str, Module] = {}
        self.importers: dict[str, list[str]] = {entry: []}
        needed: dict[str, list[str]] = {}
        for script in (scripts := [entry]):
            for name in self._closure(script, (), {}):
                needed.setdefault(name, []).append(script)
                for late in self.modules[name].late:
                    self.importers.setdefault(late, []).append(script)
                    scripts += [late] if late not in scripts else []
        self.scripts = scripts
        self.places = {name: self._place(users) for name, users in needed.items()}
        for script in scripts:
            if self.places[script] != script:
                raise CannotBundle(f"{PREFIX}{script} is imported late and at once")

    def of(self, script: str) -> list[Module]:
        """The modules of a script, each after those it imports."""
        return [self.modules[name] for name, place in self.places.items() if place == script]

    def _closure(self, name: str, way: tuple[str, ...], found: dict[str, None]) -> dict[str, None]:
        """Add to `found` a module and all it imports, each after what it imports itself."""
        if name in way:
            raise CannotBundle(f"Modules import each other: {' → '.join([*way, name])}")
        if name in found:
            return found
        if name not in self.sources:
            raise CannotBundle(f"{way[-1] if way else 'A page'} imports {PREFIX}{name}: not there")
        module = self.modules.setdefault(name, Module(name, self.sources[name]))
        for imported, _ in module.imports:
            self._closure(imported, (*way, name), found)
        found[name] = None
        return found

    def way(self, script: str, beyond: tuple[str, ...] = ()) -> list[str]:
        """The scripts that are certainly loaded once this one is, from the entry to itself."""
        users = [user for user in self.importers[script] if user not in beyond]
        return [*_shared([self.way(user, (*beyond, script)) for user in users]), script]

    def _place(self, users: list[str]) -> str:
        """Where a module lies: in the last script that all who need it have loaded."""
        return _shared([self.way(user) for user in users])[-1]


def bundle(sources: Mapping[str, str], entry: str) -> dict[str, str]:
    """The scripts of an entry by the name of the module each is for; the entry's comes first.

    Scripts find each other as `hallway/…`. An entry without late imports is a classic script too.

    :param sources: the text of every module by its name, as `times` for `hallway/times`.
    :raises CannotBundle: for what cannot be read, and for a name nobody exports.
    """
    graph = Graph(sources, entry)
    modules = graph.modules.values()
    exports = [(module.name, name) for module in modules for name in module.exports]
    for importer in modules:
        for key in (key for key, _ in importer.taken if key not in exports):
            raise CannotBundle(
                f"{importer.name} imports {key[1]}, which {PREFIX}{key[0]} does not export"
            )
    times = Counter(name for _, name in exports)
    inside = {
        (module, name): name
        if times[name] == 1 and name not in OF_THE_BROWSER
        else f"{name}${module.replace('/', '$')}"
        for module, name in exports
    }
    between = {key: f"${number}" for number, key in enumerate(exports)}
    return {script: _script(graph, script, inside, between) for script in graph.scripts}


def _script(graph: Graph, script: str, inside: Names, between: Names) -> str:
    """The modules of a script in a function, with what it takes from and gives to others."""
    here = graph.of(script)
    own = {(module.name, name) for module in here for name in module.exports}
    taken = {key for module in here for key, _ in module.taken} - own
    others = [module for other in graph.scripts if other != script for module in graph.of(other)]
    wanted = own & {key for module in others for key, _ in module.taken}
    late = {(script, name) for name in graph.modules[script].exports if script != graph.entry}
    given = sorted(wanted | late)
    names = [between[key] for key in sorted(wanted)]
    names += [f"{between[key]} as {key[1]}" for key in sorted(late)]
    brought: dict[str, list[str]] = {}
    for key in sorted(taken):
        brought.setdefault(graph.places[key[0]], []).append(between[key])
    lines = [
        '"use strict";',
        *(f'import {{ {", ".join(n)} }} from "{PREFIX}{place}";' for place, n in brought.items()),
        _declared("let", [between[key] for key in given]),
        # Within a function every name may be made short.
        "(() => {",
        _declared("const", [f"{inside[key]} = {between[key]}" for key in sorted(taken)]),
        _declared("let", [inside[key] for key in sorted(own)]),
        *(module.block(inside) for module in here),
        *(f"{between[key]} = {inside[key]};" for key in given),
        "})();",
        f"export {{ {', '.join(names)} }};" if names else "",
    ]
    return "\n".join(line for line in lines if line)


def _declared(how: str, names: list[str]) -> str:
    return f"{how} {', '.join(names)};" if names else ""


def _shared(ways: list[list[str]]) -> list[str]:
    """What all the ways begin with; nothing of none."""
    same = 0
    for steps in zip(*ways, strict=False):
        if len(set(steps)) > 1:
            break
        same += 1
    return ways[0][:same] if ways else []
