#!/usr/bin/env python3
"""Answers the conformance cases with SQL in SQLite. It shares no code with tamis.

Each field is a column of SQLite: what a value of another kind is, is decided before it is stored, and
is NULL there. Lists are JSON text. Every condition is an SQL expression that is 0 or 1, never NULL.
"""

import datetime
import decimal
import fractions
import json
import math
import re
import sqlite3
import sys
import unicodedata

MAX_INTEGER = 2**63
DIGITS = {"s": 0, "ms": 3, "us": 6, "ns": 9}


class Refused(Exception):
    """A filter that the schema does not allow."""

    def __init__(self, code, *path):
        super().__init__(code)
        self.code = code
        self.path = "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in path)


# --- Kinds: each reads a JSON value, and gives a key that SQLite compares as the kind is ordered.


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_text(value):
    if not isinstance(value, str) or "\0" in value:
        return False
    return not any(0xD800 <= ord(each) <= 0xDFFF for each in value)


class String:
    def read(self, value):
        # SQLite compares the bytes of UTF-8, whose order is that of the code points.
        return value if is_text(value) else None

    operand = read


class Boolean:
    def read(self, value):
        return int(value) if isinstance(value, bool) else None

    operand = read


class Integer:
    def read(self, value):
        if not is_number(value) or value != value or abs(value) == float("inf"):
            return None
        if value != int(value) or not -MAX_INTEGER <= value < MAX_INTEGER:
            return None
        # JSON texts are read by programs that keep doubles.
        return int(value) if isinstance(value, int) or abs(value) < 2**53 else None

    operand = read


class Number:
    def read(self, value):
        return float(value) if is_number(value) else None

    operand = read


INSTANT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))", re.ASCII
)
EPOCH = datetime.date(1970, 1, 1).toordinal()
FIRST = (datetime.date(1, 1, 1).toordinal() - EPOCH) * 86400
LAST = (datetime.date(9999, 12, 31).toordinal() - EPOCH) * 86400 + 86399


class Timestamp:
    """Seconds since 1970 as text of one length: a sign is avoided by counting from the year 1."""

    def __init__(self, digits, unit):
        self.digits = digits
        self.unit = unit

    def key(self, seconds, fraction):
        if not FIRST <= seconds <= LAST:
            return None
        return f"{seconds - FIRST:012d}.{fraction:09d}"

    def parse(self, value):
        """The seconds since 1970, and the nanoseconds."""
        match = INSTANT.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            return None
        year, month, day, hour, minute, second = (int(each) for each in match.groups()[:6])
        sign, hours, minutes = match.groups()[7:]
        fraction = int(((match[7] or "") + "0" * 9)[:9])
        shift = 0
        if sign is not None:
            if int(hours) > 23 or int(minutes) > 59:
                return None
            shift = (int(hours) * 60 + int(minutes)) * (60 if sign == "+" else -60)
        if hour > 23 or minute > 59 or second > 60:
            return None
        try:
            # The calendar repeats after 400 years; the year 0 counts, since an offset may leave it.
            days = datetime.date(year + 400 if year < 9600 else year, month, day).toordinal() - EPOCH
        except ValueError:
            return None
        days -= 146097 if year < 9600 else 0
        instant = days * 86400 + hour * 3600 + minute * 60 + min(second, 59) - shift
        if second == 60:
            if instant % 86400 != 86399:
                return None
            instant += 1
        return instant, fraction

    def read(self, value):
        if is_number(value) and self.unit is not None:
            nanoseconds = fractions.Fraction(value) * 10 ** (9 - DIGITS[self.unit])
            parsed = divmod(math.floor(nanoseconds), 10**9)
        else:
            parsed = self.parse(value)
        if parsed is None:
            return None
        seconds, fraction = parsed
        # A stored value is cut to the digits of the field; an operand is not.
        return self.key(seconds, fraction - fraction % 10 ** (9 - self.digits))

    def operand(self, value):
        parsed = self.parse(value)
        return None if parsed is None else self.key(*parsed)


class Date:
    def read(self, value):
        if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
            return None
        try:
            return datetime.date.fromisoformat(value).isoformat()
        except ValueError:
            return None

    operand = read


