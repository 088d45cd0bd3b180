import type { Suite } from '../test/conformance/suite.ts'

/** What a runtime is given, as JSON. */
export interface Given {
  readonly suites: readonly Suite[]
  /** `test/text/errors.md`: what is said of wrong texts. */
  readonly errors: string
}

/** The outcome of one kind of checks. */
export interface Count {
  readonly passed: number
  readonly failed: number
  /** The first failures. */
  readonly failures: readonly string[]
}

/** What a runtime answers, as JSON. */
export interface Report {
  /** The conformance suites in memory. */
  readonly cases: Count
  readonly texts: Count
  /** Steps of a collection, each compared with an array. */
  readonly collection: Count
  readonly sql: Sql
  /** The conformance suites in the SQLite that comes with the runtime, and its version. */
  readonly stored?: Count & { readonly version: string }
}

/** The statements of all dialects. */
export interface Sql {
  readonly statements: number
  /** The SHA-256 of the statements and their parameters, by dialect and suite. */
  readonly digests: Readonly<Record<string, string>>
}

/** Counts what passes and what fails. */
export class Tally {
  passed = 0
  failed = 0
  readonly #failures: string[] = []

  add(isRight: boolean, failure: () => string): void {
    if (isRight) this.passed++
    else {
      this.failed++
      if (this.#failures.length < 5) this.#failures.push(failure())
    }
  }

  get count(): Count {
    return { passed: this.passed, failed: this.failed, failures: this.#failures }
  }
}
