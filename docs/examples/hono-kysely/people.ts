import {
  boolean,
  date,
  decimal,
  defineSchema,
  dynamic,
  enumeration,
  integer,
  string,
  timestamp,
  uuid,
} from 'tamis'

const equality = ['$eq', '$ne', '$in', '$nin', '$exists'] as const

// "email", "name" compare by code point, not by utf8mb4_general_ci: "A" and "a" differ, and no index serves the order. To ignore case: string({ insensitive: true }), a search column, and tamis backfill
export const people = defineSchema({
  fields: {
    id: integer({ required: true, sortable: true }),
    public_id: uuid({ operators: equality, required: true }),
    email: string({ required: true }),
    name: string({ required: true }),
    role: enumeration(['user', 'editor', 'admin'], { required: true, sortable: true }),
    is_active: boolean({ required: true }),
    balance: decimal({ precision: 10, scale: 2, sortable: true }),
    born: date(),
    'settings.*': dynamic(['string', 'boolean', 'integer', 'number']),
    created_at: timestamp({ digits: 0, required: true, sortable: true }),
    seen_at: timestamp({ digits: 3, sortable: true }),
  },
})

export const mapping = {
  id: { type: 'int(10) unsigned' },
  public_id: { type: 'uuid' },
  email: { collation: 'utf8mb4_general_ci' },
  name: { collation: 'utf8mb4_general_ci' },
  is_active: { type: 'tinyint(1)' },
  created_at: { type: 'timestamp' },
} as const
