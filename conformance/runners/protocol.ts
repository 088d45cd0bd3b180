import { createInterface } from 'node:readline'
import type { FilterCase, PageCase, RefusalCase, Suite } from '../../test/conformance/suite.ts'

/** A suite without its cases, and a case without what is expected. */
export type Given = Omit<Suite, 'cases'>
export type Question = Pick<FilterCase, 'id' | 'filter'> & Partial<Pick<PageCase, 'sort' | 'limit'>>
export type AnyCase = FilterCase | PageCase | RefusalCase

export type Answer =
  | { readonly ids: readonly string[] }
  | { readonly pages: readonly (readonly string[])[] }
  | { readonly refused: { readonly code?: string; readonly path?: string; readonly why?: string } }
  | { readonly unsupported: string }

export type Asked = (question: Question) => Answer | Promise<Answer>

/** Thrown by a runner for what its library has no words for. */
export class Unsupported extends Error {}

const answerOf = async (ask: () => Answer | Promise<Answer>): Promise<Answer> => {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof Unsupported) return { unsupported: error.message }
    return { refused: { why: error instanceof Error ? error.message : String(error) } }
  }
}

/** Answers the lines of standard input, one after another: a runner of one library. */
export async function serve(open: (suite: Given) => Asked | Promise<Asked>): Promise<void> {
  let asked: Asked | undefined
  const reply = (answer: object) => process.stdout.write(`${JSON.stringify(answer)}\n`)
  for await (const line of createInterface({ input: process.stdin })) {
    const message = JSON.parse(line) as { readonly suite?: Given; readonly case?: Question }
    if (message.suite !== undefined) {
      const { suite } = message
      asked = undefined
      const opened = await answerOf(async () => {
        asked = await open(suite)
        return { ids: [] }
      })
      reply('ids' in opened ? { ready: true } : opened)
    } else if (message.case !== undefined && asked !== undefined) {
      const [ask, question] = [asked, message.case]
      reply(await answerOf(() => ask(question)))
    } else reply({ refused: { why: 'expected a suite or a case' } })
  }
}