class Uuid:
    def read(self, value):
        pattern = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
        if not isinstance(value, str) or not re.fullmatch(pattern, value.lower(), re.ASCII):
            return None
        return value.lower() if value.isascii() else None

    operand = read


class Decimal:
    """A number without its point, with zeros before it, and moved so that it is not negative."""

    SHIFT = 10**1100

    def __init__(self, precision, scale):
        self.precision = precision
        self.scale = scale

    def parse(self, value):
        if is_number(value):
            value = repr(value)
        if not isinstance(value, str):
            return None
        if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", value, re.ASCII):
            return None
        number = decimal.Decimal(value)
        return number if abs(number.adjusted()) <= 1000 or number == 0 else None

    def key(self, number):
        with decimal.localcontext() as context:
            context.prec = 4000
            moved = int(number.scaleb(1050)) + self.SHIFT * 10**1050
        return f"{moved:02300d}"

    def read(self, value):
        number = self.parse(value)
        if number is None:
            return None
        with decimal.localcontext() as context:
            context.prec = 4000
            whole = number.scaleb(self.scale)
            if whole != whole.to_integral_value() or abs(whole) >= 10**self.precision:
                return None
        return self.key(number)

    def operand(self, value):
        number = self.parse(value)
        return None if number is None else self.key(number)


class Enumeration:
    """The place in the list, since that is the order."""

    def __init__(self, values):
        self.values = values

    def read(self, value):
        return self.values.index(value) if isinstance(value, str) and value in self.values else None

    operand = read


def scalar_of(kind, spec):
    digits, unit = spec.get("digits", 6), spec.get("unit")
    kinds = {
        "string": String,
        "boolean": Boolean,
        "integer": Integer,
        "number": Number,
        "timestamp": lambda: Timestamp(digits, unit),
        "date": Date,
        "uuid": Uuid,
        "decimal": lambda: Decimal(spec.get("precision"), spec.get("scale")),
        "enumeration": lambda: Enumeration(spec.get("values")),
    }
    return kinds[kind]()


class Dynamic:
    """One of several kinds: the key has the name of the kind in front."""

    def __init__(self, spec):
        names = spec["kinds"]
        # An integer and another number are one kind where a field takes both.
        if "number" in names:
            names = [each for each in names if each != "integer"]
        self.members = [(name, scalar_of(name, spec)) for name in names]

    def find(self, value, how):
        for name, member in self.members:
            key = getattr(member, how)(value)
            if key is not None:
                return name, key
        return None

    def read(self, value):
        return self.find(value, "read")

    def operand(self, value):
        return self.find(value, "operand")


# --- Text: words, and texts without the differences of case.


def map_case(text):
    return text.lower().upper().lower().replace("\u03c2", "\u03c3")


def words_of(text):
    bare = "".join(
        each for each in unicodedata.normalize("NFKD", text) if unicodedata.category(each)[0] != "M"
    )
    folded = map_case(bare)
    return "".join(each if unicodedata.category(each)[0] in "LN" else " " for each in folded).split()


def fold_case(text):
    return unicodedata.normalize("NFC", map_case(unicodedata.normalize("NFC", text)))


def completes(value, operand):
    words = words_of(value)
    *whole, last = words_of(operand)
    return all(each in words for each in whole) and any(each.startswith(last) for each in words)


TEXT_TESTS = {
    "$startsWith": str.startswith,
    "$endsWith": str.endswith,
    "$includes": lambda value, operand: operand in value,
    "$autocomplete": completes,
}
for exact in ("$startsWith", "$endsWith", "$includes"):
    TEXT_TESTS["$i" + exact[1:]] = lambda value, operand, test=TEXT_TESTS[exact]: test(
        fold_case(value), fold_case(operand)
    )
TEXT_TESTS["$ieq"] = lambda value, operand: fold_case(value) == fold_case(operand)

