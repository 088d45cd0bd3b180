import { serve } from '@hono/node-server'
import { createApp } from './app.ts'
import { connect } from './database.ts'

const db = connect(process.env.DATABASE_URL ?? 'mysql://localhost/app')
serve(createApp(db), ({ port }) => console.log(`http://localhost:${port}/people`))
