/** Text as a tree of values that know where they stand: offsets in UTF-16 code units, the end after. */

export interface Range {
  readonly start: number
  readonly end: number
}

export interface Scalar extends Range {
  readonly kind: 'scalar'
  readonly value: unknown
}

export interface List extends Range {
  readonly kind: 'list'
  readonly elements: readonly Node[]
}

export interface Member {
  readonly key: string
  readonly at: Range
  readonly value: Node
}

export interface ObjectNode extends Range {
  readonly kind: 'object'
  readonly members: readonly Member[]
}

export type Node = Scalar | List | ObjectNode

/** What a text says wrongly, before anyone asks what it means. */
export interface Problem extends Range {
  readonly subject: string
  readonly expected: string
  readonly received?: string | undefined
  readonly hint?: string | undefined
}

/** The value of a node, as JSON.parse would give it: of keys that stand twice, the last. */
export function toValue(node: Node): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.value
    case 'list':
      return node.elements.map(toValue)
    case 'object': {
      const own: Record<string, unknown> = {}
      for (const { key, value } of node.members) {
        // A plain assignment would set the prototype.
        Object.defineProperty(own, key, {
          value: toValue(value),
          configurable: true,
          enumerable: true,
          writable: true,
        })
      }
      return own
    }
    default:
      return node satisfies never
  }
}
