import { defineSchema, integer, type Page, parseQuery, string } from 'tamis'
import { createCollection, type PageEvent } from 'tamis/collection'
import { describe, expectTypeOf, it } from 'vitest'

const schema = defineSchema({
  fields: { id: string({ required: true, sortable: true }), n: integer() },
})
const query = parseQuery(schema, {})

describe('watch and events', () => {
  it('have the rows of the collection', () => {
    const collection = createCollection(schema)
    type Row = NonNullable<ReturnType<typeof collection.get>>
    const watch = collection.watch(query, ({ changes, total }) => {
      expectTypeOf(total).toEqualTypeOf<number | undefined>()
      for (const change of changes) {
        expectTypeOf(change.row).toEqualTypeOf<Row>()
        expectTypeOf(change.row.id).toEqualTypeOf<string>()
        if (change.type === 'moved') expectTypeOf(change.from).toEqualTypeOf<number>()
        else expectTypeOf(change.index).toEqualTypeOf<number>()
        // @ts-expect-error a moved row has no index
        change.index
      }
    })
    expectTypeOf(watch.page).toEqualTypeOf<Page<Row>>()
    const events = collection.events(query)
    expectTypeOf<Awaited<ReturnType<typeof events.next>>['value']>().toEqualTypeOf<
      PageEvent<Row> | undefined
    >()
  })

  it('refuse options that there are not', () => {
    const collection = createCollection(schema)
    // @ts-expect-error no such option
    collection.watch(query, () => {}, { totals: true })
    // @ts-expect-error errors of the page reject, and there is no listener
    collection.events(query, { onError: () => {} })
  })
})