COMPARISONS = {"$eq": "=", "$gt": ">", "$gte": ">=", "$lt": "<", "$lte": "<="}
NEGATIONS = {"$ne": "$eq", "$nin": "$in"}
OPERATORS = {
    *COMPARISONS,
    *NEGATIONS,
    *TEXT_TESTS,
    *("$in", "$exists", "$contains", "$all", "$size", "$iin"),
}
LOGICAL = ("$and", "$or", "$nor")


class Field:
    """A field as columns of the table: the kind of value, for dynamic fields, and its key."""

    def __init__(self, name, spec, path, number):
        self.name = name
        self.operators = spec["operators"]
        self.path = path
        self.list = spec.get("list", False)
        self.dynamic = spec["kind"] == "dynamic"
        self.kind = Dynamic(spec) if self.dynamic else scalar_of(spec["kind"], spec)
        self.tag, self.key = f"t{number}", f"k{number}"

    def value(self, row):
        for key in self.path:
            if not isinstance(row, dict) or key not in row:
                return None
            row = row[key]
        return row

    def read(self, row):
        """What the two columns hold of a row."""
        value = self.value(row)
        if not self.list:
            found = self.kind.read(value)
            return found if self.dynamic and found is not None else (None, found)
        if not isinstance(value, list):
            return None, None
        elements = {self.kind.read(each) for each in value} - {None}
        return None, json.dumps(sorted(elements))

    def operand(self, value, *path):
        key = None if value is None else self.kind.operand(value)
        if key is None:
            raise Refused("invalid_operand", *path)
        return key if self.dynamic else (None, key)


