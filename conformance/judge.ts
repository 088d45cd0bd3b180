import type { FilterCase, Profile } from '../test/conformance/suite.ts'
import type { Answer, AnyCase } from './runners/protocol.ts'

/** The rows that a case selects by a profile; undefined if the profile leaves it open. */
function idsOf(each: FilterCase, profile: Profile): readonly string[] | undefined {
  if (profile === 'tamis') return each.ids
  const other = each[profile]
  return other === null ? undefined : (other ?? each.ids)
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

/** What is expected, and whether an answer is; undefined where the profile leaves the case open. */
export function judge(
  each: AnyCase,
  answered: Answer,
  profile: Profile,
  ignored: ReadonlySet<string>,
): { readonly expected: unknown; readonly passed: boolean } | undefined {
  if ('refused' in each) {
    const passed = 'refused' in answered && same(answered.refused, each.refused)
    return { expected: { refused: each.refused }, passed }
  }
  if ('pages' in each) {
    const passed = 'pages' in answered && same(answered.pages, each.pages)
    return { expected: { pages: each.pages }, passed }
  }
  const ids = idsOf(each, profile)
  if (ids === undefined) return undefined
  const counted = (all: readonly string[]) => all.filter((id) => !ignored.has(id)).sort()
  const passed = 'ids' in answered && same(counted(answered.ids), counted(ids))
  return { expected: { ids: counted(ids) }, passed }
}
