/** Whether a sort has directions as SQL writes them: `name desc`, `name:asc`. */
export const hasSqlDirections = (text: string): boolean => /[\s:](?:asc|desc)\s*(?:,|$)/i.test(text)

/** A sort as people write one outside of JSON: `-created_at,id`, with a minus for descending. */
export const sortTerms = (text: string) =>
  text.split(',').map((term) => {
    const name = term.trim()
    return name.startsWith('-')
      ? { field: name.slice(1), direction: -1 }
      : { field: name, direction: 1 }
  })
