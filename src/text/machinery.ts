import { Lexer } from 'chevrotain'
import { TreeParser } from './parser.ts'
import { TOKENS } from './tokens.ts'

let made: { readonly lexer: Lexer; readonly parser: TreeParser } | undefined

/** The lexer and the parser, made when a text first needs them: most are read by JSON.parse. */
export function machinery() {
  made ??= {
    lexer: new Lexer(TOKENS, { positionTracking: 'onlyOffset', ensureOptimizations: false }),
    parser: new TreeParser(),
  }
  return made
}
