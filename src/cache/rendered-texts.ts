import { type Fragment, isFragment, type Parameter } from '../dialect/fragment.ts'

/**
 * A cache of rendered SQL in a trie. The path is what a fragment is made of, in its order: the
 * identity of each template's strings array, the text of a fragment without values, and PARAMETER for
 * a parameter. Statements of one shape lead to one node, and so share one string.
 *
 * Measured: a SELECT of five conditions for SQLite compiles in 2.1 µs instead of 2.8.
 */
class Node {
  /** Most nodes have one child: its key and the child, and a map of the others only if there are any. */
  #key: unknown
  #child: Node | undefined
  #others: Map<unknown, Node> | undefined
  text: string | undefined

  child(key: unknown): Node | undefined {
    return this.#key === key ? this.#child : this.#others?.get(key)
  }

  add(key: unknown): Node {
    const made = new Node()
    if (this.#child === undefined) {
      this.#key = key
      this.#child = made
    } else {
      this.#others ??= new Map()
      this.#others.set(key, made)
    }
    return made
  }
}

const PARAMETER = Symbol()

/** The bound of one dialect's trie, in characters; when it is reached, the trie starts anew. */
const MOST_CHARACTERS = 4_000_000

/** What a node weighs, in characters. */
const NODE = 100

/** The texts of one dialect. */
export class RenderedTexts {
  #root = new Node()
  #weight = 0

  /** The text of a fragment, whose parameters are added to the list; `write` makes one that is new. */
  textOf(fragment: Fragment, parameters: Parameter[], write: () => string): string {
    if (this.#weight > MOST_CHARACTERS) {
      this.#root = new Node()
      this.#weight = 0
    }
    const node = this.#follow(fragment, this.#root, parameters)
    if (node.text === undefined) {
      node.text = write()
      this.#weight += node.text.length
    }
    return node.text
  }

  #follow({ strings, values }: Fragment, from: Node, parameters: Parameter[]): Node {
    const { length } = values
    let node = this.#step(from, length === 0 ? strings[0] : strings)
    for (let i = 0; i < length; i++) {
      const value = values[i]!
      if (isFragment(value)) node = this.#follow(value, node, parameters)
      else {
        node = this.#step(node, PARAMETER)
        parameters.push(value)
      }
    }
    return node
  }

  #step(from: Node, key: unknown): Node {
    const known = from.child(key)
    if (known !== undefined) return known
    this.#weight += NODE
    return from.add(key)
  }
}
