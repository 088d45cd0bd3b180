/** A fault that chance does not find: each unit that is right is a branch of its own. */

function read(input: string): void {
  if (input[0] === 't') {
    if (input[1] === 'a') {
      if (input[2] === 'm') {
        if (input[3] === 'i') {
          if (input[4] === 's') throw new Error('the seeded fault')
        }
      }
    }
  }
}

export const targets = { steps: { run: read, seeds: ['x'], tokens: [] } }
