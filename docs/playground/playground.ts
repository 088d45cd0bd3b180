// Longer than most files here: the page's parts, and what happens when one of them changes.

import type { Schema } from 'tamis'
import { describeFilter } from 'tamis/interop'
import { type Completion, completionsAt, formatFilter } from 'tamis/text'
import type { Note } from '../../src/cli/inferred-fields.ts'
import { codeOf, type DialectName } from './code.ts'
import { button, element, freshId, setText } from './dom.ts'
import { type Editor, editor } from './editor.ts'
import { EngineStrip } from './engine-strip.ts'
import { EXAMPLES, type Example } from './examples.ts'
import { type GuessedSchema, guessSchema, schemaText } from './guess-schema.ts'
import { leftOutOf, linesOf } from './left-out.ts'
import { LONGEST_FILTER, LONGEST_ROWS } from './limits.ts'
import { block, DATABASES, note, rowsTable, sqlOf, sqlView, treeView } from './panels.ts'
import { type Problem, placeName } from './problems.ts'
import { type QueryReading, type Ready, readQuery } from './query-text.ts'
import { type RowsReading, readRows } from './rows-text.ts'
import { readSchema, type SchemaReading } from './schema-text.ts'
import { fragmentOf, LinkError, type State, stateOf } from './share.ts'
import { tabs } from './tabs.ts'
import { treeOf } from './tree.ts'

export interface PlaygroundOptions {
  /** The heading level of its parts; 2 by default. */
  readonly heading?: 2 | 3
}

/** Milliseconds without typing after which what was typed is read. */
const PAUSE = 150

const NO_ROWS: RowsReading = { rows: [], problems: [], leftOut: 0, misfits: 0 }

/** Where one's own rows are to be pasted. */
const EMPTY: State = {
  schema: schemaText({ fields: { id: { kind: 'string', required: true, sortable: true } } }),
  rows: '',
  filter: '{}',
  sort: '',
  limit: '',
}

/** Which rows are left out, as a sentence; empty if none are. */
function leftOutText({ problems, leftOut }: RowsReading): string {
  if (problems.length === 0) return ''
  if (leftOut === 0) return 'The rows cannot be read, and are left out.'
  return leftOut === 1
    ? '1 row has a mistake and is left out.'
    : `${leftOut} rows have mistakes and are left out.`
}

/** An order that a schema allows: what the field of the sort shows while it is empty. */
function sortHint({ key, fields }: Schema): string {
  const other = [...fields.values()].find((field) => field.sortable && field !== key)
  return other === undefined ? key.name : `-${other.name}, ${key.name}`
}

/** Puts the playground into an element. The function that is returned takes it out again. */
export function mountPlayground(
  root: HTMLElement,
  { heading = 2 }: PlaygroundOptions = {},
): () => void {
  const page = new Playground(root, heading)
  void page.open()
  return () => page.close()
}

/** A text field with a label, and its mistakes below. */
function input(label: string, hint: string, changed: () => void) {
  const [id, errorId] = [freshId('input'), freshId('error')]
  const box = element('input', {
    ...{ id, type: 'text', placeholder: hint, autocomplete: 'off', spellcheck: 'false' },
    'aria-describedby': errorId,
  })
  box.addEventListener('input', changed)
  const error = element('p', { id: errorId, class: 'tp-error' })
  const whole = element(
    'div',
    { class: 'tp-field' },
    element('label', { for: id }, label),
    box,
    error,
  )
  const show = (messages: readonly string[]) => {
    setText(error, messages.join(' '))
    box.setAttribute('aria-invalid', String(messages.length > 0))
  }
  return { box, whole, show }
}

class Playground {
  readonly #root: HTMLElement
  readonly #heading: 'h2' | 'h3'
  #timer: ReturnType<typeof setTimeout> | undefined
  #schemaText = ''
  #rowsText = ''
  #schema: SchemaReading = { problems: [] }
  #rows: RowsReading = NO_ROWS
  #ready: Ready | undefined
  #database: DialectName = 'sqlite'
  #drawn: object | undefined
  /** What is undone when the page is closed. */
  readonly #undo: (() => void)[] = []

