import fc from 'fast-check'
import type { JsonObject, UserInput } from 'tamis/users'

/** Fields of users that can be queried: few values, so that filters match some users. */

const text = fc.constantFrom('red', 'Red', 'rouge noir', 'é', '', 'a.b', '1', 'true', '😀 ')

/** Values that are near each other, or of which databases have several kinds. */
const scalar = fc.oneof(
  text,
  fc.boolean(),
  fc.constantFrom(0, -0, 1, -1, 18, 1.5, 1e300, 2 ** 31, 2 ** 53 - 1, 2 ** 53, 2 ** 60, -(2 ** 63)),
  fc.constant(null),
)
const KEYS = ['color', 'age', 'k', 'a b', 'deep', '__proto__', 'constructor', '0']

const object = (value: fc.Arbitrary<unknown>): fc.Arbitrary<JsonObject> =>
  fc
    .uniqueArray(fc.tuple(fc.constantFrom(...KEYS), value), {
      maxLength: 4,
      selector: ([key]) => key,
    })
    .map((entries) => Object.fromEntries(entries) as JsonObject)

export const customArbitrary = object(
  fc.oneof(
    { weight: 4, arbitrary: scalar },
    { weight: 1, arbitrary: fc.array(scalar, { maxLength: 2 }) },
    { weight: 1, arbitrary: object(scalar) },
  ),
)

const instant = fc.constantFrom(
  '2024-05-01T12:00:00Z',
  '2024-05-01T14:00:00+02:00',
  '2024-05-01T12:00:00.000001Z',
)

export const profileArbitrary: fc.Arbitrary<Omit<UserInput, 'id'>> = fc.record(
  {
    role: fc.constantFrom('user', 'admin', 'guest'),
    name: fc.constantFrom('Roxy', 'Roxanne', 'Curiosity Rover', 'Élodie', '', 'user'),
    username: fc.constantFrom('roxy', 'Rover 1', 'x'),
    teams: fc.uniqueArray(fc.constantFrom('red', 'blue', 'Red', 'b '), { maxLength: 3 }),
    banned: fc.boolean(),
    shadow_banned: fc.boolean(),
    last_active: instant,
    custom: customArbitrary,
    invisible: fc.boolean(),
  },
  { requiredKeys: [] },
)
