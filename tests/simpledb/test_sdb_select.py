"""Select: the language, what its expressions find, pages and tokens, and how long it may take."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from boundaries import calls_of
from hypothesis import given, settings
from hypothesis import strategies as st
from sdb_wire import Reply, Wire, entries, fresh, state

from condemu.simpledb import select as select_module
from condemu.simpledb.predicates import like
from condemu.simpledb.select_parser import MAX_DEPTH, parse

SYNTAX = (400, "InvalidQueryExpression", "The specified query expression syntax is not valid.")
SORT = (
    400,
    "InvalidSortExpression",
    "Invalid sort expression. The sort attribute must be present in at least one of the predicates, "
    "and the predicate cannot contain the is null operator.",
)

# The data set of the Developer Guide, "Using Select".
BOOKS = {
    "0385333498": "Title=The Sirens of Titan;Author=Kurt Vonnegut;Year=1959;Pages=00336;Keyword=Book;Keyword=Paperback;"
    "Rating=*****;Rating=5 stars;Rating=Excellent",
    "0802131786": "Title=Tropic of Cancer;Author=Henry Miller;Year=1934;Pages=00318;Keyword=Book;Rating=****",
    "1579124585": "Title=The Right Stuff;Author=Tom Wolfe;Year=1979;Pages=00304;Keyword=Book;Keyword=Hardcover;"
    "Keyword=American;Rating=****;Rating=4 stars",
    "B000T9886K": "Title=In Between;Author=Paul Van Dyk;Year=2007;Keyword=CD;Keyword=Trance;Rating=4 stars",
    "B00005JPLW": "Title=300;Author=Zack Snyder;Year=2007;Keyword=DVD;Keyword=Action;Keyword=Frank Miller;"
    "Rating=***;Rating=3 stars;Rating=Not bad",
    "B000SF3NGK": "Title=Heaven's Gonna Burn Your Eyes;Author=Thievery Corporation;Year=2002;Rating=*****",
}

# The guide's examples: what follows `select * from mydomain`, and the items found; > marks an order that counts.
EXAMPLES = """
    where Title = 'The Right Stuff'                                       : 1579124585
    where Year > '1985'                                                   : B000T9886K B00005JPLW B000SF3NGK
    where Rating like '****%'                                             : 0385333498 1579124585 0802131786 B000SF3NGK
    where Pages < '00320'                                                 : 1579124585 0802131786
    where Year > '1975' and Year < '2008'                                 : 1579124585 B000T9886K B00005JPLW B000SF3NGK
    where Year between '1975' and '2008'                                  : 1579124585 B000T9886K B00005JPLW B000SF3NGK
    where Rating = '***' or Rating = '*****'                              : 0385333498 B00005JPLW B000SF3NGK
    where (Year > '1950' and Year < '1960') or Year like '193%' or Year = '2007' : 0385333498 0802131786 B000T9886K B00005JPLW
    where Rating = '4 stars' or Rating = '****'                           : 1579124585 0802131786 B000T9886K
    where Keyword = 'Book' and Keyword = 'Hardcover'                      :
    where (Keyword = 'Book') and ((Keyword = 'Hardcover'))                :
    where every(Keyword) in ('Book','Paperback')                          : 0385333498 0802131786
    where Rating = '****'                                                 : 0802131786 1579124585
    where every(Rating) = '****'                                          : 0802131786
    where Keyword = 'Book' intersection Keyword = 'Hardcover'             : 1579124585
    where Year < '1980' order by Year asc                                 :> 0802131786 0385333498 1579124585
    where Year < '1980' order by Year                                     :> 0802131786 0385333498 1579124585
    where Year = '2007' intersection Author is not null order by Author desc :> B00005JPLW B000T9886K
    where Year < '1980' order by Year limit 2                             :> 0802131786 0385333498
    where itemName() like 'B000%' order by itemName()                     :> B00005JPLW B000SF3NGK B000T9886K
    where itemName() > 'B000A' order by itemName() desc limit 2           :> B000T9886K B000SF3NGK
    where Keyword != 'Book'                                               : 0385333498 1579124585 B000T9886K B00005JPLW
    where not Keyword = 'Book'                                            : B000T9886K B00005JPLW B000SF3NGK
    where not not Keyword = 'Book'                                        : 0385333498 0802131786 1579124585
    where Keyword is null                                                 : B000SF3NGK
    where every(Keyword) is not null and Pages is null                    : B000T9886K B00005JPLW
    where Rating not like '%stars'                                        : 0385333498 0802131786 1579124585 B00005JPLW B000SF3NGK
    where Author like '%Miller' or Keyword like '%Miller%'                : 0802131786 B00005JPLW
    where Keyword = 'Book' and Year > '1950' and Keyword = 'Paperback'    :
    where Year = '1959' or Year = '1934' and Keyword = 'Nothing'          : 0385333498
    where Year = '1959' or Year = '1934' intersection Pages > '00320'     : 0385333498
    where itemName() in ('B000SF3NGK', '0802131786', 'nope')              :> 0802131786 B000SF3NGK
    where itemName() = 'B000SF3NGK' and Year = '2002'                     : B000SF3NGK
    where itemName() is null                                              :
    WHERE `Year` = "2007" ORDER BY `Year` DESC LIMIT 1                    : B000T9886K
