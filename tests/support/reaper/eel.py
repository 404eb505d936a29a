"""A small EEL2: the part of REAPER's effect language that our probe uses, turned into Python.

Names are case-insensitive and begin as 0; memory is one array that everything indexes. Known are
arithmetic with ``^``, comparison, the ternary, assignment with and without an operator, ``loop``,
indexing of memory and of ``gmem``, and a handful of functions. Anything else is a `SyntaxError`.
The rules are those of Cockos' JSFX reference, https://www.reaper.fm/sdk/js/basiccode.php.
"""

import math
import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+\.?\d*)|(?P<name>\$?[A-Za-z_][A-Za-z_0-9]*)"
    r"|(?P<op>\+=|-=|\*=|/=|==|>=|<=|!=|[-+*/^()\[\];,=<>?:]))"
)
_FUNCTIONS = {"sin", "cos", "sqrt", "min", "max", "abs", "get_host_placement"}
_LEVELS = (("==", "!=", "<", ">", "<=", ">="), ("+", "-"), ("*", "/"))
_COMPARISONS = {"==": "abs({0} - {1}) < 1e-5", "!=": "abs({0} - {1}) >= 1e-5"}


class _Parser:
    """One section of an effect, as lines of Python."""

    def __init__(self, code: str) -> None:
        code = re.sub(r"//.*", "", code)
        self._tokens: list[str] = []
        position = 0
        while code[position:].strip():
            found = _TOKEN.match(code, position)
            if found is None:
                raise SyntaxError(
                    f"not EEL2 as it is known here: {code[position : position + 30]!r}"
                )
            self._tokens.append((found["number"] or found["name"] or found["op"]).lower())
            position = found.end()
        self._lines: list[str] = []
        self._depth = 1
        self._names = 0

    def lines(self) -> list[str]:
        while self._tokens:
            self._statement()
        return self._lines

    def _emit(self, line: str) -> None:
        self._lines.append("    " * self._depth + line)

    def _take(self, wanted: str = "") -> str:
        token = self._tokens.pop(0) if self._tokens else ""
        if wanted and token != wanted:
            raise SyntaxError(f"expected {wanted!r}, got {token!r}")
        return token

    def _peek(self) -> str:
        return self._tokens[0] if self._tokens else ""

    def _statement(self) -> None:
        if self._peek() == ";":
            self._take()
        elif self._peek() == "loop":
            self._loop()
        else:
            left = self._expression()
            if self._peek() == "?":
                self._take()
                self._block(f"if {left}:")
            elif self._peek() in ("=", "+=", "-=", "*=", "/="):
                self._emit(f"{left} {self._take()} {self._expression()}")
            else:
                self._emit(left)
            if self._tokens and self._peek() != ")":
                self._take(";")

    def _loop(self) -> None:
        self._take("loop")
        self._take("(")
        times = self._expression()
        self._take(",")
        self._depth, depth = self._depth + 1, self._depth
        self._lines.append("    " * depth + f"for _ in range(int({times})):")
        while self._tokens and self._peek() != ")":
            self._statement()
        self._take(")")
        self._depth = depth

    def _block(self, head: str) -> None:
        self._take("(")
        self._emit(head)
        self._depth += 1
        while self._peek() != ")":
            self._statement()
        self._take(")")
        self._depth -= 1

    def _expression(self, level: int = 0) -> str:
        if level == len(_LEVELS):
            return self._power()
        left = self._expression(level + 1)
        while self._peek() in _LEVELS[level]:
            operator = self._take()
            right = self._expression(level + 1)
            form = _COMPARISONS.get(operator, f"({{0}} {operator} {{1}})")
            left = form.format(left, right)
        return left

    def _power(self) -> str:
        left = self._unary()
        if self._peek() == "^":
            self._take()
            return f"({left} ** {self._unary()})"
        return left

    def _unary(self) -> str:
        if self._peek() == "-":
            self._take()
            return f"(-{self._unary()})"
        return self._primary()

    def _primary(self) -> str:
        word = self._take()
        if word == "(":
            inner = self._expression()
            self._take(")")
            return f"({inner})"
        if not word:
            raise SyntaxError("it ends too soon")
        if word[0].isdigit():
            return word
        if word == "$pi":
            return "math.pi"
        if word in _FUNCTIONS:
            return self._call(word)
        if self._peek() == "(":
            raise SyntaxError(f"the function {word} is not known here")
        value = f"v_{word}"
        if self._peek() == "[":
            self._take()
            index = self._expression()
            self._take("]")
            return f"gmem[int({index})]" if word == "gmem" else f"mem[int({value} + {index})]"
        return value

    def _call(self, name: str) -> str:
        self._take("(")
        args = []
        while self._peek() != ")":
            args.append(self._expression())
            if self._peek() == ",":
                self._take()
        self._take(")")
        python = {"sin": "math.sin", "cos": "math.cos", "sqrt": "math.sqrt"}.get(name, name)
        return f"{python}({', '.join(args)})"


class Effect:
    """An effect that can be played through.

    Args:
        path: The source.
        rate: Samples a second.
        track: Index of the track that it is on, from 0; -1 for the master.
        gmem: The memory that it shares.
    """

    def __init__(self, path: Path, *, rate: float, track: int, gmem: dict[int, float]) -> None:
        parts = re.split(r"^@(\w+)[ \t]*\n", path.read_text(encoding="utf-8"), flags=re.M)
        self.head = parts[0]
        sections = dict(zip(parts[1::2], parts[2::2], strict=True))
        self.memory: defaultdict[int, float] = defaultdict(float)
        self._variables: dict[str, float] = {"v_srate": rate, "v_spl0": 0.0, "v_spl1": 0.0}
        self._scope = {
            "math": math,
            "mem": self.memory,
            "gmem": gmem,
            "get_host_placement": lambda: track,
        }
        self._sections = {name: self._compile(code) for name, code in sections.items()}
        self._sections["init"](1)
        self._sections["block"](1)

    def _compile(self, code: str) -> Callable[[int], None]:
        lines = _Parser(code).lines()
        names = sorted(set(re.findall(r"\bv_\w+", "\n".join(lines))))
        load = [f"    {name} = variables.get('{name}', 0.0)" for name in names]
        keep = [f"    variables['{name}'] = {name}" for name in names]
        source = "\n".join(["def run(_times):", *load, *lines, *keep])
        space = {**self._scope, "variables": self._variables}
        exec(compile(source, "<eel>", "exec"), space)  # noqa: S102 - our own effect
        run: Callable[[int], None] = space["run"]  # type: ignore[assignment]
        return run

    def play(self, left: list[float], right: list[float]) -> tuple[list[float], list[float]]:
        """What comes out for what goes in."""
        out: tuple[list[float], list[float]] = ([], [])
        for l_in, r_in in zip(left, right, strict=True):
            self._variables["v_spl0"], self._variables["v_spl1"] = l_in, r_in
            self._sections["sample"](1)
            out[0].append(self._variables["v_spl0"])
            out[1].append(self._variables["v_spl1"])
        return out
