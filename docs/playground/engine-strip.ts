/** The engines: which of them are on, what each has found, and whether they agree. */

import type { DialectName } from './code.ts'
import { differenceOf, sentenceOf } from './compare.ts'
import { button, element, freshId, setText } from './dom.ts'
import { ENGINES, type EngineInfo, type EngineName } from './engines/engines.ts'
import { EngineHandle, type Wanted } from './engines/handle.ts'
import type { Asking, Filling, Found } from './engines/messages.ts'
import { block, note, subtitle } from './panels.ts'
import type { PlayRow } from './rows-text.ts'

interface Line {
  readonly info: EngineInfo
  readonly handle: EngineHandle
  readonly toggle: HTMLInputElement | undefined
  readonly version: HTMLElement
  readonly said: HTMLElement
  readonly retry: HTMLButtonElement
  readonly element: HTMLElement
}

/** Browsers round what they measure, to 0.1 ms in most pages. */
const milliseconds = (time: number): string => {
  if (time < 0.1) return 'under 0.1 ms'
  return `${time < 10 ? time.toFixed(1) : Math.round(time)} ms`
}
const rowsText = (count: number): string => `${count} row${count === 1 ? '' : 's'}`

export class EngineStrip {
  readonly element: HTMLElement
  readonly #verdict = element('p', { class: 'tp-verdict', role: 'status' })
  readonly #lines: readonly Line[]
  readonly #changed: () => void
  #filling: Filling | undefined
  #wanted: Wanted | undefined
  #refusal = ''
  #leftOut = ''