"""

WRONG = """
    |select * from|select from d|select * d|select * from d where|select * from d where a|select * from d where a =
    |select * from d where a = b|select * from d where a = 1|select * from d where 1a = '1'|select * from d-x|select * from 1d
    |select * from d where a = 'x|select * from d where a = "x'|select * from d where `a = 'x'|select * from d where a = 'it's'
    |select * from d where a like 'x%y'|select * from d where a like '%x%y%'|select * from d where a not = 'x'
    |select * from d where a between '1'|select * from d where a between '1' or '2'|select * from d where a in ()
    |select * from d where a in '1'|select * from d where a in ('1',)|select * from d where a is|select * from d where a is 'x'
    |select * from d where (a = '1'|select * from d where a = '1')|select * from d where and a = '1'
    |select * from d where a = '1' and|select * from d where a = '1' b = '2'|select * from d where not
    |select * from d where every(a|select * from d where every() = '1'|select * from d order a
    |select * from d where every(itemName()) = '1'
    |select * from d where a = '1' order by|select * from d where a = '1' order by a b|select * from d where a = '1' order by a, b
    |select * from d where a = '1' order by every(a)|select * from d limit|select * from d limit x|select * from d limit '5'
    |select * from d limit 5 order by a|select * from d limit 5 limit 6|select *, a from d|select a, * from d|select a b from d
    |select count(a) from d|select count() from d|select count(*), a from d|select itemName(), a from d|select itemName( from d
    |select where from d|select * from order|select * from d where null = '1'|select * from d;|select * from d where a <> '1'
    |select * from d where a == '1'|select * from d where a = = '1'|select * from `` |select * from d where `` = '1'|delete from d
    |select * from d where a = '1' \x00|select * from d where a =\u00a0'1'|select * from d where \u00e9 = '1'|limit 5
"""


@pytest.fixture(scope="module")
def books() -> Wire:
    sdb = fresh("mydomain")
    for item, text in BOOKS.items():
        pairs = [(name, value) for name, _, value in (pair.partition("=") for pair in text.split(";"))]
        assert sdb("PutAttributes", entries(pairs), DomainName="mydomain", ItemName=item).status == 200
    return sdb


@pytest.mark.parametrize("line", [line.strip() for line in EXAMPLES.strip().splitlines()])
def test_what_the_guides_examples_find(books: Wire, line: str) -> None:
    clause, _, found = line.rpartition(":")
    reply = books.select(f"select * from mydomain {clause}")
    ordered = found.startswith(">")
    wanted = found.lstrip(">").split()
    assert reply.status == 200, reply.text
    assert (reply.items if ordered else sorted(reply.items)) == (wanted if ordered else sorted(wanted))


@pytest.mark.parametrize("statement", [part.strip() for part in WRONG.replace("\n", "").split("|") if part.strip()])
def test_mistakes_of_syntax(books: Wire, statement: str) -> None:
    reply = books.select(statement)
    assert reply.refusal == SYNTAX
    assert reply.box_usage == "0.0000137200"
    assert reply.because


@pytest.mark.parametrize(
    "clause",
    ["order by Year", "order by itemName()", "where Title is null order by Title", "where Year = '2007' order by Title",
     "where itemName() = 'x' order by `itemName`", "where Year = '1' order by itemName()"],
)  # fmt: skip
def test_a_sort_column_must_be_tested_for_more_than_null(books: Wire, clause: str) -> None:
    assert books.select(f"select * from mydomain {clause}").refusal == SORT
    assert books.select(f"select count(*) from mydomain {clause}").refusal == SORT


def test_limits_of_a_statement(books: Wire) -> None:
    def code(text: str) -> str | None:
        return books.select(text).code

    def tests(count: int, joined: str, attribute: Any) -> str:
        return joined.join(f"{attribute(number)} = '1'" for number in range(count))

    assert code("select * from mydomain where " + tests(20, " and ", lambda n: f"a{n}")) is None
    assert code("select * from mydomain where " + tests(21, " and ", lambda n: f"a{n}")) == "InvalidNumberPredicates"
    assert code("select * from mydomain where " + tests(20, " or ", lambda n: "a")) is None
    assert code("select * from mydomain where " + tests(21, " or ", lambda n: "a")) == "InvalidNumberValueTests"
    names = ", ".join(f"`{number}`" for number in range(257))
    assert code(f"select {names} from mydomain") == "TooManyRequestedAttributes"
    assert code("select * from mydomain where `" + "x" * 1025 + "` = '1'") == "InvalidParameterValue"
    for limit in ("0", "2501", "-1", "9" * 5000):
        reply = books.select(f"select * from mydomain limit {limit}")
        assert reply.message == (
            f"Value ({limit}) for parameter MaxNumberOfItems is invalid. MaxNumberOfItems must be between 1 and 2500."
        )


def test_a_missing_expression_and_a_missing_domain(books: Wire) -> None:
    assert books("Select").message == "The request must contain the parameter SelectExpression"
    assert books.select("select * from nowhere").refusal == (400, "NoSuchDomain", "The specified domain does not exist.")


def test_quotes_are_doubled_inside_of_themselves() -> None:
    sdb = fresh()
    sdb.put("odd", {"a`b": "it's", "c": 'say "x"', "100": "50%", "in": "y"})
    for clause in (
        "`a``b` = 'it''s'", "`a``b` = \"it's\"", "c = 'say \"x\"'", 'c = "say ""x"""', "`100` like '%\\%'", "`in` = 'y'",
    ):  # fmt: skip
        assert sdb.select(f"select * from MyDomain where {clause}").items == ["odd"], clause


