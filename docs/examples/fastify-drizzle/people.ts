import { defineSchema, dynamic, integer, number, string } from 'tamis'

export const people = defineSchema({
  fields: {
    id: integer({ required: true, sortable: true }),
    email: string({ required: true, sortable: true }),
    name: string({ required: true, sortable: true }),
    role: string({ required: true }),
    is_active: integer({ required: true }),
    score: number({ sortable: true }),
    'settings.*': dynamic(['string', 'boolean', 'integer', 'number']),
    created_at: integer({ required: true, sortable: true }),
    seen_at: integer({ sortable: true }),
  },
})

export const mapping = {} as const
