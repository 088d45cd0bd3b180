/** The modules that only some runtimes have, as far as `process.ts` uses them. */

declare module 'bun:sqlite' {
  interface Statement {
    all(...params: readonly unknown[]): Record<string, unknown>[]
    run(...params: readonly unknown[]): unknown
  }
  export class Database {
    constructor(file: string, options: { readonly safeIntegers: boolean })
    exec(text: string): unknown
    prepare(text: string): Statement
    close(): void
  }
}

declare module 'node:sqlite' {
  interface Statement {
    all(...params: readonly unknown[]): Record<string, unknown>[]
    run(...params: readonly unknown[]): unknown
    setReadBigInts(on: boolean): void
  }
  export class DatabaseSync {
    constructor(file: string)
    exec(text: string): unknown
    prepare(text: string): Statement
    close(): void
  }
}