@pytest.mark.parametrize(
    ("pattern", "matching", "other"),
    [
        ("abc", ["abc"], ["abcd", "ABC", ""]), ("a%", ["a", "abc"], ["ba", "A"]), ("%c", ["c", "abc"], ["ca"]),
        ("%b%", ["b", "abc"], ["ac"]), ("%", ["", "x"], []), ("%%", ["", "x"], []), (r"a\%", ["a%"], ["a", "ab"]),
        (r"\%a", ["%a"], ["a", "ba"]), (r"%\%", ["%", "50%"], ["50"]), (r"\%%", ["%", "%x"], ["x"]), (r"a\%b", ["a%b"], ["axb"]),
        (r"\%", ["%"], ["x", ""]), ("", [""], ["x"]), ("a_c", ["a_c"], ["abc"]),
    ],
)  # fmt: skip
def test_patterns(pattern: str, matching: list[str], other: list[str]) -> None:
    parse(f"select * from d where a like '{pattern}'")
    assert [value for value in matching + other if like(pattern)(value)] == matching


def test_output_lists(books: Wire) -> None:
    where = "where Year = '1934'"
    assert books.select(f"select Title, Year, Nothing from mydomain {where}").rows == {
        "0802131786": {"Title": ["Tropic of Cancer"], "Year": ["1934"]}
    }
    assert books.select(f"select Nothing from mydomain {where}").rows == {"0802131786": {}}
    assert (
        "<SelectResult><Item><Name>0802131786</Name></Item></SelectResult>"
        in books.select(f"select itemName() from mydomain {where}").text
    )
    assert books.select(f"select count(*) from mydomain {where}").rows == {"Domain": {"Count": ["1"]}}
    assert "<SelectResult/>" in books.select("select * from mydomain where Year = 'never'").text


