/** Values of JavaScript as texts, so that the fuzzer can change them unit by unit. */

/** Names, operators and values that a filter is made of; a unit of the text selects one. */
export type Words = readonly string[]

/** Values nest at most so deep, and have so many parts. */
const DEEPEST = 40
const MOST_PARTS = 400

/**
 * Reads a value from a text: each unit selects a kind of value, and some are followed by a length or
 * content. Every text has a value; what is missing at its end is null. Among the values are those that
 * no JSON has: getters, proxies, symbols, cycles, instances, sparse lists.
 */
export function readValue(text: string, words: Words): unknown {
  return new Reader(text, words).value()
}

class Reader {
  readonly #text: string
  readonly #words: Words
  #at = 0
  #parts = 0
  readonly #open: unknown[] = []

  constructor(text: string, words: Words) {
    this.#text = text
    this.#words = words
  }

  #unit(): number {
    return this.#at < this.#text.length ? this.#text.charCodeAt(this.#at++) : 0
  }

  #name(): string {
    const unit = this.#unit()
    if (unit % 16 !== 15) return this.#words[unit % this.#words.length] ?? ''
    return this.#raw()
  }

  #raw(): string {
    const length = this.#unit() % 32
    const raw = this.#text.slice(this.#at, this.#at + length)
    this.#at += length
    return raw
  }

  value(): unknown {
    if (this.#parts++ > MOST_PARTS || this.#open.length > DEEPEST) return null
    const unit = this.#unit()
    switch (unit % 26) {
      case 0:
      case 1:
      case 2:
      case 3:
        return this.#object({})
      case 4:
      case 5:
        return this.#list()
      case 6:
      case 7:
        return this.#words[this.#unit() % this.#words.length]
      case 8:
        return this.#raw()
      case 9:
        return (this.#unit() % 200) - 100
      case 10:
        return Number(this.#raw())
      case 11:
        return [true, false, null, undefined, Number.NaN, -0, 2 ** 53, 1e308, -1.5][
          this.#unit() % 9
        ]
      case 12:
        return BigInt(this.#unit()) ** BigInt(this.#unit() % 8) - 5n
      case 13:
        return new Date(this.#unit() % 3 === 0 ? Number.NaN : this.#unit() * 1e9)
      case 14:
        return this.#object(Object.create(null))
      case 15:
        return this.#open[this.#unit() % Math.max(1, this.#open.length)]
      case 16: {
        const name = this.#name()
        const value = this.value()
        return Object.defineProperty({}, name, { enumerable: true, get: () => value })
      }
      case 17:
        return Object.defineProperty({}, this.#name(), {
          enumerable: true,
          get() {
            throw new Error('a getter threw')
          },
        })
      case 18:
        return new Proxy(Object(this.value() ?? {}), {
          get() {
            throw new Error('a proxy threw')
          },
        })
      case 19: {
        const { proxy, revoke } = Proxy.revocable(this.#unit() % 2 === 0 ? {} : [], {})
        revoke()
        return proxy
      }
      case 20:
        return { [Symbol('a')]: this.value(), [this.#name()]: this.value() }
      case 21:
        return new Map([[this.#name(), this.value()]])
      case 22:
        return Object(this.#name())
      case 23:
        return Array(this.#unit())
      case 24:
        return this.#object(new (class Row {})())
      default:
        return [Symbol('a'), () => 1, /a/, new Set(), new Uint8Array(3)][this.#unit() % 5]
    }
  }

  #object(made: object): object {
    this.#open.push(made)
    for (let left = this.#unit() % 5; left > 0; left--) {
      const value = [this.#name(), this.value()] as const
      // A key named __proto__ is a property too.
      Object.defineProperty(made, value[0], {
        value: value[1],
        enumerable: true,
        writable: true,
        configurable: true,
      })
    }
    this.#open.pop()
    return made
  }

  #list(): unknown[] {
    const made: unknown[] = []
    this.#open.push(made)
    for (let left = this.#unit() % 6; left > 0; left--) made.push(this.value())
    this.#open.pop()
    return made
  }
}
