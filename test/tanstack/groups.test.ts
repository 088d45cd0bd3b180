import { describe, expect, it } from 'vitest'
import { Groups } from '../../src/tanstack/groups.ts'

interface Item {
  readonly id: string
}

const PLAN = { filter: { a: 1 }, whole: { a: 1 } } as never

/** Rows of a server, in a group whose stream the test speaks for. */
function group() {
  const held = new Set<string>()
  const errors: unknown[] = []
  const server: { items: Item[]; answer: Promise<void> | undefined } = {
    items: [],
    answer: undefined,
  }
  const streams: { reset(): Promise<void>; failed(error: unknown): void }[] = []
  const groups = new Groups<Item>(
    {
      load: async () => {
        const items = [...server.items]
        await server.answer
        return { items }
      },
      read: (row: Item) => row,
      valueOf: (row: Item, field: keyof Item) => row[field],
      page: 100,
      keyOf: (row: Item) => row.id,
      subscribe: (stream: (typeof streams)[number]) => void streams.push(stream),
      onError: (error: unknown) => errors.push(error),
    } as never,
    {
      begin() {},
      write(message: { type: string; key?: string; value?: Item }) {
        if (message.type === 'delete') held.delete(message.key as string)
        else held.add((message.value as Item).id)
      },
      commit: () => true,
      invalidate() {},
    } as never,
  )
  return { groups, server, streams, held, errors }
}

describe('rows of a filter', () => {
  it('that were gone when all were loaded again do not come back with a load that is older', async () => {
    const { groups, server, streams, held } = group()
    server.items = [{ id: 'x' }]
    let answer = () => {}
    server.answer = new Promise((resolve) => {
      answer = resolve
    })
    const loading = groups.load({} as never, [PLAN])
    await new Promise((resolve) => setTimeout(resolve, 5))
    server.items = []
    server.answer = undefined
    await streams[0]?.reset()
    answer()
    await loading
    expect([...held]).toEqual([])
  })

  it('are followed by another stream after one that has ended for good', async () => {
    const { groups, streams, errors } = group()
    await groups.load({} as never, [PLAN])
    streams[0]?.failed(new Error('gone for good'))
    await groups.load({} as never, [PLAN])
    expect(streams).toHaveLength(2)
    expect(errors).toHaveLength(1)
  })
})