@pytest.fixture(scope="module")
def many() -> Wire:
    sdb = fresh()
    for start in range(0, 300, 25):
        sent: dict[str, str] = {}
        for number in range(start, start + 25):
            sent[f"Item.{number}.ItemName"] = f"item{(number * 7) % 300:03}"
            sent |= entries({"n": f"{number:03}", "odd": str(number % 2)}, prefix=f"Item.{number}.")
        assert sdb("BatchPutAttributes", sent).status == 200
    return sdb


@pytest.mark.parametrize(
    "clause", ["", "where odd = '1'", "where n > '010' order by n", "where n > '010' order by n desc",
               "where odd is not null order by odd", "where itemName() > 'item1' order by itemName()",
               "where itemName() > 'item1' order by itemName() desc", "where n not like '%7'"],
)  # fmt: skip
def test_pages_of_any_size_join_to_the_whole(many: Wire, clause: str) -> None:
    whole = many.select(f"select * from MyDomain {clause} limit 2500").items
    assert many.select(f"select * from MyDomain {clause}").items == whole[:100]
    found: list[str] = []
    token, limit = None, 7
    while True:
        reply = many.select(f"select * from MyDomain {clause} limit {limit}", **({"NextToken": token} if token else {}))
        assert reply.status == 200
        found += reply.items
        token, limit = reply.token, limit + 13  # a page of another size may follow
        if token is None:
            break
    assert found == whole


@pytest.mark.parametrize("patience", [1, 3, 16, 10**9])
@pytest.mark.parametrize("limit", [1, 2, 5, 100])
def test_items_come_as_they_came_into_being_however_the_page_finds_them(
    monkeypatch: pytest.MonkeyPatch, patience: int, limit: int
) -> None:
    monkeypatch.setattr(select_module, "PATIENCE", patience)
    sdb = fresh()
    names = [f"i{number * 7 % 40:02}" for number in range(40)]  # not in the order of their names
    for name in names:
        sdb.put(name, {"a": str(int(name[1:]) % 9), "b": "x"})
    for name in ("i00", "i21", "i36"):
        sdb("DeleteAttributes", ItemName=name)
    sdb.put("i36", {"a": "0", "b": "x"})
    names = [name for name in names if name not in ("i00", "i21", "i36")] + ["i36"]
    for clause, wanted in {
        "a = '0'": [name for name in names if int(name[1:]) % 9 == 0],
        "a < '3' or a = '8'": [name for name in names if int(name[1:]) % 9 in (0, 1, 2, 8)],
        "b = 'x'": names,
        "b = 'y'": [],
    }.items():
        found: list[str] = []
        reply = sdb.select(f"select * from MyDomain where {clause} limit {limit}")
        found += reply.items
        while reply.token:
            assert len(reply.items) == limit
            reply = sdb.select(f"select * from MyDomain where {clause} limit {limit}", NextToken=reply.token)
            found += reply.items
        assert found == wanted
        assert sdb.select(f"select count(*) from MyDomain where {clause}").count == len(wanted)


