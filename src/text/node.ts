/** Text as a tree of values with positions: offsets in UTF-16 code units, the end exclusive. */

/** A place in a text. */
export interface Span {
  readonly start: number
  readonly end: number
}

export interface ScalarNode extends Span {
  readonly kind: 'scalar'
  readonly value: unknown
}

export interface ListNode extends Span {
  readonly kind: 'list'
  readonly elements: readonly Node[]
}

export interface Member {
  readonly key: string
  readonly at: Span
  readonly value: Node
}

export interface ObjectNode extends Span {
  readonly kind: 'object'
  readonly members: readonly Member[]
}

export type Node = ScalarNode | ListNode | ObjectNode

/** A mistake in how a text is written, before anyone asks what it means. */
export interface Problem extends Span {
  readonly subject: string
  readonly expected: string
  readonly received?: string | undefined
  readonly hint?: string | undefined
}

/** The value of a node, as JSON.parse would give it: of duplicate keys, the last. */
export function toValue(node: Node): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.value
    case 'list':
      return node.elements.map(toValue)
    case 'object': {
      const object: Record<string, unknown> = {}
      for (const { key, value } of node.members) {
        // A plain assignment would set the prototype.
        Object.defineProperty(object, key, {
          value: toValue(value),
          configurable: true,
          enumerable: true,
          writable: true,
        })
      }
      return object
    }
    default:
      return node satisfies never
  }
}
