"""The three grammars, by recursive descent with one token of look-ahead.

    condition  := and (OR and)*          and := not (AND not)*          not := NOT* primary
    primary    := operand (= | <> | < | <= | > | >=) operand
                | operand BETWEEN operand AND operand  |  operand IN ( operand , … )
                | function ( operand , … )  |  ( condition )
    operand    := path  |  :value  |  function ( operand , … )  |  ( operand )
    update     := (SET path = sum , … | REMOVE path , … | ADD path :value , … | DELETE path :value , …)+
    sum        := term [(+ | -) term]           term := operand without sums, or ( sum )
    projection := path , …

AWS's Developer Guide, "Condition and filter expressions, operators, and functions", gives the grammar; that a parenthesised path
may go on with a dot in a condition and not elsewhere, and that any function parses anywhere, was recorded on AWS by dynalite's
suite. Which functions exist and where they may stand is decided after parsing.

Text that is too long is refused before parsing, doubled parentheses after it. No expression of 300 operators, which is the
limit, needs more than 300 nested parentheses; deeper ones are refused where they are met, for their operators if these are too
many and else as redundant.
"""

from __future__ import annotations

from typing import Final, NoReturn

from condemu.core.errors import ServiceError
from condemu.dynamodb.errors import expressions as errors
from condemu.dynamodb.expressions.lexer import Token, syntax_error, tokenise
from condemu.dynamodb.expressions.nodes import (
    And,
    Between,
    Call,
    Clause,
    Comparison,
    Condition,
    In,
    Not,
    Operand,
    Or,
    Path,
    Sum,
    Update,
    ValueRef,
)

MAX_EXPRESSION_SIZE: Final = 4096  # Developer Guide, "Constraints": 4 KB of UTF-8, before substitution
MAX_OPERATORS: Final = 300  # Developer Guide, "Constraints"
MAX_NESTING: Final = MAX_OPERATORS  # Python's stack bears so many
COMPARATORS: Final = frozenset(("=", "<>", "<", "<=", ">", ">="))
_CONDITION_WORDS: Final = frozenset(("AND", "OR", "NOT", "BETWEEN", "IN"))
_SECTIONS: Final = frozenset(("SET", "REMOVE", "ADD", "DELETE"))


def parse_condition(expression: str, text: str) -> Condition:
    """`expression` is the member's name, for the messages: ConditionExpression, FilterExpression or KeyConditionExpression."""
    parser = _Parser(expression, text, _CONDITION_WORDS)
    node = parser.condition(may_be_operand=False)
    parser.finish()
    assert not isinstance(node, Path | ValueRef | Sum)
    return node


def parse_update(expression: str, text: str) -> Update:
    parser = _Parser(expression, text, _SECTIONS)
    node = parser.update()
    parser.finish()
    return node


def parse_projection(expression: str, text: str) -> tuple[Path, ...]:
    parser = _Parser(expression, text, frozenset())
    paths = [parser.path()]
    while parser.take(","):
        paths.append(parser.path())
    parser.finish()
    return tuple(paths)


