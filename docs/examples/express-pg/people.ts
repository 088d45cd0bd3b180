import {
  boolean,
  decimal,
  defineSchema,
  dynamic,
  enumeration,
  integer,
  list,
  string,
  timestamp,
  uuid,
} from 'tamis'

export const person = defineSchema({
  fields: {
    id: uuid({ required: true, sortable: true }),
    // Equality is exact, unlike citext's.
    // To ignore case: string({ insensitive: true }), a column email_folded, and tamis backfill.
    email: string({ required: true }),
    displayName: string({ required: true }),
    role: enumeration(['USER', 'EDITOR', 'ADMIN'], { required: true, sortable: true }),
    isActive: boolean({ required: true }),
    age: integer(),
    balance: decimal({ precision: 12, scale: 2, sortable: true }),
    'settings.*': dynamic(['string', 'boolean', 'integer', 'number']),
    tags: list(string()),
    createdAt: timestamp({ digits: 3, required: true, sortable: true }),
    lastSeenAt: timestamp({ digits: 3, sortable: true }),
  },
})

export const mapping = {
  email: { type: 'citext' },
  role: { type: '"Role"' },
  age: { type: 'integer' },
  createdAt: { type: 'timestamp(3) without time zone' },
} as const
