import { defineSchema, type Mapping, number, string } from 'tamis'

export const schema = defineSchema({
  fields: { sku: string({ required: true }), price: number() },
  key: 'sku',
})

export const mapping: Mapping = { price: 'cost' }
