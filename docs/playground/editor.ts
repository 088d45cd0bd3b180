/** Text fields with highlighting, completion and marks where something is wrong: CodeMirror. */

import {
  acceptCompletion,
  autocompletion,
  type CompletionContext,
  type CompletionResult,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  type Completion as Option,
  startCompletion,
} from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import {
  bracketMatching,
  HighlightStyle,
  StreamLanguage,
  type StringStream,
  syntaxHighlighting,
} from '@codemirror/language'
import { setDiagnostics } from '@codemirror/lint'
import { EditorState, type Extension } from '@codemirror/state'
import { drawSelection, EditorView, keymap, lineNumbers, placeholder } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import type { Completion } from 'tamis/text'
import type { Problem } from './problems.ts'

/** The tokens of JSON and of its relaxed form, for their colours alone. */
const language = StreamLanguage.define({
  token(stream: StringStream): string | null {
    if (stream.eatSpace()) return null
    if (stream.match(/^\/\/.*/)) return 'lineComment'
    if (stream.match(/^"(?:[^"\\]|\\.)*"?|^'(?:[^'\\]|\\.)*'?/)) {
      return /^\s*:/.test(stream.string.slice(stream.pos)) ? 'propertyName' : 'string'
    }
    if (stream.match(/^[+-]?(?:0x[\da-f]+|\d[\d.]*(?:e[+-]?\d+)?)/i)) return 'number'
    if (stream.match(/^[A-Za-z_$][\w$.]*/)) {
      if (/^\s*:/.test(stream.string.slice(stream.pos))) return 'propertyName'
      return /^(true|false|null)$/.test(stream.current()) ? 'atom' : 'string'
    }
    stream.next()
    return 'punctuation'
  },
})

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--tp-key)' },
  { tag: tags.string, color: 'var(--tp-string)' },
  { tag: [tags.number, tags.atom], color: 'var(--tp-number)' },
  { tag: tags.lineComment, color: 'var(--tp-quiet)' },
  { tag: tags.punctuation, color: 'var(--tp-quiet)' },
])

/** What accepting a completion writes: after a name, a colon, and what can follow it is offered. */
function apply({ kind, label, text, range }: Completion): NonNullable<Option['apply']> {
  return (view) => {
    const { doc } = view.state
    const hasColon = /^\s*:/.test(doc.sliceString(range.end, range.end + 20))
    // The rest of a wildcard's name is typed before the closing quote, if there is one.
    const isOpen = label.endsWith('.')
    const written = kind === 'value' || isOpen || hasColon ? text : `${text}: `
    const caret = range.start + (isOpen ? written.lastIndexOf('.') + 1 : written.length)
    // A quote that was closed by itself stands after the place.
    const typed = doc.sliceString(range.start, range.end)
    const quote = /^["']$/.test(typed) ? typed : ''
    const end = quote !== '' && doc.sliceString(range.end, range.end + 1) === quote ? 1 : 0
    view.dispatch({
      changes: { from: range.start, to: range.end + end, insert: written },
      selection: { anchor: caret },
      userEvent: 'input.complete',
      scrollIntoView: true,
    })
    if (kind !== 'value') startCompletion(view)
  }
}

/** Completions by a function that knows what can stand at a place of a text. */
function completing(complete: (text: string, offset: number) => readonly Completion[]): Extension {
  const source = (context: CompletionContext): CompletionResult | null => {
    const found = complete(context.state.doc.toString(), context.pos)
    const [first] = found
    if (first === undefined) return null
    const isTyped = first.range.start < context.pos
    const before = context.state.sliceDoc(Math.max(0, context.pos - 2), context.pos)
    if (!isTyped && !context.explicit && !/[{[:,]\s?$/.test(before)) return null
    return {
      from: first.range.start,
      to: first.range.end,
      filter: false,
      options: found.map((each) => ({
        label: each.label,
        detail: each.kind,
        apply: apply(each),
      })),
    }
  }
  // Few enough to be seen without scrolling.
  return autocompletion({
    ...{ override: [source], icons: false, interactionDelay: 0 },
    maxRenderedOptions: 14,
  })
}

export interface EditorOptions {
  readonly label: string
  readonly text: string
  readonly changed: () => void
  readonly complete?: (text: string, offset: number) => readonly Completion[]
  /** Whether lines have numbers; only those without are wrapped. */
  readonly numbered?: boolean
  readonly hint?: string
}

export interface Editor {
  readonly element: HTMLElement
  text(): string
  setText(text: string): void
  /** Marks the places that are wrong. */
  setProblems(problems: readonly Problem[]): void
  goTo(problem: Problem): void
  focus(): void
  destroy(): void
}

export function editor(options: EditorOptions): Editor {
  const { label, changed, complete, numbered = false, hint } = options
  const extensions: Extension[] = [
    history(),
    drawSelection(),
    bracketMatching(),
    closeBrackets(),
    language,
    syntaxHighlighting(colours),
    ...(numbered ? [lineNumbers()] : [EditorView.lineWrapping]),
    // It is focusable without, but tools that check pages look for the attribute.
    EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) changed()
    }),
    ...(hint === undefined ? [] : [placeholder(hint)]),
    ...(complete === undefined ? [] : [completing(complete)]),
    // Tab moves the focus, unless a completion is chosen.
    keymap.of([
      ...(complete === undefined ? [] : [{ key: 'Tab', run: acceptCompletion }]),
      ...closeBracketsKeymap,
      ...completionKeymap,
      ...historyKeymap,
      ...defaultKeymap,
    ]),
  ]
  const stateOf = (doc: string) => EditorState.create({ doc, extensions })
  const view = new EditorView({ state: stateOf(options.text) })
  const clip = (offset: number) => Math.max(0, Math.min(offset, view.state.doc.length))
  return {
    element: view.dom,
    text: () => view.state.doc.toString(),
    setText(text) {
      view.setState(stateOf(text))
      changed()
    },
    setProblems(problems) {
      const diagnostics = problems.map(({ from, to, message }) => ({
        from: clip(from),
        to: clip(Math.max(to, from + 1)),
        message,
        severity: 'error' as const,
      }))
      view.dispatch(setDiagnostics(view.state, diagnostics))
    },
    goTo({ from, to }) {
      view.focus()
      const selection = { anchor: clip(from), head: clip(to) }
      view.dispatch({ selection, scrollIntoView: true })
    },
    focus: () => view.focus(),
    destroy: () => view.destroy(),
  }
}
