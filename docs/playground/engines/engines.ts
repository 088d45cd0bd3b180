/**
 * The engines of the page, in the order in which it shows them. DuckDB is not among them: its
 * WebAssembly (@duckdb/duckdb-wasm 1.32, 34 MB) fetches the functions for JSON from a server, and
 * nothing here is to leave the browser.
 */

export type EngineName = 'memory' | 'sqlite' | 'postgres'

export interface EngineInfo {
  readonly name: EngineName
  readonly title: string
  /** What is downloaded when it is turned on. */
  readonly size: string
  /** Whether it is on when the page opens. */
  readonly isOn: boolean
  readonly start: () => Worker
}

export const ENGINES: readonly EngineInfo[] = [
  {
    name: 'memory',
    title: 'Memory',
    size: '',
    isOn: true,
    start: () => new Worker(new URL('./memory.worker.ts', import.meta.url), { type: 'module' }),
  },
  {
    name: 'sqlite',
    title: 'SQLite',
    size: '0.5 MB',
    isOn: true,
    start: () => new Worker(new URL('./sqlite.worker.ts', import.meta.url), { type: 'module' }),
  },
  {
    name: 'postgres',
    title: 'PostgreSQL',
    size: '5 MB',
    isOn: false,
    start: () => new Worker(new URL('./postgres.worker.ts', import.meta.url), { type: 'module' }),
  },
]