  constructor(changed: () => void) {
    this.#changed = changed
    this.#lines = ENGINES.map((info) => this.#line(info))
    const list = element('ul', { class: 'tp-engines' }, ...this.#lines.map((line) => line.element))
    this.element = element('div', {}, this.#verdict, list)
  }

  #line(info: EngineInfo): Line {
    const { name, title, size, isOn } = info
    const handle = new EngineHandle(info.start, () => this.#draw())
    const id = freshId('engine')
    const toggle =
      name === 'memory'
        ? undefined
        : element('input', { type: 'checkbox', id, role: 'switch', checked: isOn })
    toggle?.addEventListener('change', () => {
      if (!toggle.checked) handle.stop()
      else if (this.#wanted !== undefined) handle.want(this.#wanted)
      this.#draw()
    })
    const [version, said] = [
      element('span', { class: 'tp-version' }),
      element('span', { class: 'tp-found' }),
    ]
    const retry = button('Try again', () => this.#wanted && handle.want(this.#wanted), {
      class: 'tp-link',
      'aria-label': `Try ${title} again`,
    })
    retry.hidden = true
    const label =
      toggle === undefined
        ? element('span', { class: 'tp-name' }, title)
        : element('label', { class: 'tp-name', for: id }, toggle, title)
    const whole = element('li', {}, label, version, said, retry)
    setText(version, size === '' ? 'runQuery' : `WebAssembly, ${size}`)
    return { info, handle, toggle, version, said, retry, element: whole }
  }

  /** The databases that are on, for a link. */
  get on(): string {
    return this.#lines.flatMap(({ info, toggle }) => (toggle?.checked ? [info.name] : [])).join(',')
  }

  /** Turns the databases of a link on and the others off. */
  turnOn(names: string): void {
    const wanted = names.split(',')
    for (const { info, toggle, handle } of this.#lines) {
      if (toggle === undefined) continue
      toggle.checked = wanted.includes(info.name)
      if (!toggle.checked) handle.stop()
    }
  }

  /**
   * Sets what the tables hold; a schema that is undefined has mistakes. `leftOut` says which rows are
   * missing in the tables; it is empty if none are.
   */
  fill(schema: unknown, rows: readonly PlayRow[], leftOut: string): void {
    this.#leftOut = leftOut
    this.#filling = schema === undefined ? undefined : { schema, rows }
  }

  /** Asks all engines that are on. */
  ask(asking: Asking): void {
    if (this.#filling === undefined) return
    this.#wanted = { filling: this.#filling, asking }
    this.#refusal = ''
    for (const { handle, toggle } of this.#lines) {
      if (toggle?.checked !== false) handle.want(this.#wanted)
    }
  }

  /** Says why no engine is asked, in place of the results of the query before. */
  refuse(why: string): void {
    this.#wanted = undefined
    this.#refusal = why
    this.#draw()
  }

  close(): void {
    for (const { handle } of this.#lines) handle.stop()
  }

  /** What an engine found for what is asked now. */
  found(name: EngineName): Found | undefined {
    const line = this.#lines.find(({ info }) => info.name === name)
    const state = line?.handle.state
    return state?.is === 'done' && state.wanted === this.#wanted ? state.found : undefined
  }

  #draw(): void {
    this.element.classList.toggle('tp-stale', this.#refusal !== '')
    const memory = this.found('memory')
    const agreeing: string[] = []
    const differing: string[] = []
    let isBusy = false
    for (const line of this.#lines) {
      const { info, handle, version, said, retry } = line
      const { state } = handle
      retry.hidden = state.is !== 'failed'
      line.element.dataset.state = state.is
      if (state.is === 'off') setText(said, 'off')
      if (state.is === 'busy') {
        isBusy = true
        setText(said, `${state.doing}…`)
      }
      if (state.is === 'failed') {
        setText(said, state.message)
        differing.push(`${info.title} failed.`)
      }
      if (state.is !== 'done') continue
      if (this.#refusal !== '') {
        setText(said, '')
        continue
      }
      if (state.filled.version !== '') setText(version, state.filled.version)
      const found = this.found(info.name)
      if (found === undefined) {
        isBusy = true
        continue
      }
      setText(said, `${rowsText(found.keys.length)} in ${milliseconds(found.time)}`)
      if (memory === undefined) continue
      const difference = differenceOf(memory.keys, found.keys)
      if (difference === undefined) {
        agreeing.push(info.title)
        line.element.dataset.state = 'agrees'
      } else {
        line.element.dataset.state = 'differs'
        differing.push(sentenceOf(info.title, difference))
      }
    }
    if (this.#refusal !== '') this.#say('wrong', this.#refusal)
    else if (memory !== undefined && differing.length > 0) this.#say('differs', differing.join(' '))
    else if (memory !== undefined && !isBusy) this.#sayAgreement(memory, agreeing)
    this.#changed()
  }

  /** Rows that are left out come first: that the engines agree on the others is not the main point. */
  #sayAgreement(memory: Found, names: readonly string[]): void {
    const agreement = this.#agreement(memory, names)
    if (this.#leftOut === '') this.#say('agrees', agreement)
    else if (this.#filling?.rows.length === 0) this.#say('left-out', this.#leftOut)
    else this.#say('left-out', `${this.#leftOut} ${agreement}`)
  }

  #say(kind: 'wrong' | 'differs' | 'left-out' | 'agrees', text: string): void {
    this.#verdict.dataset.kind = kind
    setText(this.#verdict, text)
  }

  #agreement({ keys, total }: Found, names: readonly string[]): string {
    const all = this.#filling?.rows.length ?? 0
    const page =
      total !== undefined && total > keys.length ? `, the first ${keys.length} are shown` : ''
    const found = `${total ?? keys.length} of ${rowsText(all)} match${page}.`
    if (names.length < 2) return found
    const list = `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
    return `${found} ${list} agree: the same rows, in the same order.`
  }

  /** The plan, the time and the table of a database that runs here. */
  details(name: DialectName): readonly HTMLElement[] {
    const line = this.#lines.find(({ info }) => info.name === name)
    if (line === undefined) {
      return [note('It does not run in this page: this is what a server would send to it.')]
    }
    const { state } = line.handle
    const { title } = line.info
    if (state.is === 'off') return [note(`Turn ${title} on to run this statement.`)]
    const found = this.found(line.info.name)
    if (state.is !== 'done' || found?.statement === undefined) return []
    const { filled } = state
    return [
      subtitle('Plan'),
      block('Plan', found.statement.plan),
      element(
        'details',
        { class: 'tp-more' },
        element('summary', {}, 'The table'),
        block('The table', filled.table.map((each) => `${each};`).join('\n')),
      ),
      note(
        `${title} ${filled.version} wrote ${rowsText(filled.rows)} in ${milliseconds(filled.time)}, and found ${rowsText(found.keys.length)} in ${milliseconds(found.time)}.`,
      ),
    ]
  }
}