class _Parser:
    """The tokens of one expression and the place reached among them. `keywords` cannot be attribute names."""

    def __init__(self, expression: str, text: str, keywords: frozenset[str]) -> None:
        if not text:
            raise ServiceError(errors.EMPTY_EXPRESSION, {"expression": expression})
        size = len(text) if text.isascii() else len(text.encode("utf-8", "replace"))
        if size > MAX_EXPRESSION_SIZE:
            raise ServiceError(
                errors.EXPRESSION_TOO_LONG, {"expression": expression, "size": size}, because=f"it has {size} bytes of UTF-8"
            )
        self.expression = expression
        self.text = text
        self.keywords = keywords
        self.tokens = tokenise(text)
        self.position = 0
        self.token: Token = self.tokens[0]
        self.depth = 0
        self.closed: dict[int, int] = {}  # where a grouping parenthesis opened: where it closed
        self.redundant = False

    # --- tokens

    def advance(self) -> None:
        self.position += 1
        self.token = self.tokens[self.position]

    def fail(self) -> NoReturn:
        syntax_error(self.expression, self.text, self.tokens, self.position)

    def take(self, word: str) -> bool:
        """Step over this sign or keyword if it comes next."""
        if self.token.word != word:
            return False
        self.advance()
        return True

    def expect(self, word: str) -> None:
        if self.token.word != word:
            self.fail()
        self.advance()

    def finish(self) -> None:
        if self.token.kind != "end":
            self.fail()
        if self.redundant:
            raise ServiceError(errors.REDUNDANT_PARENTHESES, {"expression": self.expression})

    # --- parentheses that group

    def open(self) -> int:
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise self.nested_too_deeply()
        start = self.position
        self.advance()
        return start

    def nested_too_deeply(self) -> ServiceError:
        words = [token.word for token in self.tokens]
        # The AND of a BETWEEN is no operator of its own.
        count = sum(word in COMPARATORS or word in _CONDITION_WORDS for word in words) - words.count("BETWEEN")
        row = errors.TOO_MANY_OPERATORS if count > MAX_OPERATORS else errors.REDUNDANT_PARENTHESES
        because = f"more than {MAX_NESTING} parentheses are nested"
        return ServiceError(row, {"expression": self.expression, "count": count}, because=because)

    def close(self, start: int) -> None:
        """End the group that began at `start`. It is redundant when it holds exactly another group."""
        if self.closed.get(start + 1) == self.position - 1:
            self.redundant = True
        self.closed[start] = self.position
        self.depth -= 1
        self.expect(")")

    # --- conditions

    def condition(self, *, may_be_operand: bool) -> Condition | Operand:
        """A condition; or, where `may_be_operand`, an operand that is followed by a closing parenthesis."""
        alternatives: list[Condition] = []
        terms: list[Condition] = []
        while True:
            negations = 0
            while self.take("NOT"):
                negations += 1
            alone = may_be_operand and not (negations or terms or alternatives)
            node = self.predicate(may_be_operand=alone)
            if isinstance(node, Path | ValueRef | Sum):
                return node
            terms.append(Not(negations, node) if negations else node)
            if self.take("AND"):
                continue
            alternatives.append(terms[0] if len(terms) == 1 else And(tuple(terms)))
            terms = []
            if not self.take("OR"):
                return alternatives[0] if len(alternatives) == 1 else Or(tuple(alternatives))

    def predicate(self, *, may_be_operand: bool) -> Condition | Operand:
        operand: Operand
        if self.token.word == "(":
            start = self.open()
            inner = self.condition(may_be_operand=True)
            self.close(start)
            if not isinstance(inner, Path | ValueRef | Call):
                return inner
            operand = self.steps(inner.parts) if isinstance(inner, Path) else inner
        else:
            operand = self.operand()
        word = self.token.word
        if word in COMPARATORS:
            self.advance()
            return Comparison(word, operand, self.operand())
        if word == "BETWEEN":
            self.advance()
            lower = self.operand()
            self.expect("AND")
            return Between(operand, lower, self.operand())
        if word == "IN":
            self.advance()
            self.expect("(")
            members = [self.operand()]
            while self.take(","):
                members.append(self.operand())
            self.expect(")")
            return In(operand, tuple(members))
        if not isinstance(operand, Call) and not (may_be_operand and word == ")"):
            self.fail()
        return operand

    # --- operands

    def operand(self) -> Operand:
        token = self.token
        if token.kind == "value":
            self.advance()
            return ValueRef(token.text)
        if token.word == "(":
            start = self.open()
            inner = self.operand()
            self.close(start)
            return self.steps(inner.parts) if isinstance(inner, Path) and self.keywords is _CONDITION_WORDS else inner
        if token.kind == "name" and token.word not in self.keywords and self.tokens[self.position + 1].text == "(":
            return self.call()
        return self.path()

    def call(self) -> Call:
        function = self.token.text
        self.advance()
        self.open()
        arguments = [self.operand()]
        while self.take(","):
            arguments.append(self.operand())
        self.depth -= 1
        self.expect(")")
        return Call(function, tuple(arguments))

    def path(self) -> Path:
        return self.steps((self.path_name(),))

    def path_name(self) -> str:
        token = self.token
        if token.kind != "alias" and (token.kind != "name" or token.word in self.keywords):
            self.fail()
        self.advance()
        return token.text

    def steps(self, begun: tuple[str | int, ...]) -> Path:
        """The rest of a path: `.name` and `[index]`, as often as they come."""
        parts = list(begun)
        while True:
            if self.take("."):
                parts.append(self.path_name())
            elif self.take("["):
                if self.token.kind != "digits":
                    self.fail()
                parts.append(int(self.token.text.lstrip("0") or "0"))
                self.advance()
                self.expect("]")
            else:
                return Path(tuple(parts))

    # --- updates

    def update(self) -> Update:
        sections: list[str] = []
        clauses: list[Clause] = []
        while self.token.kind != "end" or not sections:
            section = self.token.word
            if section not in _SECTIONS:
                self.fail()
            self.advance()
            sections.append(section)
            clauses.append(self.clause(section))
            while self.take(","):
                clauses.append(self.clause(section))
        return Update(tuple(sections), tuple(clauses))

    def clause(self, section: str) -> Clause:
        path = self.path()
        if section == "REMOVE":
            return Clause(section, path, None)
        if section == "SET":
            self.expect("=")
            return Clause(section, path, self.sum())
        token = self.token
        if token.kind != "value":
            self.fail()
        self.advance()
        return Clause(section, path, ValueRef(token.text))

    def sum(self) -> Operand:
        left = self.term()
        operator = self.token.word
        if operator not in ("+", "-"):
            return left
        self.advance()
        return Sum(operator, left, self.term())

    def term(self) -> Operand:
        if self.token.word != "(":
            return self.operand()
        start = self.open()
        inner = self.sum()
        self.close(start)
        return inner
