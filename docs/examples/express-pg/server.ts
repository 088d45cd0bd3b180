import { Pool } from 'pg'
import { createApp } from './app.ts'

const app = createApp(new Pool({ connectionString: process.env.DATABASE_URL }))
app.listen(3000, () => console.log('http://localhost:3000/people'))
