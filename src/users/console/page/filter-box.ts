/** The field in which a filter is typed: completions, errors at their places, the filter in words. */

import type { Completion } from '../../../text/index.ts'
import type { UsersFilter } from '../../client/index.ts'
import { button, element, find } from './dom.ts'
import { completions, editOf, type Mistake, readFilter } from './filter-text.ts'

const box = find('filter', HTMLTextAreaElement)
const marks = find('marks', HTMLPreElement)
const list = find('completions', HTMLDivElement)
const meaning = find('meaning', HTMLParagraphElement)
const problems = find('problems', HTMLOListElement)

let offered: readonly Completion[] = []
let active = -1

/** The filter that is typed; undefined while it has mistakes, which are shown. */
export function filterNow(): UsersFilter | undefined {
  const reading = readFilter(box.value)
  return 'filter' in reading ? reading.filter : undefined
}

/** Puts the caret at a mistake. */
function goTo({ start, end }: Pick<Mistake, 'start' | 'end'>): void {
  box.focus()
  box.setSelectionRange(start, end)
}

/** Goes to the first mistake. */
export function showFirstMistake(): void {
  const reading = readFilter(box.value)
  if ('mistakes' in reading && reading.mistakes[0] !== undefined) goTo(reading.mistakes[0])
}

/** Shows what the text says, or its mistakes, under the text and at their places in it. */
function check(): void {
  const reading = readFilter(box.value)
  const mistakes = 'mistakes' in reading ? reading.mistakes : []
  meaning.textContent =
    'words' in reading
      ? `Finds: ${reading.words}`
      : `${mistakes.length === 1 ? 'An error' : `${mistakes.length} errors`} in the filter.`
  box.setAttribute('aria-invalid', String(mistakes.length > 0))
  problems.hidden = mistakes.length === 0
  problems.replaceChildren(
    ...mistakes.map((mistake) =>
      element(
        'li',
        {},
        button(`Line ${mistake.place.replace(':', ', column ')}`, () => goTo(mistake)),
        ` ${mistake.message}`,
      ),
    ),
  )
  mark(mistakes)
}

/** Writes the text again behind the field, with marks where the mistakes are. */
function mark(mistakes: readonly Mistake[]): void {
  const text = box.value
  const pieces: (string | HTMLElement)[] = []
  let at = 0
  for (const { start, end } of mistakes.toSorted((a, b) => a.start - b.start)) {
    if (start < at) continue
    // Nothing can be marked where something is missing: the character there is, or a space.
    const last = Math.max(end, start + 1)
    pieces.push(text.slice(at, start), element('mark', {}, text.slice(start, last) || ' '))
    at = Math.min(last, text.length)
  }
  pieces.push(text.slice(at), '\n')
  marks.replaceChildren(...pieces)
  marks.scrollTop = box.scrollTop
}

function close(): void {
  offered = []
  active = -1
  list.hidden = true
  list.replaceChildren()
  box.removeAttribute('aria-activedescendant')
}

/** Shows what can be written at the caret. */
function offer(): void {
  close()
  if (box.selectionStart !== box.selectionEnd) return
  offered = completions(box.value, box.selectionStart)
  if (offered.length === 0) return
  list.replaceChildren(
    ...offered.map(({ label, kind }, i) => {
      const option = element(
        'div',
        { role: 'option', id: `completion-${i}`, 'aria-selected': 'false' },
        element('span', {}, label),
        element('span', { class: 'kind' }, ` ${kind}`),
      )
      // The field keeps the focus.
      option.addEventListener('mousedown', (event) => event.preventDefault())
      option.addEventListener('click', () => accept(i))
      return option
    }),
  )
  list.hidden = false
}

function choose(index: number): void {
  const options = [...list.children]
  active = (index + options.length) % options.length
  for (const [i, option] of options.entries()) {
    option.setAttribute('aria-selected', String(i === active))
  }
  options[active]?.scrollIntoView({ block: 'nearest' })
  box.setAttribute('aria-activedescendant', `completion-${active}`)
}

function accept(index: number): void {
  const completion = offered[index]
  if (completion === undefined) return
  const { start, end, text, caret } = editOf(completion, box.value)
  box.setRangeText(text, start, end)
  box.setSelectionRange(caret, caret)
  check()
  offer()
}

/** Starts the field; `apply` is called when Enter is pressed. */
export function startFilterBox(apply: () => void): void {
  box.addEventListener('input', () => {
    check()
    offer()
  })
  box.addEventListener('scroll', () => {
    marks.scrollTop = box.scrollTop
  })
  box.addEventListener('click', close)
  box.addEventListener('blur', close)
  box.addEventListener('keydown', (event) => {
    if (event.isComposing) return
    const isOpen = !list.hidden
    switch (event.key) {
      case ' ':
        if (!event.ctrlKey) return
        offer()
        break
      case 'ArrowDown':
      case 'ArrowUp':
        if (!isOpen) return
        choose(event.key === 'ArrowDown' ? active + 1 : Math.max(active, 0) - 1)
        break
      case 'Enter':
        if (event.shiftKey) return
        if (active >= 0) accept(active)
        else {
          close()
          apply()
        }
        break
      case 'Tab':
        if (active < 0) return
        accept(active)
        break
      case 'Escape':
        if (!isOpen) return
        close()
        break
      case 'ArrowLeft':
      case 'ArrowRight':
        close()
        return
      default:
        return
    }
    event.preventDefault()
  })
  check()
}
