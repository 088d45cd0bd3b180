import type { ClientPool, Control } from '../pool.ts'
import { type Backend, memoryBackend } from './backend.ts'
import { Lock, SqliteClient } from './client.ts'
import { requireFrom } from './engine.ts'
import { FileBackend } from './file.ts'
import { Peek } from './peek.ts'

/** The connections to an SQLite file, or to `:memory:`. */
export async function sqlitePool(
  file: string,
  control: Control,
  ownsProcess: boolean,
): Promise<ClientPool> {
  const { createRequire } = await import('node:module')
  const { resolve } = await import('node:path')
  const here = typeof __filename === 'string' ? __filename : import.meta.url
  // If this code is bundled into another place, the driver is found from the application's folder.
  const files = [here, resolve('index.js')]
  if (file === ':memory:') {
    const backend = memoryBackend(requireFrom(createRequire, files))
    return poolOf(backend, control, () => backend.read('SELECT 1', [], undefined))
  }
  const { spawn } = await import('node:child_process')
  // Absolute, because the current folder may change before a later process starts.
  const path = file.startsWith('file:') ? file : resolve(file)
  const backend = new FileBackend(spawn, path, files, control)
  try {
    await backend.open()
  } catch (error) {
    await backend.end()
    throw error
  }
  const peek = ownsProcess ? new Peek(requireFrom(createRequire, files), path) : undefined
  return poolOf(backend, control, () => backend.ping(), peek)
}

function poolOf(
  backend: Backend,
  control: Control,
  ping: () => Promise<unknown>,
  peek?: Peek,
): ClientPool {
  const lock = new Lock()
  return {
    peek,
    acquire: async () => new SqliteClient(backend, lock, control),
    async ping() {
      await ping()
    },
    async end() {
      // The last connection to close truncates the write-ahead log, and must be a writer.
      peek?.close()
      await backend.end()
    },
  }
}
