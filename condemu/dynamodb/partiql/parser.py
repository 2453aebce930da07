"""PartiQL as DynamoDB speaks it (AWS Developer Guide, "PartiQL statements for DynamoDB").

    SELECT * | path , …  FROM table[.index] [WHERE condition] [ORDER BY key [ASC | DESC] , …]
    INSERT INTO table VALUE {…}
    UPDATE table (SET path = value , … | REMOVE path)+ [WHERE condition] [RETURNING (ALL | MODIFIED) (OLD | NEW) *]
    FROM table [WHERE condition] (SET … | REMOVE …)+
    DELETE FROM table [WHERE condition] [RETURNING ALL OLD *]
    EXISTS ( SELECT … )

The words of the refusals show that AWS reads expressions by operator precedence and looks last at what is left over.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NoReturn

from condemu.core.errors import ErrorRow, ServiceError
from condemu.dynamodb.errors import statements as errors
from condemu.dynamodb.partiql.lexer import Token, tokenise
from condemu.dynamodb.partiql.nodes import (
    Assignment,
    Delete,
    Exists,
    Expression,
    Function,
    Infix,
    Insert,
    Literal,
    Membership,
    Parameter,
    Prefix,
    Range,
    Reference,
    Select,
    Sequence,
    Source,
    Statement,
    Struct,
    TypeTest,
    Update,
)

_MAX_NESTING: Final = 100  # no condition that AWS evaluates goes deeper; inferred
_BINDING: Final = {
    "OR": 1, "AND": 2, "=": 4, "<>": 4, "!=": 4, "IS": 4, "IN": 4, "BETWEEN": 4, "LIKE": 4, "<": 4, "<=": 4, ">": 4, ">=": 4,
    "||": 5, "+": 6, "-": 6, "*": 7, "/": 7, "%": 7,
}  # fmt: skip
_NOT_BINDING: Final = 3
_TYPES: Final = frozenset((
    "ANY", "BAG", "BLOB", "BOOL", "BOOLEAN", "CHAR", "CHARACTER", "CLOB", "DATE", "DECIMAL", "DOUBLE", "FLOAT", "INT", "INT2",
    "INT4", "INT8", "INTEGER", "INTEGER2", "INTEGER4", "INTEGER8", "LIST", "MISSING", "NULL", "NUMERIC", "REAL", "SEXP",
    "SMALLINT", "STRING", "STRUCT", "SYMBOL", "TIME", "TIMESTAMP", "TUPLE", "VARCHAR",
))  # fmt: skip


@lru_cache(maxsize=1024)
def parse_statement(text: str) -> tuple[Statement, int]:
    """The statement, and how many parameters it wants."""
    parser = _Parser(text)
    statement = parser.statement()
    if parser.token.kind != "end":
        parser.fail(errors.UNEXPECTED_AFTER)
    return statement, parser.parameters


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens = tokenise(text)
        self.position = 0
        self.token: Token = self.tokens[0]
        self.parameters = 0
        self.depth = 0

    # --- tokens

    def advance(self) -> Token:
        token = self.token
        if token.kind != "end":
            self.position += 1
            self.token = self.tokens[self.position]
        return token

    def at(self, *words: str) -> bool:
        return self.token.word in words and self.token.kind in ("word", "sign")

    def take(self, word: str) -> bool:
        if not self.at(word):
            return False
        self.advance()
        return True

    def fail(self, row: ErrorRow) -> NoReturn:
        found = self.token.text or "the end"
        raise ServiceError(row, because=f"{found!a} cannot stand at character {self.token.start + 1}")

    def expect(self, word: str, row: ErrorRow = errors.UNEXPECTED_AFTER) -> None:
        if not self.take(word):
            self.fail(row)

    # --- statements

    def statement(self) -> Statement:
        if self.at("SELECT"):
            return self.select()
        if self.take("INSERT"):
            self.expect("INTO")
            source = self.source()
            self.expect("VALUE")
            return Insert(source, self.expression())
        if self.take("UPDATE"):
            source = self.unaliased("SET", "REMOVE")
            assignments = self.assignments()
            return Update(source, assignments, self.where(), self.returning())
        if self.take("DELETE"):
            self.expect("FROM")
            source = self.unaliased("WHERE", "RETURNING")
            return Delete(source, self.where(), self.returning())
        if self.take("FROM"):
            source = self.unaliased("WHERE", "SET", "REMOVE")
            where = self.where()
            return Update(source, self.assignments(), where, self.returning())
        return self.bare_expression()

    def bare_expression(self) -> Statement:
        """An expression is a statement of PartiQL's, but DynamoDB runs no other than EXISTS(SELECT …)."""
        if self.at("EXISTS") and self.tokens[self.position + 1].word == "(":
            self.advance()
            self.advance()
            if self.at("SELECT"):
                select = self.select()
                self.expect(")")
                return Exists(select)
            self.fail(errors.UNEXPECTED_TERM)
        node = self.expression()
        if self.token.kind != "end":
            self.fail(errors.UNEXPECTED_AFTER)
        raise ServiceError(errors.UNSUPPORTED, {"operation": _NAMES_OF_OPERATIONS.get(type(node), "Expression")})

    def select(self) -> Select:
        self.advance()
        columns: list[Reference] | None = None
        if self.take("*"):
            self.expect("FROM", errors.UNEXPECTED_TERM)
        else:
            columns = [self.column()]
            while self.take(","):
                columns.append(self.column())
            self.expect("FROM")
        source = self.unaliased("WHERE", "ORDER")
        where = self.where()
        order: list[tuple[str, bool]] = []
        if self.take("ORDER"):
            self.expect("BY")
            order.append(self.sort_key())
            while self.take(","):
                order.append(self.sort_key())
        return Select(source, None if columns is None else tuple(columns), where, tuple(order))

    def column(self) -> Reference:
        if self.at("*"):
            self.fail(errors.UNEXPECTED_TERM)
        node = self.expression()
        if self.at("AS") or (self.token.kind in ("word", "name") and not self.token.is_keyword):
            raise ServiceError(errors.ALIASING)
        if not isinstance(node, Reference):
            raise ServiceError(errors.UNSUPPORTED, {"operation": _NAMES_OF_OPERATIONS.get(type(node), "Expression")})
        return node

    def sort_key(self) -> tuple[str, bool]:
        node = self.expression()
        if not isinstance(node, Reference) or len(node.parts) != 1:
            self.fail(errors.IDENTIFIER_EXPECTED)
        descending = self.take("DESC")
        if not descending:
            self.take("ASC")
        return str(node.parts[0]), descending

    def source(self) -> Source:
        table = self.identifier()
        return Source(table, self.identifier() if self.take(".") else None)

    def unaliased(self, *following: str) -> Source:
        """A source; a name after it would be an alias, unless it is one of the words that go on."""
        source = self.source()
        if self.at("AS") or (self.token.kind in ("word", "name") and not self.token.is_keyword and not self.at(*following)):
            raise ServiceError(errors.ALIASING)
        return source

    def identifier(self) -> str:
        if self.token.kind != "name" and (self.token.kind != "word" or self.token.is_keyword):
            self.fail(errors.IDENTIFIER_EXPECTED)
        return self.advance().text

    def where(self) -> Expression | None:
        return self.expression() if self.take("WHERE") else None

    def assignments(self) -> tuple[Assignment, ...]:
        found: list[Assignment] = []
        while True:
            if self.take("SET"):
                found.append(self.assignment())
                while self.take(","):
                    found.append(self.assignment())
            elif self.take("REMOVE"):
                found.append(Assignment(self.reference(), None))
                while self.take(","):
                    found.append(Assignment(self.reference(), None))
            elif found:
                return tuple(found)
            else:
                self.fail(errors.UNEXPECTED_AFTER)

    def assignment(self) -> Assignment:
        path = self.reference()
        self.expect("=")
        return Assignment(path, self.expression())

    def returning(self) -> str:
        if not self.take("RETURNING"):
            return ""
        which = self.advance().word
        when = self.advance().word
        if which not in ("ALL", "MODIFIED") or when not in ("OLD", "NEW"):
            self.fail(errors.UNEXPECTED_TERM)
        self.expect("*", errors.UNEXPECTED_TERM)
        return f"{which} {when}"

    # --- expressions

    def expression(self, binding: int = 0) -> Expression:
        self.depth += 1
        left = self.term()
        chained = 0
        while True:
            if chained > _MAX_NESTING:
                self.fail(errors.MALFORMED)
            negated = self.at("NOT") and self.tokens[self.position + 1].word in ("IN", "BETWEEN")
            operator = self.tokens[self.position + 1].word if negated else self.token.word
            power = _BINDING.get(operator, 0) if self.token.is_operator or negated else 0
            if power <= binding:
                self.depth -= 1
                return left
            if negated:
                self.advance()
            chained += operator not in ("AND", "OR")
            self.advance()
            node = self.infix(left, operator, power)
            left = Prefix("NOT", node) if negated else node

    def infix(self, left: Expression, operator: str, power: int) -> Expression:
        if operator == "IS":
            return self.type_test(left)
        if self.token.kind == "end":
            self.fail(errors.RIGHT_SIDE_MISSING)
        if operator == "BETWEEN":
            lower = self.expression(power)
            self.expect("AND", errors.UNEXPECTED_TERM)
            return Range(left, lower, self.expression(power))
        if operator == "IN":
            return Membership(left, self.expression(power))
        right = self.expression(power)
        return Infix("<>" if operator == "!=" else operator, left, right)

    def type_test(self, operand: Expression) -> Expression:
        negated = self.take("NOT")
        if self.token.kind != "word" or self.token.word not in _TYPES:
            self.fail(errors.TYPE_NAME_EXPECTED)
        test = TypeTest(operand, self.advance().word)
        return Prefix("NOT", test) if negated else test

    def term(self) -> Expression:
        token = self.token
        if self.depth > _MAX_NESTING:
            self.fail(errors.MALFORMED)
        if token.kind == "number":
            return Literal("number", self.advance().text)
        if token.kind == "string":
            return Literal("string", self.advance().text)
        if token.kind == "name" or (token.kind == "word" and not token.is_keyword):
            return self.function() if self.is_call() else self.reference()
        match token.word:
            case "TRUE" | "FALSE":
                return Literal("boolean", self.advance().word == "TRUE")
            case "NULL" | "MISSING":
                return Literal(self.advance().word.lower(), None)
            case "?":
                self.advance()
                self.parameters += 1
                return Parameter(self.parameters - 1)
            case "NOT":
                self.advance()
                return Prefix("NOT", self.expression(_NOT_BINDING))
            case "-" | "+":
                self.advance()
                operand = self.expression(_BINDING["*"])
                return operand if token.word == "+" else Prefix("-", operand)
            case "(":
                return self.parenthesised()
            case "[" | "<<":
                closing = "]" if token.word == "[" else ">>"
                self.advance()
                return Sequence(self.members(closing), closing == ">>")
            case "{":
                return self.struct()
        if token.is_operator:
            return self.fail(errors.UNEXPECTED_OPERATOR)
        return self.fail(errors.UNEXPECTED_KEYWORD if token.is_keyword else errors.UNEXPECTED_TERM)

    def is_call(self) -> bool:
        return self.token.kind == "word" and self.tokens[self.position + 1].word == "("

    def function(self) -> Function:
        token = self.advance()
        self.advance()
        return Function(token.text.lower(), self.members(")"), (token.start, token.length))

    def parenthesised(self) -> Expression:
        self.advance()
        members = self.members(")")
        if not members:
            self.fail(errors.UNEXPECTED_TERM)
        return members[0] if len(members) == 1 else Sequence(members)

    def members(self, closing: str) -> tuple[Expression, ...]:
        found: list[Expression] = []
        if not self.take(closing):
            found.append(self.expression())
            while self.take(","):
                found.append(self.expression())
            self.expect(closing, errors.UNEXPECTED_TERM)
        return tuple(found)

    def struct(self) -> Struct:
        self.advance()
        found: list[tuple[str, Expression]] = []
        while not self.take("}"):
            if found:
                self.expect(",", errors.UNEXPECTED_TERM)
            if self.token.kind not in ("string", "name"):
                self.fail(errors.UNEXPECTED_TERM)
            name = self.advance().text
            self.expect(":", errors.UNEXPECTED_TERM)
            found.append((name, self.expression()))
        return Struct(tuple(found))

    def reference(self) -> Reference:
        parts: list[str | int] = [self.identifier()]
        while True:
            if self.take("."):
                if self.token.kind not in ("word", "name"):
                    self.fail(errors.BAD_PATH_STEP)
                parts.append(self.advance().text)
            elif self.take("["):
                token = self.token
                if token.kind == "string" or (token.kind == "number" and token.text.isdigit()):
                    self.advance()
                    parts.append(token.text if token.kind == "string" else int(token.text[:10]))
                else:
                    self.fail(errors.UNEXPECTED_TERM)
                self.expect("]", errors.UNEXPECTED_TERM)
            else:
                return Reference(tuple(parts))


_NAMES_OF_OPERATIONS: Final[dict[type, str]] = {TypeTest: "IsType", Range: "Between", Membership: "InCollection"}
