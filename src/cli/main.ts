#!/usr/bin/env node
import { styleText } from 'node:util'
import { CommanderError } from 'commander'
import type { FrameStyle } from '../error/source.ts'
import { linesOf } from './mistake.ts'
import { asMistake, program } from './program.ts'

// Whoever reads us may stop early: `tamis query … | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1)
})

/** Marks for somebody who looks; a program that reads us gets a line an issue. */
const TERMINAL: FrameStyle = process.env.NO_COLOR
  ? { mark: (text) => text, dim: (text) => text }
  : { mark: (text) => styleText('red', text), dim: (text) => styleText('dim', text) }

try {
  await program().parseAsync()
} catch (thrown) {
  const error = asMistake(thrown)
  if (!(error instanceof CommanderError)) {
    const lines = linesOf(error, process.stderr.isTTY ? TERMINAL : undefined)
    // Anything else is our fault, and then the stack is what helps.
    if (lines === undefined) throw error
    for (const line of lines) process.stderr.write(`${line}\n`)
    process.exitCode = 2
  }
}
