import {
  type ColumnType,
  type Dialect,
  dayReader,
  directed,
  type Fragment,
  fromBit,
  integerLiteral,
  integerReader,
  join,
  type Parameter,
  plainDialect,
  printList,
  quoteName,
  readCanonical,
  refuser,
  type Scalar,
  STANDARD,
  type Stored,
  smallest,
  sql,
} from 'tamis/dialect'

const refuse = refuser('sqlserver')
const identifier = (name: string): Fragment => quoteName(name, '"', 'sqlserver', 128)

/** UTF-8, compared by byte, which is by code point; but blanks at the end of a text do not count. */
const COLLATION = sql`COLLATE Latin1_General_100_BIN2_UTF8`

/** The driver sends NVARCHAR, which is UTF-16. */
const textOf = (parameter: Scalar | Fragment): Fragment =>
  sql`CAST(${parameter} ${COLLATION} AS VARCHAR(MAX))`

/** Bytes, of which every one counts; shorter ones are compared as if U+0000 followed, which no text has. */
const bytesOf = (text: Fragment): Fragment => sql`CAST(${text} AS VARBINARY(MAX))`

/** A key of an index has at most 900 bytes. */
const LONGEST_SORTED = 900

/** A type that parameters are cast to. */
const castTo = (type: (at: Stored) => Fragment, more: Partial<ColumnType> = {}): ColumnType => ({
  type,
  representation: () => 'integer',
  encode: (value) => value,
  decode: readCanonical,
  cast: (parameter, at) => sql`CAST(${parameter} AS ${type(at)})`,
  ...more,
})

/** Texts of at most so many bytes. 'a' = 'a ' here: equality tests column and bytes, so that an index serves. */
const text = (lengthOf: (at: Stored) => number): ColumnType =>
  castTo(
    (at) => {
      const most = lengthOf(at)
      return most > 8000
        ? sql`VARCHAR(MAX) ${COLLATION}`
        : sql`VARCHAR(${integerLiteral(most)}) ${COLLATION}`
    },
    {
      representation: () => 'text',
      // What `exact` is compared with has the storage `text`.
      cast: (parameter, { storage }) =>
        storage === 'text' ? bytesOf(textOf(parameter)) : textOf(parameter),
      exact: bytesOf,
    },
  )

const enumeration: ColumnType = {
  ...text(({ values }) => Math.max(1, ...values.map((each) => 3 * each.length))),
  order(value, { values }) {
    const whens = values.map(
      (each, i) => sql`WHEN ${bytesOf(textOf(each))} THEN ${integerLiteral(i)}`,
    )
    return sql`CASE ${value} ${join(whens, sql` `)} END`
  },
}

const double = castTo(() => sql`FLOAT(53)`, { representation: () => 'double', decode: Number })

/** SQL Server 2019 or newer, by mssql: `request.input(name, value)` for each of the parameters. */
export const sqlserver: Dialect<Readonly<Record<string, Parameter>>> = plainDialect({
  name: 'sqlserver',
  // T-SQL has no boolean values, so CASE makes a number of the condition.
  syntax: {
    ...STANDARD,
    truth: (value) => (value ? sql`1 = 1` : sql`1 = 0`),
    negate: (condition, negated) =>
      negated ? sql`(CASE WHEN ${condition} THEN 0 ELSE 1 END = 1)` : condition,
  },
  placeholder: (index) => `@p${index}`,
  params: (values, first) => Object.fromEntries(values.map((value, i) => [`p${first + i}`, value])),
  identifier,
  // NULL is the smallest value.
  order(value, direction, nulls) {
    const term = directed(value, direction)
    if (nulls === undefined || nulls === smallest(direction)) return term
    const isNull = sql`CASE WHEN ${value} IS NULL THEN 1 ELSE 0 END`
    return sql`${directed(isNull, nulls === 'last' ? 1 : -1)}, ${term}`
  },
  // FETCH of no rows is an error.
  limit: (limit, offset) =>
    limit === 0
      ? sql`OFFSET 9223372036854775807 ROWS`
      : sql`OFFSET ${offset} ROWS FETCH NEXT ${limit} ROWS ONLY`,
  // One parameter: a statement has at most 2,100.
  members: (stored, constant) =>
    sql`(SELECT ${constant(sql`v`)} FROM OPENJSON(${printList(stored)}) WITH (v NVARCHAR(MAX) '$'))`,
  hasText(column, part, text) {
    if (part === 'anywhere') return sql`CHARINDEX(${textOf(text)}, ${column}) > 0`
    const [bytes, end] = [bytesOf(column), bytesOf(textOf(text))]
    const length = sql`DATALENGTH(${end})`
    return sql`SUBSTRING(${bytes}, DATALENGTH(${bytes}) - ${length} + 1, ${length}) = ${end}`
  },
  types: {
    string: text(({ isSorted }) => (isSorted ? LONGEST_SORTED : Number.POSITIVE_INFINITY)),
    enumeration,
    boolean: castTo(() => sql`BIT`, {
      representation: () => 'boolean',
      encode: (value) => (value ? 1 : 0),
      decode: fromBit,
    }),
    integer: castTo(() => sql`BIGINT`, {
      encode: String,
      decode: integerReader(refuse, 'select what compileQuery does, as text'),
      select: (column) => sql`CAST(${column} AS VARCHAR(20))`,
    }),
    number: double,
    numeric: double,
    decimal: castTo(
      ({ precision, scale }) =>
        sql`DECIMAL(${integerLiteral(precision)}, ${integerLiteral(scale)})`,
      {
        representation: () => 'decimal',
        encode: String,
        select: (column) => sql`CAST(${column} AS VARCHAR(42))`,
      },
    ),
    timestamp: castTo(
      (at) => {
        if (at.storage !== undefined && at.storage !== 'text') refuse(at, 'leave out storage')
        if (at.digits > 7) refuse(at, 'DATETIME2 has 7 digits; lower those of the field')
        return sql`DATETIME2(${integerLiteral(at.digits)})`
      },
      {
        representation: () => 'time',
        encode: (value) => String(value).replace('Z', ''),
        select: (column) => sql`CONCAT(CONVERT(VARCHAR(27), ${column}, 126), 'Z')`,
      },
    ),
    date: castTo(() => sql`DATE`, {
      representation: () => 'time',
      decode: dayReader(refuse),
      select: (column) => sql`CONVERT(VARCHAR(10), ${column}, 23)`,
    }),
    // A UNIQUEIDENTIFIER is in the order of its last six bytes.
    uuid: { ...text(() => 36), representation: () => 'uuid' },
  },
  indexed: ({ kind, isSorted, column }) =>
    kind.name === 'string' && !isSorted ? [] : [{ label: '', on: identifier(column) }],
  bound: ({ kind, isSorted }) =>
    kind.name === 'string' && isSorted ? { most: LONGEST_SORTED, unit: 'bytes' } : undefined,
})
