/**
 * Stands in for Chevrotain in the console, whose budget is 60 kB: Chevrotain alone is 41 kB. It runs
 * the same tokens and the same grammar of `src/text`, so it has only what that grammar uses. The
 * grammar is LL(1): an alternative is chosen by trying it, and has failed if nothing was consumed.
 *
 * It recovers from one error only, brackets that the end of the text leaves open; after any other the
 * rest of the text is not read. A test compares it with Chevrotain.
 */

type Pattern = RegExp | string | ((text: string, start: number) => readonly string[] | null)

interface TokenType {
  readonly name: string
  readonly pattern: Pattern
  readonly group?: string
}

interface Token {
  readonly tokenType: TokenType
  readonly image: string
  readonly startOffset: number
  readonly isInsertedInRecovery?: boolean
}

const SKIPPED = 'skipped'

export const EOF: TokenType = { name: 'EOF', pattern: '' }

export const createToken = (type: TokenType): TokenType =>
  type.pattern instanceof RegExp
    ? { ...type, pattern: new RegExp(type.pattern.source, `${type.pattern.flags}y`) }
    : type

/** What a token's pattern matches at an offset. */
function imageAt({ pattern }: TokenType, text: string, start: number): string | undefined {
  if (typeof pattern === 'string') return text.startsWith(pattern, start) ? pattern : undefined
  if (typeof pattern === 'function') return pattern(text, start)?.[0]
  pattern.lastIndex = start
  return pattern.exec(text)?.[0]
}

export class Lexer {
  static readonly SKIPPED = SKIPPED
  readonly #types: readonly TokenType[]

  constructor(types: readonly TokenType[]) {
    this.#types = types
  }

  tokenize(text: string) {
    const tokens: Token[] = []
    const groups: Record<string, Token[]> = {}
    const errors: { offset: number; length: number }[] = []
    for (let at = 0; at < text.length; ) {
      let image = ''
      for (const tokenType of this.#types) {
        image = imageAt(tokenType, text, at) ?? ''
        if (image === '') continue
        const { group } = tokenType
        const token = { tokenType, image, startOffset: at }
        if (group === undefined) tokens.push(token)
        else if (group !== SKIPPED) {
          groups[group] ??= []
          groups[group].push(token)
        }
        break
      }
      if (image === '') errors.push({ offset: at, length: 1 })
      at += image.length || 1
    }
    return { tokens, groups, errors }
  }
}

/** The next token is not the expected one. */
class Mismatch extends Error {}

type Run<T> = () => T
type Guarded = Run<unknown> | { readonly GATE?: Run<boolean>; readonly DEF: Run<unknown> }
type Rule<T> = () => T | undefined

export class EmbeddedActionsParser {
  errors: { readonly token: Token }[] = []
  #input: readonly Token[] = []
  #at = 0
  /** Where the current rule began, and how many rules are around it. */
  #begin = 0
  #depth = 0

  set input(tokens: readonly Token[]) {
    this.#input = tokens
    this.#at = 0
    this.errors = []
  }

  /** Nothing is prepared. */
  performSelfAnalysis(): void {}

  RULE<T>(_name: string, run: Run<T>): Rule<T> {
    return () => {
      const outer = this.#begin
      this.#begin = this.#at
      this.#depth++
      try {
        return run.call(this)
      } catch (error) {
        if (!(error instanceof Mismatch) || this.#depth > 1) throw error
        this.errors.push({ token: this.LA(1) })
        return undefined
      } finally {
        this.#begin = outer
        this.#depth--
      }
    }
  }

  SUBRULE<T>(rule: Rule<T>): T | undefined {
    return rule()
  }

  ACTION<T>(run: Run<T>): T {
    return run()
  }

  LA(ahead: number): Token {
    const end = { tokenType: EOF, image: '', startOffset: Number.NaN }
    return this.#input[this.#at + ahead - 1] ?? end
  }

  CONSUME(tokenType: TokenType): Token {
    const next = this.LA(1)
    if (next.tokenType === tokenType) {
      this.#at++
      return next
    }
    // What is left open at the end of the text is closed there.
    if (next.tokenType !== EOF || this.#at === this.#begin) throw new Mismatch()
    this.errors.push({ token: next })
    return { tokenType, image: '', startOffset: Number.NaN, isInsertedInRecovery: true }
  }

  CONSUME1(tokenType: TokenType): Token {
    return this.CONSUME(tokenType)
  }

  OR<T>(alternatives: readonly { readonly ALT: Run<T> }[]): T {
    for (const { ALT } of alternatives) {
      const [isTaken, value] = this.#attempt(ALT)
      if (isTaken) return value as T
    }
    throw new Mismatch()
  }

  MANY(run: Run<unknown>): void {
    for (let isTaken = true; isTaken && this.LA(1).tokenType !== EOF; ) {
      ;[isTaken] = this.#attempt(run)
    }
  }

  OPTION(guarded: Guarded): void {
    const { GATE = () => true, DEF } = typeof guarded === 'function' ? { DEF: guarded } : guarded
    if (this.LA(1).tokenType !== EOF && GATE.call(this)) this.#attempt(DEF)
  }

  OPTION1(guarded: Guarded): void {
    this.OPTION(guarded)
  }

  OPTION2(guarded: Guarded): void {
    this.OPTION(guarded)
  }

  /** Whether what is tried began, and its value. */
  #attempt<T>(run: Run<T>): readonly [boolean, T?] {
    const begin = this.#at
    try {
      return [true, run.call(this)]
    } catch (error) {
      if (error instanceof Mismatch && this.#at === begin) return [false]
      throw error
    }
  }
}