def test_a_page_that_is_complete_soon_passes_no_more_items(many: Wire) -> None:
    """With a value that every item has, the work does not depend on how many there are."""
    few = fresh()
    few("BatchPutAttributes", {"Item.1.ItemName": "i", **entries({"n": "1", "odd": "1"}, prefix="Item.1.")})
    statement = "select * from MyDomain where odd = '1' limit 1"
    assert many.select(statement).items == ["item007"]
    assert calls_of(lambda: many.select(statement)) < calls_of(lambda: few.select(statement)) + 200


def test_a_count_skips_rows_for_a_select(many: Wire) -> None:
    count = many.select("select count(*) from MyDomain where odd = '1' limit 50")
    assert count.count == 50
    page = many.select("select * from MyDomain where odd = '1' limit 10", NextToken=count.token or "")
    assert page.items == many.select("select * from MyDomain where odd = '1' limit 2500").items[50:60]
    assert many.select("select count(*) from MyDomain").count == 300
    assert many.select("select count(*) from MyDomain").token is None


def test_a_token_survives_line_feeds_and_changes_of_the_data() -> None:
    sdb = fresh()
    for number in range(6):
        sdb.put(f"i{number}", {"a": "1"})
    token = sdb.select("select * from MyDomain limit 3").token or ""
    sdb("DeleteAttributes", ItemName="i2")
    sdb("DeleteAttributes", ItemName="i3")
    sdb.put("i0b", {"a": "1"})
    reply = sdb.select("select * from MyDomain limit 3", NextToken=token[:8] + "\n" + token[8:])
    assert reply.items == ["i4", "i5", "i0b"]
    assert reply.token is None


@pytest.mark.parametrize(
    "token", ["garbage", "!!!", "AAAA", "é", base64.b64encode(b"rO0ABXNyACdjb20uYW1hem9uLnNkcw").decode(),
              base64.b64encode(b"12345678\xff.1.x").decode(), base64.b64encode(b"12345678" + b"9" * 5000 + b".1.x").decode()],
)  # fmt: skip
def test_what_is_no_token_is_refused(many: Wire, token: str) -> None:
    reply = many.select("select * from MyDomain", NextToken=token)
    assert reply.refusal == (400, "InvalidNextToken", "The specified next token is not valid.")


def test_a_token_is_bound_to_domain_where_and_order_but_not_to_output_and_limit(many: Wire) -> None:
    token = many.select("select * from MyDomain where n > '1' order by n limit 5").token or ""
    for statement in (
        "select * from MyDomain where n > '2' order by n",
        "select * from MyDomain where n > '1'",
        "select * from MyDomain where n > '1' order by n desc",
        "select * from Other where n > '1' order by n",
    ):
        assert many.select(statement, NextToken=token).code == "InvalidNextToken"  # fmt: skip
    raw = base64.b64decode(token)
    forged = base64.b64encode(raw[:8] + b"x.y.z").decode()
    assert many.select("select * from MyDomain where n > '1' order by n", NextToken=forged).code == "InvalidNextToken"
    assert many.select("select itemName() from MyDomain where n > '1' order by n limit 1", NextToken=token).status == 200


def test_a_page_ends_before_a_megabyte(monkeypatch: pytest.MonkeyPatch) -> None:
    sdb = fresh()
    for number in range(12):
        sdb.put(f"i{number:02}", [(f"a{n}", "é" * 500) for n in range(100)])
    reply = sdb.select("select * from MyDomain")
    assert len(reply.items) == 9
    assert len(reply.body) <= 1024 * 1024 + 300
    assert sdb.select("select * from MyDomain", NextToken=reply.token or "").items == ["i09", "i10", "i11"]
    monkeypatch.setattr(select_module, "PAGE_OCTETS", 10)
    assert sdb.select("select * from MyDomain").items == ["i00"]


def test_box_usage_of_pages(many: Wire) -> None:
    for limit, usage in ((2, "0.0000140160"), (3, "0.0000140240"), (100, "0.0000148000")):
        assert many.select(f"select itemName() from MyDomain limit {limit}").box_usage == usage
    assert many.select("select count(*) from MyDomain limit 250").box_usage == "0.0000168000"


