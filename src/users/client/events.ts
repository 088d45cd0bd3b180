/** An event of a stream, as it came. */
export interface ServerEvent {
  readonly type: string
  readonly data: string
}

/** Reads server-sent events out of pieces of a stream: html.spec.whatwg.org, 9.2.6. */
export function eventReader(): (piece: string) => ServerEvent[] {
  /** The pieces of a line that has not ended: joined once, so that a long line costs its length. */
  let rest: string[] = []
  let type = ''
  let data: string[] = []
  return (piece) => {
    const events: ServerEvent[] = []
    rest.push(piece)
    if (!piece.includes('\n')) return events
    // A line may end with CR and LF in two pieces: such a CR belongs to the line, and is removed.
    const lines = rest.join('').split('\n')
    rest = [lines.pop() ?? '']
    for (const each of lines) {
      const line = each.replace(/\r$/, '')
      const [, name, value = ''] = /^(\w+):? ?(.*)$/s.exec(line) ?? []
      if (name === 'event') type = value
      if (name === 'data') data.push(value)
      if (line !== '') continue
      if (data.length > 0) events.push({ type, data: data.join('\n') })
      type = ''
      data = []
    }
    return events
  }
}
