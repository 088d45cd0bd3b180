#!/usr/bin/env node
import { styleText } from 'node:util'
import { CommanderError } from 'commander'
import type { FrameStyle } from '../error/source.ts'
import { linesOf } from './mistake.ts'
import { asMistake, program } from './program.ts'

// The reader may stop early: `tamis query … | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1)
})

/** Marks in text for a terminal; a program that reads the output gets one line an issue. */
const TERMINAL: FrameStyle = process.env.NO_COLOR
  ? { mark: (text) => text, dim: (text) => text }
  : { mark: (text) => styleText('red', text), dim: (text) => styleText('dim', text) }

try {
  await program().parseAsync()
} catch (thrown) {
  const error = asMistake(thrown)
  if (!(error instanceof CommanderError)) {
    const lines = linesOf(error, process.stderr.isTTY ? TERMINAL : undefined)
    // Anything else is a bug of tamis, and its stack helps to find it.
    if (lines === undefined) throw error
    for (const line of lines) process.stderr.write(`${line}\n`)
    process.exitCode = 2
  }
}
