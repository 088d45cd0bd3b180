import { element, freshId } from './dom.ts'

export interface Tab {
  readonly title: string
  readonly panel: HTMLElement
}

export interface Tabs {
  readonly element: HTMLElement
  select(index: number): void
  /** Changes what a tab is called. */
  rename(index: number, title: string): void
}

/** Tabs by the pattern of ARIA: arrow keys move between them, Tab goes on to the panel. */
export function tabs(label: string, all: readonly Tab[], changed: () => void = () => {}): Tabs {
  const list = element('div', { role: 'tablist', 'aria-label': label, class: 'tp-tabs' })
  const heads = all.map(({ title, panel }, i) => {
    const [id, panelId] = [freshId('tab'), freshId('panel')]
    const attributes = { type: 'button', role: 'tab', id, 'aria-controls': panelId }
    const head = element('button', attributes, title)
    head.addEventListener('click', () => select(i))
    panel.id = panelId
    panel.setAttribute('role', 'tabpanel')
    panel.setAttribute('aria-labelledby', id)
    panel.classList.add('tp-panel')
    return head
  })
  list.append(...heads)
  function select(index: number): void {
    heads.forEach((head, i) => {
      const isSelected = i === index
      head.setAttribute('aria-selected', String(isSelected))
      head.tabIndex = isSelected ? 0 : -1
      const { panel } = all[i] ?? {}
      if (panel !== undefined) panel.hidden = !isSelected
    })
    changed()
  }
  const STEPS: Readonly<Record<string, (at: number) => number>> = {
    ArrowRight: (at) => at + 1,
    ArrowLeft: (at) => at - 1,
    Home: () => 0,
    End: () => heads.length - 1,
  }
  list.addEventListener('keydown', (event) => {
    const step = STEPS[event.key]
    const at = heads.findIndex((head) => head.matches(':focus'))
    if (step === undefined || at < 0) return
    event.preventDefault()
    const next = (step(at) + heads.length) % heads.length
    select(next)
    heads[next]?.focus()
  })
  select(0)
  const rename = (index: number, title: string) => {
    const head = heads[index]
    if (head !== undefined && head.textContent !== title) head.textContent = title
  }
  return { element: element('div', {}, list, ...all.map(({ panel }) => panel)), select, rename }
}
