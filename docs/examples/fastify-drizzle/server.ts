import { drizzle } from 'drizzle-orm/libsql'
import { createApp } from './app.ts'

const app = createApp(drizzle(process.env.DATABASE_URL ?? 'file:app.sqlite'))
console.log(await app.listen({ port: 3000 }))