  readonly #filter: Editor
  readonly #schemaEditor: Editor
  readonly #rowsEditor: Editor
  readonly #sort = input('Sort', '', () => this.#later())
  readonly #limit = input('Limit', '30', () => this.#later())
  readonly #meaning = element('div', { class: 'tp-meaning', role: 'status' })
  readonly #filterProblems = element('ol', { class: 'tp-problems' })
  readonly #schemaProblems = element('ol', { class: 'tp-problems' })
  readonly #rowsProblems = element('ol', { class: 'tp-problems' })
  readonly #said = element('span', { class: 'tp-said', role: 'status' })
  readonly #misfit = element('div', { class: 'tp-line', hidden: true })
  /** Why no schema was made of the rows. */
  readonly #unmade = element('p', { class: 'tp-error', role: 'status' })
  /** Shown while the query has mistakes: the result is that of the query before. */
  readonly #older = element('p', { class: 'tp-note', hidden: true })
  readonly #notes = element('details', { class: 'tp-notes', open: true, hidden: true })
  /** The schema that was made of rows, with what is said of it while neither is changed. */
  #made: (GuessedSchema & { readonly rows: string }) | undefined
  /** The texts of one's own, from before an example was chosen. */
  #own: State | undefined
  readonly #example = element('select', { id: freshId('example') })
  readonly #engines: EngineStrip
  readonly #rowsPanel = element('div')
  readonly #sqlPanel = element('div')
  readonly #treePanel = element('div')
  readonly #codePanel = element('div')
  readonly #sqlBody = element('div')
  readonly #data: ReturnType<typeof tabs>

