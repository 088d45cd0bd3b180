/** What a deletion will do, in sentences, before anybody confirms it. */

import type { DeleteOptions } from '../../client/index.ts'

export type Way = NonNullable<DeleteOptions['user']>

/** The three ways, from the mildest. */
export const WAYS: readonly { readonly way: Way; readonly label: string }[] = [
  { way: 'soft', label: 'Soft: mark as deleted, keep everything' },
  { way: 'pruning', label: 'Pruning: keep only the id' },
  { way: 'hard', label: 'Hard: remove the user for good' },
]

const USER: Readonly<Record<Way, readonly string[]>> = {
  soft: [
    'The user is marked as deleted: no list shows the user, and the user’s tokens are refused.',
    'All data is kept. The user can be restored.',
  ],
  pruning: [
    'The user is marked as deleted: no list shows the user, and the user’s tokens are refused.',
    'Name, image, role, teams, custom data and all else that is stored of the user is erased. The id and the time of creation stay, so that the id is not given to another user.',
    'This cannot be undone.',
  ],
  hard: [
    'The user is removed with everything that is stored of the user. A new user can get the same id.',
    'This cannot be undone.',
  ],
}

const OTHERS = { conversations: 'conversations', messages: 'messages', calls: 'one-to-one calls' }

const HOW: Readonly<Record<Way, string>> = {
  soft: 'are marked as deleted',
  pruning: 'keep their place, and lose their contents',
  hard: 'are removed for good',
}

/** Everything that a deletion will do. */
export function deletionWords({ user = 'soft', ...options }: DeleteOptions): readonly string[] {
  const others = (Object.keys(OTHERS) as (keyof typeof OTHERS)[]).map((name) => {
    const how = options[name]
    return how === undefined
      ? `The user’s ${OTHERS[name]} stay as they are.`
      : `The user’s ${OTHERS[name]} ${HOW[how]}, if the application’s server does so.`
  })
  const { new_channel_owner_id: owner } = options
  if (user === 'hard') {
    others.push(
      owner === undefined
        ? 'The user’s channels get a new owner with a generated id.'
        : `The user’s channels get the owner ${owner}.`,
    )
  }
  return [...USER[user], ...others]
}
