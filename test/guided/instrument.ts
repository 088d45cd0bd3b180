/** Counters in JavaScript: which branches an input runs, and how often. */

import MagicString from 'magic-string'
import ts from 'typescript'

/** The global that holds the counters of all instrumented files. */
export const COUNTERS = '__tamisBranches'

/**
 * Code that counts each branch that it enters: the bodies of functions, both sides of conditions, loops,
 * clauses of a switch, and what `&&`, `||` and `??` evaluate second. Counters are numbered from `first`.
 *
 * @returns the code, and the number that follows its last counter.
 */
export function instrument(
  code: string,
  first: number,
): { readonly code: string; readonly next: number } {
  const file = ts.createSourceFile('code.js', code, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS)
  const out = new MagicString(code)
  let next = first
  const count = (): string => `${COUNTERS}[${next++}]++`
  const expression = (node: ts.Node): void => {
    out.appendRight(node.getStart(file), `(${count()},`).prependLeft(node.end, ')')
  }
  const statement = (node: ts.Statement | undefined): void => {
    if (node === undefined) return
    if (ts.isBlock(node)) out.appendRight(node.getStart(file) + 1, `${count()};`)
    else out.appendRight(node.getStart(file), `{${count()};`).prependLeft(node.end, '}')
  }
  const visit = (node: ts.Node): void => {
    if (ts.isArrowFunction(node) && !ts.isBlock(node.body)) expression(node.body)
    else if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
      statement(node.body as ts.Block)
    } else if (ts.isIfStatement(node)) {
      statement(node.thenStatement)
      statement(node.elseStatement)
    } else if (ts.isIterationStatement(node, false)) statement(node.statement)
    else if (ts.isTryStatement(node)) {
      statement(node.catchClause?.block)
    } else if (ts.isCaseOrDefaultClause(node)) {
      const [begin] = node.statements
      if (begin !== undefined) out.appendRight(begin.getStart(file), `${count()};`)
    } else if (ts.isConditionalExpression(node)) {
      expression(node.whenTrue)
      expression(node.whenFalse)
    } else if (ts.isBinaryExpression(node) && isLogical(node.operatorToken.kind)) {
      expression(node.right)
    }
    ts.forEachChild(node, visit)
  }
  visit(file)
  return { code: out.toString(), next }
}

const isLogical = (kind: ts.SyntaxKind): boolean =>
  kind === ts.SyntaxKind.AmpersandAmpersandToken ||
  kind === ts.SyntaxKind.BarBarToken ||
  kind === ts.SyntaxKind.QuestionQuestionToken
