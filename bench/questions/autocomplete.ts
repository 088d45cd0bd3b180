import { compilePredicate, parseFilter } from 'tamis'
import { usersSchema } from 'tamis/users'
import { storedUsers } from '../fixtures/users.ts'
import { measure } from '../measure.ts'
import { atMost, type Question } from '../question.ts'
import { pollute } from './predicates.ts'

export const autocomplete: Question = {
  title: '$autocomplete of ASCII names',
  text: 'The word may stand anywhere in the name. Against `startsWith`, which asks less: the beginning of the name alone, in one case. Where both are true of the same rows, they are compared; nanoseconds are per row.',
  async ask(run) {
    const users = storedUsers(run.rows)
    pollute(users)
    const matches = compilePredicate(parseFilter(usersSchema, { name: { $autocomplete: 'roxy' } }))
    const byHand = ({ name }: (typeof users)[number]) => name.startsWith('Roxy')
    const count = (test: (user: (typeof users)[number]) => boolean) => {
      let found = 0
      for (const user of users) if (test(user)) found++
      return found
    }
    const measured = measure(
      { startsWith: () => count(byHand), tamis: () => count(matches) },
      users.length,
      run,
    )
    return [{ name: 'one word', measured, goals: [atMost(3, '$autocomplete, to startsWith')] }]
  },
}