  constructor(root: HTMLElement, heading: 2 | 3) {
    this.#root = root
    this.#heading = heading === 2 ? 'h2' : 'h3'
    const later = () => this.#later()
    this.#filter = editor({
      label: 'Filter',
      text: '',
      changed: later,
      complete: (text, offset) => this.#complete(text, offset),
      hint: '{role: "admin"}',
    })
    this.#schemaEditor = editor({ label: 'Schema', text: '', changed: later, numbered: true })
    this.#rowsEditor = editor({ label: 'Rows', text: '', changed: later, numbered: true })
    this.#engines = new EngineStrip(() => this.#drawResult())
    const makeSchema = () => this.#guess()
    this.#misfit.append(
      note('Most of the rows do not fit the schema.'),
      button('Make a schema from these rows', makeSchema, { class: 'tp-button' }),
    )
    const rowsTab = element(
      'div',
      {},
      this.#misfit,
      this.#rowsProblems,
      this.#rowsEditor.element,
      this.#fileLine(),
    )
    const guess = button('Make it from the rows', makeSchema, { class: 'tp-button' })
    const schemaTab = element(
      'div',
      {},
      this.#schemaProblems,
      this.#schemaEditor.element,
      element(
        'div',
        { class: 'tp-line' },
        guess,
        note('The fields that a client may use, as JSON.'),
      ),
    )
    this.#data = tabs('Data', [
      { title: 'Rows', panel: rowsTab },
      { title: 'Schema', panel: schemaTab },
    ])
    this.#draw()
  }

  /** Shows what the address holds, or the first example. */
  async open(): Promise<void> {
    const onHash = () => void this.#fromAddress()
    window.addEventListener('hashchange', onHash)
    this.#undo.push(() => window.removeEventListener('hashchange', onHash))
    if (!(await this.#fromAddress())) this.#set(EXAMPLES[0])
  }

  close(): void {
    clearTimeout(this.#timer)
    for (const undo of this.#undo) undo()
    this.#engines.close()
    for (const each of [this.#filter, this.#schemaEditor, this.#rowsEditor]) each.destroy()
    this.#root.replaceChildren()
  }

  #draw(): void {
    const title = (text: string, id: string) =>
      element(this.#heading, { id, class: 'tp-title' }, text)
    const section = (name: string, text: string, ...children: readonly HTMLElement[]) => {
      const id = freshId(name)
      const attributes = { class: `tp-${name}`, 'aria-labelledby': id }
      return element('section', attributes, title(text, id), ...children)
    }
    const format = button('Format', () => this.#format(), { class: 'tp-link' })
    const ask = section(
      'ask',
      'Filter',
      format,
      this.#filter.element,
      this.#meaning,
      this.#filterProblems,
      element('div', { class: 'tp-fields' }, this.#sort.whole, this.#limit.whole),
    )
    const results = tabs('Result', [
      { title: 'Rows', panel: this.#rowsPanel },
      { title: 'SQL', panel: this.#sqlPanel },
      { title: 'Tree', panel: this.#treePanel },
      { title: 'Code', panel: this.#codePanel },
    ])
    this.#sqlPanel.append(this.#databaseLine(), this.#sqlBody)
    setText(this.#older, 'The result is that of the last query without mistakes.')
    const answer = section('answer', 'Result', this.#engines.element, this.#older, results.element)
    const data = section('data', 'Data', this.#unmade, this.#notes, this.#data.element)
    this.#root.classList.add('tp')
    this.#root.replaceChildren(this.#bar(), element('div', { class: 'tp-grid' }, ask, answer, data))
    this.#listenToFiles()
    this.#listenToTyping()
  }

  #bar(): HTMLElement {
    this.#example.append(
      ...EXAMPLES.map(({ title }, i) => element('option', { value: String(i) }, title)),
    )
    this.#example.append(element('option', { value: '' }, 'Your own'))
    this.#example.addEventListener('change', () => {
      const chosen = this.#example.value === '' ? undefined : EXAMPLES[Number(this.#example.value)]
      if (chosen === undefined) this.#setOwn()
      else {
        if (this.#exampleOf(this.#state()) < 0) this.#own = { ...this.#state(), engines: undefined }
        this.#set(chosen)
      }
    })
    return element(
      'div',
      { class: 'tp-bar' },
      element('label', { for: this.#example.id }, 'Example'),
      this.#example,
      button('Copy link', () => void this.#share(), { class: 'tp-button' }),
      this.#said,
    )
  }

  #databaseLine(): HTMLElement {
    const id = freshId('database')
    const select = element(
      'select',
      { id },
      ...DATABASES.map(([name, title]) => element('option', { value: name }, title)),
    )
    select.addEventListener('change', () => {
      const chosen = DATABASES.find(([name]) => name === select.value)
      if (chosen !== undefined) [this.#database] = chosen
      this.#drawSql()
      this.#drawCode()
    })
    return element('div', { class: 'tp-line' }, element('label', { for: id }, 'Database'), select)
  }

  #fileLine(): HTMLElement {
    const file = element('input', {
      type: 'file',
      accept: '.json,.ndjson,.jsonl,.txt',
      hidden: true,
    })
    file.addEventListener('change', () => {
      const [first] = file.files ?? []
      if (first !== undefined) void this.#take(first)
      file.value = ''
    })
    return element(
      'div',
      { class: 'tp-line' },
      button('Open a file', () => file.click(), { class: 'tp-button' }),
      file,
      note('A JSON array, or one object a line. Files can be dropped anywhere on this page.'),
    )
  }

  /** The message of an action goes when something is typed. */
  #listenToTyping(): void {
    const typed = () => this.#say('')
    this.#root.addEventListener('input', typed, true)
    this.#undo.push(() => this.#root.removeEventListener('input', typed, true))
  }

  #listenToFiles(): void {
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false
    const over = (event: DragEvent) => {
      if (hasFiles(event)) event.preventDefault()
    }
    const drop = (event: DragEvent) => {
      const file = event.dataTransfer?.files[0]
      if (file === undefined) return
      // Before the editors, which would insert its text.
      event.preventDefault()
      event.stopPropagation()
      void this.#take(file)
    }
    this.#root.addEventListener('dragover', over, true)
    this.#root.addEventListener('drop', drop, true)
    this.#undo.push(() => {
      this.#root.removeEventListener('dragover', over, true)
      this.#root.removeEventListener('drop', drop, true)
    })
  }

  /** Takes the rows of a file, with a schema of their own if they do not fit the one that is there. */
  async #take(file: File): Promise<void> {
    if (file.size > LONGEST_ROWS) {
      this.#say(`${file.name} has more than ${LONGEST_ROWS / 1_000_000} MB, which is the most.`)
      return
    }
    const text = await file.text()
    this.#rowsEditor.setText(text)
    this.#data.select(0)
    this.#read()
    if (this.#rows.problems.length === 0 && this.#leftOut().length === 0) {
      this.#say(`Took the rows of ${file.name}.`)
    } else this.#guess()
  }

  /** Makes a schema of the rows. The filter and the sort stay where it has their fields. */
  #guess(): void {
    const parsed = this.#parsedRows()
    const guessed = guessSchema(parsed)
    if (typeof guessed === 'string') {
      setText(this.#unmade, `No schema was made: ${guessed}.`)
      return
    }
    const { text } = guessed
    this.#schemaEditor.setText(text)
    this.#made = { ...guessed, rows: this.#rowsEditor.text() }
    const made = readSchema(text)
    const reading = 'schema' in made ? this.#readTyped(made.schema) : undefined
    if (reading !== undefined && 'wrong' in reading) {
      if (reading.wrong.filter.length > 0) this.#filter.setText('{}')
      if (reading.wrong.sort.length > 0) this.#sort.box.value = ''
    }
    this.#read()
    // The schema may be the same as before, with other notes.
    this.#drawNotes()
    const seeNotes = this.#notes.hidden ? '' : ' See the notes above the rows.'
    this.#say(`Made a schema from ${parsed.length} rows.${seeNotes}`)
  }

  /** What the schema leaves out of the rows. */
  #leftOut(): readonly Note[] {
    return 'schema' in this.#schema ? leftOutOf(this.#rows.rows, this.#schema.schema) : []
  }

  /** Says what is left out, and why, as `tamis infer` does of a schema that was made just now. */
  #drawNotes(): void {
    const isMade = this.#made?.text === this.#schemaText && this.#made.rows === this.#rowsText
    const made = isMade ? (this.#made?.notes ?? []) : []
    const lines = linesOf(made, this.#leftOut())
    this.#notes.hidden = lines.length === 0
    this.#notes.replaceChildren(
      element('summary', {}, 'Notes on the rows'),
      element('ul', {}, ...lines.map((line) => element('li', {}, line))),
    )
  }

  /** All rows that are objects, also those that the schema of now refuses. */
  #parsedRows() {
    const any = readSchema('{"fields": {"id": {"kind": "string", "required": true}}}')
    return 'schema' in any ? readRows(this.#rowsEditor.text(), any.schema, false).rows : []
  }

  #format(): void {
    const text = this.#filter.text()
    if (text.length <= LONGEST_FILTER) this.#filter.setText(formatFilter(text))
    this.#filter.focus()
  }

  #complete(text: string, offset: number): readonly Completion[] {
    if (!('schema' in this.#schema) || text.length > LONGEST_FILTER) return []
    return completionsAt(this.#schema.schema, text, offset, { relaxed: true })
  }

  #say(text: string): void {
    // The same words again are announced again.
    this.#said.textContent = ''
    this.#said.textContent = text
  }

  #state(): State {
    return {
      schema: this.#schemaEditor.text(),
      rows: this.#rowsEditor.text(),
      filter: this.#filter.text(),
      sort: this.#sort.box.value,
      limit: this.#limit.box.value,
      engines: this.#engines.on,
    }
  }

  /** The index of the example that has these data; -1 if none has. */
  #exampleOf({ schema, rows }: State): number {
    return EXAMPLES.findIndex((each) => each.schema === schema && each.rows === rows)
  }

  /** Shows the texts of one's own again, or a place for them. */
  #setOwn(): void {
    this.#set(this.#own ?? EMPTY)
    this.#data.select(0)
    if (this.#own === undefined)
      this.#say('Paste rows below, or open a file: the schema is made of them.')
  }

  #set(state: State | Example): void {
    this.#schemaEditor.setText(state.schema)
    this.#rowsEditor.setText(state.rows)
    this.#filter.setText(state.filter)
    this.#sort.box.value = state.sort
    this.#limit.box.value = state.limit
    if (state.engines !== undefined) this.#engines.turnOn(state.engines)
    this.#read()
  }

  async #fromAddress(): Promise<boolean> {
    try {
      const state = await stateOf(window.location.hash)
      if (state !== undefined) this.#set(state)
      return state !== undefined
    } catch (error) {
      if (!(error instanceof LinkError)) throw error
      this.#say(error.message)
      return false
    }
  }

  async #share(): Promise<void> {
    try {
      const fragment = await fragmentOf(this.#state())
      // `replaceState` raises no event, and adds nothing to the history.
      window.history.replaceState(window.history.state, '', fragment)
    } catch (error) {
      if (!(error instanceof LinkError)) throw error
      this.#say(error.message)
      return
    }
    try {
      await navigator.clipboard.writeText(window.location.href)
      this.#say('Copied. Whoever opens the link sees what you see.')
    } catch {
      this.#say('The link is in the address bar: the browser did not let it be copied.')
    }
  }

  #later(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#read(), PAUSE)
  }

  /** Reads everything that is typed, shows its mistakes, and asks the engines. */
  #read(): void {
    clearTimeout(this.#timer)
    const isFirst = this.#hasFirstRows()
    this.#readData()
    if (isFirst && this.#leftOut().length + this.#rows.misfits > 0) {
      this.#guess()
      return
    }
    const made = this.#schema
    this.#older.hidden = true
    if (!('schema' in made)) {
      this.#refuse()
      this.#engines.refuse('The schema has mistakes.')
      this.#problemsOf(this.#filter, this.#filterProblems, [])
      setText(this.#meaning, 'The schema has mistakes: see below.')
      return
    }
    const { schema } = made
    const reading = this.#readTyped(schema)
    const wrong = 'wrong' in reading ? reading.wrong : { filter: [], sort: [], limit: [] }
    this.#problemsOf(this.#filter, this.#filterProblems, wrong.filter)
    this.#sort.show(wrong.sort)
    this.#limit.show(wrong.limit)
    this.#meaning.classList.toggle('tp-wrong', wrong.filter.length > 0)
    if ('wrong' in reading) {
      this.#refuse()
      const count = wrong.filter.length + wrong.sort.length + wrong.limit.length
      setText(this.#meaning, count === 1 ? 'There is a mistake.' : `There are ${count} mistakes.`)
      this.#engines.refuse('The query has mistakes.')
      return
    }
    this.#ready = reading
    setText(this.#meaning, `Finds: ${describeFilter(reading.condition)}`)
    this.#engines.ask({ payload: reading.payload, now: reading.now })
    this.#drawTree()
    this.#drawSql()
    this.#drawCode()
  }

  /** Leaves the result that is there, and says so. */
  #refuse(): void {
    this.#ready = undefined
    this.#older.hidden = this.#drawn === undefined
  }

  /** Whether rows were put into the empty page, whose schema is then made of them. */
  #hasFirstRows(): boolean {
    const rows = this.#rowsEditor.text()
    return rows !== this.#rowsText && this.#schemaEditor.text() === EMPTY.schema
  }

  #readTyped(schema: Schema): QueryReading {
    const typed = {
      filter: this.#filter.text(),
      sort: this.#sort.box.value,
      limit: this.#limit.box.value,
    }
    return readQuery(schema, typed, Date.now())
  }

  /** Reads the schema and the rows, if they were changed. */
  #readData(): void {
    const [schemaText, rowsText] = [this.#schemaEditor.text(), this.#rowsEditor.text()]
    if (schemaText === this.#schemaText && rowsText === this.#rowsText) return
    if (schemaText !== this.#schemaText) this.#schema = readSchema(schemaText)
    const index = this.#exampleOf(this.#state())
    this.#example.value = index < 0 ? '' : String(index)
    this.#schemaText = schemaText
    this.#rowsText = rowsText
    setText(this.#unmade, '')
    const isRead = 'schema' in this.#schema
    const problems = 'schema' in this.#schema ? [] : this.#schema.problems
    this.#problemsOf(this.#schemaEditor, this.#schemaProblems, problems)
    this.#rows = 'schema' in this.#schema ? readRows(rowsText, this.#schema.schema) : NO_ROWS
    this.#problemsOf(this.#rowsEditor, this.#rowsProblems, this.#rows.problems)
    const { rows, problems: bad, misfits } = this.#rows
    this.#misfit.hidden = misfits <= rows.length
    this.#drawNotes()
    if ('schema' in this.#schema) this.#sort.box.placeholder = sortHint(this.#schema.schema)
    const mark = bad.length > 0 ? ' – mistakes' : ''
    this.#data.rename(0, isRead ? `Rows (${rows.length})${mark}` : 'Rows')
    this.#data.rename(1, isRead ? 'Schema' : 'Schema – mistakes')
    this.#engines.fill(isRead ? JSON.parse(schemaText) : undefined, rows, leftOutText(this.#rows))
  }

  /** Marks mistakes in a text, and lists them. */
  #problemsOf(target: Editor, list: HTMLElement, problems: readonly Problem[]): void {
    target.setProblems(problems)
    const text = target.text()
    list.hidden = problems.length === 0
    list.replaceChildren(
      ...problems.map((problem) => {
        const place = button(placeName(text, problem), () => target.goTo(problem), {
          class: 'tp-link',
        })
        return element('li', {}, place, ' ', problem.message)
      }),
    )
  }

  /** Draws what memory found, when it has found something else. */
  #drawResult(): void {
    const found = this.#engines.found('memory')
    if (found !== undefined && found !== this.#drawn && 'schema' in this.#schema) {
      this.#drawn = found
      this.#rowsPanel.replaceChildren(rowsTable(this.#schema.schema, found.rows))
    }
    this.#drawSql()
  }

  #drawTree(): void {
    if (this.#ready === undefined) return
    const { condition, query, cost } = this.#ready
    const order = query.ordering.map(
      ({ field, direction }) => `${field.name} ${direction === 1 ? 'ascending' : 'descending'}`,
    )
    this.#treePanel.replaceChildren(
      element('div', { class: 'tp-tree' }, treeView(treeOf(condition))),
      note(
        `Order: ${order.join(', ')}. At most ${query.limit} rows. Cost ${Math.round(cost)} of at most ${query.schema.limits.cost}.`,
      ),
    )
  }

  #drawSql(): void {
    if (this.#ready === undefined) return
    const name = this.#database
    try {
      const view = sqlView(sqlOf(this.#ready.query, name))
      this.#sqlBody.replaceChildren(view, ...this.#engines.details(name))
    } catch (error) {
      const message = error instanceof Error ? error.message.replace(/^tamis: /, '') : String(error)
      this.#sqlBody.replaceChildren(note(`This database does not answer the filter: ${message}`))
    }
  }

  #drawCode(): void {
    if (this.#ready === undefined || !('call' in this.#schema)) return
    const code = codeOf(this.#schema.call, this.#ready.payload, this.#database)
    const copy = button('Copy', () => void this.#copy(code), { class: 'tp-button' })
    this.#codePanel.replaceChildren(
      element(
        'div',
        { class: 'tp-line' },
        copy,
        note('A TypeScript module with this schema and query.'),
      ),
      block('Code', code),
    )
  }

  async #copy(text: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text)
      this.#say('Copied.')
    } catch {
      this.#say('The browser did not let it be copied.')
    }
  }
}
