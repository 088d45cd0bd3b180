import type { Issue, IssueCode } from '../error/issue.ts'
import type { Member, Node, Span } from './node.ts'

/** The issues about a name, not about its value. */
const NAME_ISSUES: ReadonlySet<IssueCode> = new Set([
  'unknown_field',
  'unknown_operator',
  'operator_not_allowed',
  'unknown_option',
  'not_sortable',
])

const segmentsOf = (path: string): readonly string[] =>
  path === ''
    ? []
    : path
        .slice(1)
        .split('/')
        .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))

/** The member of a key; of several, the last, which is the one that counts. */
const memberOf = (node: Node, key: string): Member | undefined =>
  // A path cuts names that are very long.
  node.kind === 'object'
    ? node.members.findLast((each) => each.key === key || each.key.slice(0, 200) === key)
    : undefined

/** The place of the key, operator or value that an issue is about. */
export function locate(root: Node, { path, code }: Pick<Issue, 'path' | 'code'>): Span {
  let node = root
  let name: Span | undefined
  for (const segment of segmentsOf(path)) {
    const member = memberOf(node, segment)
    const element = node.kind === 'list' ? node.elements[Number(segment)] : undefined
    const next = member?.value ?? element
    if (next === undefined) break
    name = member?.at
    node = next
  }
  if (!NAME_ISSUES.has(code)) return node
  // The long form of a sort names its field in a value.
  return name ?? memberOf(node, 'field')?.value ?? node
}
