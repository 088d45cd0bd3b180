import { defineSchema, dynamic, integer, number, string } from 'tamis'

const operators = ['$eq', '$ne', '$gt', '$gte', '$lt', '$lte', '$in', '$nin', '$exists'] as const

export const people = defineSchema({
  fields: {
    id: integer({ required: true, sortable: true }),
    email: string({ operators, required: true, sortable: true }),
    name: string({ operators, required: true, sortable: true }),
    role: string({ operators, required: true }),
    is_active: integer({ required: true }),
    score: number({ sortable: true }),
    'settings.*': dynamic(['string', 'boolean', 'integer', 'number']),
    created_at: integer({ required: true, sortable: true }),
    seen_at: integer({ sortable: true }),
  },
})

export const mapping = {} as const
