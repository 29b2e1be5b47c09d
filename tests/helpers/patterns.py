"""Every regular expression of the project, and the methods that it is used with."""

import ast
import functools
import importlib
import re
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from settings import ROOT

PARTS = ("settings", "api", "components", "services", "travel", "db", "exports", "backboard_client", "emulator")
METHODS = ("search", "match", "fullmatch", "findall", "finditer", "sub", "subn", "split")
_MAY_USE = re.compile(rf"\.(?:{'|'.join(METHODS)}|compile)\b")
_FLAGS_AT = {"compile": 1, "search": 2, "match": 2, "fullmatch": 2, "findall": 2, "finditer": 2}


@dataclass(frozen=True)
class Use:
    """A pattern, how it is used, and where that stands: file:line."""

    place: str
    pattern: re.Pattern[Any]
    method: str

    def __call__(self, text: str) -> None:
        """Use it on a text."""
        subject = text.encode("utf-8", "surrogatepass") if isinstance(self.pattern.pattern, bytes) else text
        if self.method in ("search", "match", "fullmatch"):
            getattr(self.pattern, self.method)(subject)
        else:
            deque(self.pattern.finditer(subject), maxlen=0)


def modules() -> dict[Path, ast.Module]:
    """Return the modules that may meet text from outside, and use what is named like a method of a pattern."""
    files = [file for part in PARTS for file in (ROOT / f"{part}.py", *sorted((ROOT / part).rglob("*.py")))]
    texts = {file.relative_to(ROOT): file.read_text("utf-8") for file in files if file.is_file()}
    return {file: ast.parse(text) for file, text in texts.items() if _MAY_USE.search(text)}


@functools.cache
def found() -> tuple[list[Use], set[str]]:
    """Return the uses whose pattern can be read where it stands, and the places of the others. It takes 2 s."""
    trees = modules()
    methods = _methods_by_name(trees)
    uses: list[Use] = []
    unread: set[str] = set()
    for file, tree in trees.items():
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _of_re(node.func)]
        parents = (
            {child: parent for parent in ast.walk(tree) for child in ast.iter_child_nodes(parent)} if calls else {}
        )
        for call in calls:
            method = _of_re(call.func)
            assert method is not None
            place = f"{file.as_posix()}:{call.lineno}"
            try:
                pattern = _read(call, method, _names(file, call, parents))
            except Exception:  # whatever a name stands for that is not known before the code runs
                unread.add(place)
                continue
            used = methods.get(_given_to(parents[call]), set()) if method == "compile" else {method}
            uses += [Use(place, pattern, one) for one in sorted(used or {"finditer"})]
    return uses, unread


@contextmanager
def recording() -> Iterator[dict[Use, None]]:
    """Note every pattern that the project's code hands to `re` meanwhile."""
    noted: dict[Use, None] = {}

    def noting(method: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(pattern: Any, *args: Any, **kwargs: Any) -> Any:
            frame = sys._getframe(1)
            file = Path(frame.f_code.co_filename)
            if file.is_relative_to(ROOT) and file.relative_to(ROOT).parts[0].removesuffix(".py") in PARTS:
                at = _FLAGS_AT.get(method)
                flags = kwargs.get("flags", args[at - 1] if at and len(args) >= at else 0)
                place = f"{file.relative_to(ROOT).as_posix()}:{frame.f_lineno}"
                noted[Use(place, re._compile(pattern, flags), "finditer" if method == "compile" else method)] = None  # type: ignore[attr-defined]
            return real(pattern, *args, **kwargs)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for name in ("compile", *METHODS):
            patch.setattr(re, name, noting(name, getattr(re, name)))
        yield noted


def _of_re(func: ast.expr) -> str | None:
    """Return which function of `re` this is, if any."""
    if not (isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name) and func.value.id == "re"):
        return None
    return func.attr if func.attr in (*METHODS, "compile") else None


def _methods_by_name(trees: dict[Path, ast.Module]) -> dict[str | None, set[str]]:
    """Return with which methods a name is used anywhere; a match that begins anywhere is like a search for all."""
    found: dict[str | None, set[str]] = {}
    for tree in trees.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.attr in METHODS:
                found.setdefault(node.value.id, set()).add(node.attr)
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="match"), args=[_, _, *_]):
                    found.setdefault(name, set()).add("finditer")
    return found


def _given_to(parent: ast.AST) -> str | None:
    """Return the name that a pattern gets, if it gets one."""
    if isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Name):
        return parent.targets[0].id
    return None


def _names(file: Path, node: ast.AST, parents: dict[ast.AST, ast.AST]) -> dict[str, Any]:
    """Return what the names mean where *node* stands: the module's, and what its function assigns to constants."""
    names = dict(vars(importlib.import_module(".".join(file.with_suffix("").parts).removesuffix(".__init__"))))
    functions: list[ast.AST] = []
    while node in parents:
        node = parents[node]
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            functions.insert(0, node)
    for function in functions:
        for line in ast.walk(function):
            if isinstance(line, ast.Assign) and isinstance(
                line.value, ast.Constant | ast.JoinedStr | ast.BinOp | ast.Tuple
            ):
                try:
                    exec(compile(ast.Module([line], []), str(file), "exec"), names)
                except Exception:
                    continue
    return names


def _read(call: ast.Call, method: str, names: dict[str, Any]) -> re.Pattern[Any]:
    at = _FLAGS_AT.get(method)
    flags = [word.value for word in call.keywords if word.arg == "flags"] + (call.args[at : at + 1] if at else [])
    pattern, *given = (eval(compile(ast.Expression(node), "", "eval"), names) for node in (call.args[0], *flags))
    return re.compile(pattern, *given)