def test_sorting_leaves_out_items_without_the_attribute_and_orders_several_values() -> None:
    sdb = fresh()
    sdb.put("x", [("a", "1"), ("a", "9")])
    sdb.put("y", [("a", "5")])
    sdb.put("z", [("b", "1")])
    both = "where a is not null or b = '1' order by a"
    assert sdb.select(f"select * from MyDomain {both}").items == ["x", "y"]
    assert sdb.select(f"select * from MyDomain {both} desc").items == ["x", "y"]
    assert sdb.select(f"select count(*) from MyDomain {both}").count == 2


PIECES = st.sampled_from(
    [
        "select", "*", "from", "d", "where", "a", "b", "itemName()", "every(a)", "count(*)", "and", "or", "not", "intersection",
        "between", "in", "like", "is", "null", "order", "by", "limit", "asc", "desc", "(", ")", ",", "=", "!=", "<", "<=",
        ">", ">=", "'x'", '"y"', "`z`", "'", '"', "`", "%", "5", "-1", "0", "99999999999999999999", "MyDomain", "a='1'",
        "\x00", "é",
    ]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.lists(PIECES, max_size=30).map(" ".join), st.text(max_size=60), st.lists(PIECES, max_size=12).map("".join)))
def test_no_statement_breaks_anything(text: str) -> None:
    sdb = SHARED
    for statement in (text, "select * from MyDomain " + text, "select * from MyDomain where " + text):
        reply = sdb.select(statement)
        assert reply.status in (200, 400), reply.text


SHARED = fresh()
SHARED.put("i", [("a", "1"), ("b", "x")])


@pytest.mark.parametrize(
    "text",
    [
        "(" * 100_000,
        "not " * 100_000 + "a = '1'",
        "'" * 100_001,
        "`" * 100_001,
        '"' * 100_001,
        "a" * 100_000,
        "a = '" + "''" * 50_000,
        "a like '" + "%" * 100_000,
        "(" * MAX_DEPTH + "a = '1'" + ")" * MAX_DEPTH,
        "(" * (MAX_DEPTH + 1) + "a = '1'" + ")" * (MAX_DEPTH + 1),
        "a = '1' or " * 20_000 + "a = '1'",
        "a in (" + "'1'," * 50_000 + "'1')",
        "((a = '1') intersection " * 30 + "a = '1'" + ")" * 30,
        " " * 200_000,
        "1" * 100_000,
        "a = '1' order by a limit " + "9" * 100_000,
    ],
    ids=lambda text: f"{text[:12]}...{len(text)}",
)
def test_long_statements_take_linear_time_and_are_answered(text: str) -> None:
    """A statement of any length is answered, with no more work than a few calls for each of its characters."""
    before = state(SHARED)
    replies: list[Reply] = []
    work = calls_of(lambda: replies.append(SHARED.select("select * from MyDomain where " + text)))
    assert replies[0].status in (200, 400)
    assert work < 40 * len(text) + 20_000
    assert state(SHARED) == before


def test_only_what_fits_is_rendered_of_two_thousand_items() -> None:
    """Two thousand items are judged, twenty rendered: less than a fifth of what rendering them all takes."""
    sdb = fresh()
    for start in range(0, 2_000, 25):
        sent: dict[str, str] = {}
        for number in range(start, start + 25):
            sent[f"Item.{number}.ItemName"] = f"item{number:05}"
            pairs = {f"a{n}": f"{number}/{n}" for n in range(20)}
            sent |= entries({"n": f"{number % 100:02}", **pairs}, prefix=f"Item.{number}.")
        sdb("BatchPutAttributes", sent)
    replies: list[Reply] = []
    one = calls_of(lambda: replies.append(sdb.select("select * from MyDomain where n = '07'")))
    assert len(replies[0].items) == 20

    def every_page() -> None:
        token, pages = None, 0
        while pages == 0 or token:
            token = sdb.select("select * from MyDomain limit 2500", **({"NextToken": token} if token else {})).token
            pages += 1

    assert one < calls_of(every_page) / 5