class Suite:
    """A table of rows, and those of the rows that they are related to."""

    def __init__(self, given, table="rows", db=None):
        own = given if table == "rows" else given["related"][table]
        self.schema = own["schema"]["fields"]
        self.rows = own["rows"]
        self.table = table
        self.fields = {}
        self.db = db or sqlite3.connect(":memory:")
        self.db.create_function("text_test", 3, self.text_test, deterministic=True)
        self.db.execute(f'CREATE TABLE "{table}" (id TEXT PRIMARY KEY)')
        ids = [(row["id"],) for row in self.rows]
        self.db.executemany(f'INSERT INTO "{table}" VALUES (?)', ids)
        for name in self.schema:
            if not name.endswith(".*"):
                self.field(name)
        self.relations = given.get("relations", {}).get(table, {})
        self.related = {}
        if table == "rows":
            for name in given.get("related", {}):
                self.related[name] = Suite(given, name, self.db)
            for other in self.related.values():
                other.related = self.related

    @staticmethod
    def text_test(operator, value, operand):
        return int(TEXT_TESTS[operator](value, operand))

    def field(self, name, *path):
        if name in self.fields:
            return self.fields[name]
        spec = self.schema.get(name)
        keys = name.split(".")
        if spec is None:
            prefix = ".".join(keys[:1]) + ".*"
            spec = self.schema.get(prefix)
            if spec is None or len(keys) < 2 or "" in keys or not all(map(is_text, keys)):
                raise Refused("unknown_field", *path)
        field = Field(name, spec, keys, f"_{self.table}_{len(self.fields)}")
        self.db.execute(f'ALTER TABLE "{self.table}" ADD COLUMN {field.tag}')
        self.db.execute(f'ALTER TABLE "{self.table}" ADD COLUMN {field.key}')
        for row in self.rows:
            tag, key = field.read(row)
            statement = f'UPDATE "{self.table}" SET {field.tag} = ?, {field.key} = ? WHERE id = ?'
            self.db.execute(statement, (tag, key, row["id"]))
        self.fields[name] = field
        return field

    # Each of these gives SQL that is 0 or 1, and its parameters.

    def filter(self, given, *path):
        if not isinstance(given, dict):
            raise Refused("invalid_operand", *path)
        parts = [self.entry(key, value, *path, key) for key, value in given.items()]
        return joined(parts, "AND") if parts else ("1", [])

    def entry(self, key, value, *path):
        relation, _, rest = key.partition(".")
        if relation in self.relations:
            if rest == "":
                return self.quantified(relation, value, *path)
            return self.of_related(relation, rest, value, *path)
        if not key.startswith("$"):
            field = self.field(key, *path)
            return self.condition(field, value, *path)
        if key not in LOGICAL:
            raise Refused("unknown_operator", *path)
        if not isinstance(value, list):
            raise Refused("invalid_operand", *path)
        if not value:
            raise Refused("empty", *path)
        parts = [self.filter(each, *path, i) for i, each in enumerate(value)]
        sql = joined(parts, "AND" if key == "$and" else "OR")
        return negated(sql) if key == "$nor" else sql

    def joined_to(self, relation):
        """The related rows' table, and what its rows have in common with one of this table."""
        spec = self.relations[relation]
        other = self.related[spec.get("one") or spec.get("many")]
        return other, f"{other.field(spec['to']).key} = {self.field(spec['from']).key}"

    def quantified(self, relation, given, *path):
        other, join = self.joined_to(relation)
        parts = []
        for name, operand in given.items():
            if name == "$not":
                parts.append(negated(self.quantified(relation, operand, *path, name)))
                continue
            part = other.filter(operand, *path, name)
            sql, parameters = negated(part) if name == "$every" else part
            found = f'EXISTS (SELECT 1 FROM "{other.table}" WHERE {join} AND {sql})', parameters
            parts.append(found if name in ("$is", "$some") else negated(found))
        return joined(parts, "AND")

    def of_related(self, relation, rest, value, *path):
        """A condition on the one related row; if there is none, on a row of NULLs."""
        other, join = self.joined_to(relation)
        sql, parameters = other.entry(rest, value, *path)
        return (
            f'EXISTS (SELECT 1 FROM (SELECT 1) LEFT JOIN "{other.table}" ON {join} WHERE {sql})',
            parameters,
        )

    def condition(self, field, value, *path):
        if not isinstance(value, dict):
            return self.operator(field, "$eq", value, *path)
        return self.operators(field, value, *path)

    def operators(self, field, given, *path):
        if not given:
            raise Refused("empty", *path)
        parts = []
        for name, operand in given.items():
            if not name.startswith("$"):
                raise Refused("invalid_operand", *path, name)
            if name == "$not":
                if not isinstance(operand, dict):
                    raise Refused("invalid_operand", *path, name)
                parts.append(negated(self.operators(field, operand, *path, name)))
                continue
            if name not in OPERATORS:
                raise Refused("unknown_operator", *path, name)
            if name not in field.operators:
                raise Refused("operator_not_allowed", *path, name)
            parts.append(self.operator(field, name, operand, *path, name))
        return joined(parts, "AND")

    def operator(self, field, name, operand, *path):
        if name in NEGATIONS:
            return negated(self.operator(field, NEGATIONS[name], operand, *path))
        if name == "$exists":
            if not isinstance(operand, bool):
                raise Refused("invalid_operand", *path)
            return f"{field.key} IS {'NOT ' if operand else ''}NULL", []
        if name in ("$in", "$iin"):
            if not isinstance(operand, list):
                raise Refused("invalid_operand", *path)
            if len(operand) > 1000:
                raise Refused("too_many", *path)
            each = "$eq" if name == "$in" else "$ieq"
            parts = [
                self.member(field, each, value, *path, i) for i, value in enumerate(operand)
            ]
            return joined(parts, "OR") if parts else ("0", [])
        if field.list:
            return self.list_operator(field, name, operand, *path)
        if name in TEXT_TESTS:
            return self.text_operator(field, name, operand, *path)
        if name == "$eq" and operand is None:
            return f"{field.key} IS NULL", []
        if isinstance(operand, str) and isinstance(field.kind, String) and len(operand) > 4096:
            raise Refused("too_long", *path)
        tag, key = field.operand(operand, *path)
        sql = f"({field.key} {COMPARISONS[name]} ?)"
        if tag is not None:
            # A case of its own: SQLite would compare keys of other kinds, too.
            return f"CASE WHEN {field.tag} = ? THEN IFNULL({sql}, 0) ELSE 0 END", [tag, key]
        return f"IFNULL({sql}, 0)", [key]

    def member(self, field, name, operand, *path):
        if isinstance(operand, (list, dict)):
            raise Refused("invalid_operand", *path)
        if field.list and operand is not None:
            return self.contains(field, operand, *path)
        return self.operator(field, name, operand, *path)

    def text_operator(self, field, name, operand, *path):
        if name == "$ieq" and operand is None:
            return f"{field.key} IS NULL", []
        is_empty = not is_text(operand) or operand == ""
        if is_empty or (name == "$autocomplete" and not words_of(operand)):
            raise Refused("invalid_operand", *path)
        guard = f"{field.tag} = 'string'" if field.dynamic else f"{field.key} IS NOT NULL"
        return f"CASE WHEN {guard} THEN text_test(?, {field.key}, ?) ELSE 0 END", [name, operand]

    def contains(self, field, operand, *path):
        _, key = field.operand(operand, *path)
        sql = f"EXISTS (SELECT 1 FROM json_each({field.key}) AS e WHERE e.value = ?)"
        return f"({field.key} IS NOT NULL AND {sql})", [key]

    def list_operator(self, field, name, operand, *path):
        if name == "$eq" and operand is None:
            return f"{field.key} IS NULL", []
        if name == "$contains" or (name == "$eq" and not isinstance(operand, list)):
            return self.contains(field, operand, *path)
        if name == "$size":
            if isinstance(operand, bool) or not isinstance(operand, int) or operand < 0:
                raise Refused("invalid_operand", *path)
            return f"IFNULL(json_array_length({field.key}) = ?, 0)", [operand]
        if name not in ("$all", "$eq") or not isinstance(operand, list):
            raise Refused("invalid_operand", *path)
        keys = {field.operand(each, *path, i)[1] for i, each in enumerate(operand)}
        parts = [(f"({field.key} IS NOT NULL)", [])]
        parts += [self.contains(field, each, *path, i) for i, each in enumerate(operand)]
        if name == "$eq":
            parts.append((f"IFNULL(json_array_length({field.key}) = ?, 0)", [len(keys)]))
        return joined(parts, "AND")

    # --- What a case asks.

    def answer(self, case):
        sql, parameters = self.filter(case["filter"])
        if "sort" not in case:
            rows = self.db.execute(f'SELECT id FROM "{self.table}" WHERE {sql} ORDER BY id', parameters)
            return {"ids": [each for (each,) in rows]}
        return {"pages": self.pages(sql, parameters, case["sort"], case["limit"])}

    def pages(self, sql, parameters, sort, limit):
        """Follows the pages by the last row of each, as a cursor does."""
        (term,) = sort
        field = self.field(term["field"])
        down = term["direction"] == -1
        first = term.get("nulls", "last" if down else "first") == "first"
        # Whether a value is there is a column of the order: SQL has no comparison with NULL.
        there = f"({field.key} IS {'NOT ' if first else ''}NULL)"
        order = "DESC" if down else "ASC"
        columns = f"{there}, IFNULL({field.key}, ''), id"
        after = "<" if down else ">"
        pages, last = [], None
        while True:
            keyset, bound = "1", []
            if last is not None:
                keyset = (
                    f"({there} > ? OR ({there} = ? AND (IFNULL({field.key}, ''), id) {after} (?, ?)))"
                )
                bound = [last[0], *last]
            rows = self.db.execute(
                f'SELECT {columns} FROM "{self.table}" WHERE {sql} AND {keyset}'
                f" ORDER BY {there}, IFNULL({field.key}, '') {order}, id {order} LIMIT ?",
                [*parameters, *bound, limit],
            ).fetchall()
            if not rows:
                return pages
            pages.append([each[2] for each in rows])
            last = rows[-1]


def joined(parts, word):
    sql = f" {word} ".join(each for each, _ in parts)
    return f"({sql})", [each for _, parameters in parts for each in parameters]


def negated(part):
    sql, parameters = part
    return f"(NOT {sql})", parameters


def main():
    suite = None
    for line in sys.stdin:
        message = json.loads(line)
        if "suite" in message:
            given = message["suite"]
            suite = Suite(given)
            answer = {"ready": True}
        else:
            try:
                answer = suite.answer(message["case"])
            except Refused as error:
                answer = {"refused": {"code": error.code, "path": error.path}}
        print(json.dumps(answer), flush=True)


main()
