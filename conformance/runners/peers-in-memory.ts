/** Libraries that find rows in memory, each by the spelling that it documents. */

import type { Row } from '../../test/conformance/suite.ts'
import { type Tree, translated } from './filter-tree.ts'
import { copied, type Library, load, refuseWords } from './peer-library.ts'
import { Unsupported } from './protocol.ts'

export const IN_MEMORY: Readonly<Record<string, Library>> = {
  async sift() {
    const { default: sift } = await load('sift')
    return ({ rows }) =>
      (filter) =>
        rows.filter(sift(filter))
  },
  async mingo() {
    const { Query } = await load('mingo')
    return ({ rows }) =>
      (filter) => {
        const query = new Query(filter)
        return rows.filter((row) => query.test(row))
      }
  },
  async '@ucast/mongo2js'() {
    const { guard } = await load('@ucast/mongo2js')
    return ({ rows }) =>
      (filter) =>
        rows.filter(guard(filter))
  },
  async lokijs() {
    const Loki = await load('lokijs')
    return ({ rows }) => {
      const collection = new Loki('cases').addCollection('rows')
      collection.insert(copied(rows))
      return (filter) => {
        refuseWords(filter, ['$nor'])
        return collection.find(filter)
      }
    }
  },
  async minimongo() {
    // What its collections ask of a document: from them, an unknown operator ends the process.
    const { compileDocumentSelector } = await load('minimongo/lib/selector')
    return ({ rows }) =>
      (filter) =>
        rows.filter(compileDocumentSelector(filter))
  },
  async rxdb() {
    const { createRxDatabase } = await load('rxdb')
    const { getRxStorageMemory } = await load('rxdb/plugins/storage-memory')
    const name = `cases${process.pid}`
    const db = await createRxDatabase({ name, storage: getRxStorageMemory(), multiInstance: false })
    return async ({ schema: { fields }, rows }) => {
      const keys = Object.keys(fields).map((field) => field.split('.')[0] ?? field)
      const properties = Object.fromEntries([...new Set(keys)].map((key) => [key, {}]))
      const schema = {
        version: 0,
        type: 'object',
        primaryKey: 'id',
        properties: { ...properties, id: { type: 'string', maxLength: 100 } },
        required: ['id'],
      }
      await db.rows?.remove()
      const { rows: collection } = await db.addCollections({ rows: { schema } })
      await collection.bulkInsert(copied(rows))
      return async (selector) => collection.find({ selector }).exec()
    }
  },
  async '@feathersjs/memory'() {
    const { memory } = await load('@feathersjs/memory')
    return async ({ rows }) => {
      const store = Object.fromEntries(copied(rows).map((row) => [row.id, row]))
      const operators = ['$not', '$nor', '$exists', '$eq']
      const filters = { $nor: true }
      const service = memory({ store, operators, filters, multi: true })
      return async (filter) => {
        try {
          return await service.find({ query: filter, paginate: false })
        } catch (error) {
          const message = error instanceof Error ? error.message : ''
          throw message.includes('Invalid query parameter') ? new Unsupported(message) : error
        }
      }
    }
  },
  async '@tanstack/db'() {
    const tanstack = await load('@tanstack/db')
    const { createCollection, localOnlyCollectionOptions, createLiveQueryCollection } = tanstack
    let suites = 0
    return async ({ rows }) => {
      const id = `rows${++suites}`
      const getKey = (row: Row) => row.id
      const initialData = copied(rows)
      const collection = createCollection(localOnlyCollectionOptions({ id, getKey, initialData }))
      await collection.preload()
      return async (filter) => {
        // biome-ignore lint/suspicious/noExplicitAny: as `load` has it.
        const live = createLiveQueryCollection((q: any) =>
          // biome-ignore lint/suspicious/noExplicitAny: as `load` has it.
          q.from({ row: collection }).where(({ row }: any) => {
            return translated(filter, expressions(tanstack, row))
          }),
        )
        await live.preload()
        const found = live.toArray
        await live.cleanup()
        return found
      }
    }
  },
  async 'json-rules-engine'() {
    const { Engine } = await load('json-rules-engine')
    return ({ rows }) =>
      async (filter) => {
        const conditions = translated(filter, RULES)
        const isRoot = ['all', 'any', 'not'].some((key) => Object.hasOwn(conditions, key))
        const rule = {
          conditions: isRoot ? conditions : { all: [conditions] },
          event: { type: 'found' },
        }
        const engine = new Engine([rule], { allowUndefinedFacts: true })
        const found: Row[] = []
        for (const row of rows) {
          const { events } = await engine.run({ ...row })
          if (events.length > 0) found.push(row)
        }
        return found
      }
  },
}

/** The functions of TanStack DB; a missing value is undefined for it, and only isUndefined finds it. */
// biome-ignore lint/suspicious/noExplicitAny: as `load` has it.
function expressions(tanstack: any, row: any): Tree<unknown> {
  const { and, or, not, eq, gt, gte, lt, lte, inArray, isNull, isUndefined } = tanstack
  // With one argument, `and` and `or` are none.
  const joined = (join: (...all: readonly unknown[]) => unknown) => (all: readonly unknown[]) =>
    all.length === 1 ? all[0] : join(...all)
  const compared = new Map(Object.entries({ $eq: eq, $gt: gt, $gte: gte, $lt: lt, $lte: lte }))
  return {
    and: joined(and),
    or: joined(or),
    not,
    leaf(field, operator, operand) {
      const ref = field.split('.').reduce((inner, key) => inner[key], row)
      const absent = () => or(isNull(ref), isUndefined(ref))
      if (operator === '$exists') return operand === true ? not(absent()) : absent()
      if (operator === '$eq' && operand === null) return absent()
      if (operator === '$ne') return operand === null ? not(absent()) : not(eq(ref, operand))
      const compare = compared.get(operator)
      if (compare !== undefined && operand !== null) return compare(ref, operand)
      const isList = Array.isArray(operand) && !operand.includes(null)
      if (isList && operator === '$in') return inArray(ref, operand)
      if (isList && operator === '$nin') return not(inArray(ref, operand))
      throw new Unsupported(`no ${operator} of ${JSON.stringify(operand)}`)
    },
  }
}

/** Its operators of order are for numbers, and it has none for a value that is missing or null. */
const RULES: Tree<object> = {
  and: (all) => ({ all }),
  or: (all) => ({ any: all }),
  not: (one) => ({ not: one }),
  leaf(field, operator, value) {
    const [fact = '', ...keys] = field.split('.')
    const path = keys.length === 0 ? {} : { path: `$.${keys.join('.')}` }
    const name = RULE_OPERATORS.get(operator)
    const values = Array.isArray(value) ? value : [value]
    if (name === undefined) throw new Unsupported(`no ${operator}`)
    if (values.includes(null)) throw new Unsupported('no null or missing value')
    if (/^(less|greater)/.test(name) && typeof value !== 'number') {
      throw new Unsupported(`${name} is for numbers`)
    }
    return { fact, ...path, operator: name, value }
  },
}

const RULE_OPERATORS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    $eq: 'equal',
    $ne: 'notEqual',
    $in: 'in',
    $nin: 'notIn',
    $lt: 'lessThan',
    $lte: 'lessThanInclusive',
    $gt: 'greaterThan',
    $gte: 'greaterThanInclusive',
  }),
)
