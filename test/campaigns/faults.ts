/**
 * Faults at random moments while two processes serve the users of one database, which clients write,
 * query and start tasks on: `npm run proof -- faults DATABASE [MINUTES] [SEED]`. Processes are killed
 * and stopped, clocks jump, connections are cut; the disk of SQLite is full, and its file read-only.
 * After each round of faults nothing may be lost, repeated or half done. The seed decides on the
 * operations and the faults; when they meet depends on the machine.
 * TAMIS_FAULTS_BREAK=NAME breaks a promise on purpose, which must be found: see faults/sabotage.ts.
 */

import { randomOf } from '../support/growth.ts'
import { bundledProcess } from './faults/program.ts'
import { SABOTAGES } from './faults/sabotage.ts'
import { World } from './faults/world.ts'

/** How many rounds a database is used for: its checks read all that was ever written. */
const ROUNDS = 12

const [engine = 'SQLite', minutes = '60', seedText] = process.argv.slice(2)
const seed = Number(seedText ?? Math.floor(Math.random() * 2 ** 31))
const broken = process.env.TAMIS_FAULTS_BREAK
const sabotage = broken === undefined ? undefined : SABOTAGES[broken]?.work
if (broken !== undefined && sabotage === undefined) {
  throw new TypeError(`expected one of ${Object.keys(SABOTAGES).join(', ')}`)
}
const random = randomOf(seed)
const program = await bundledProcess()
process.on('exit', () => program.remove())
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))

const started = performance.now()
const end = started + Number(minutes) * 60_000
const happened = new Map<string, number>()
const answers = new Map<string, number>()
const add = (to: Map<string, number>, from: ReadonlyMap<string, number>) => {
  for (const [name, count] of from) to.set(name, (to.get(name) ?? 0) + count)
}
let rounds = 0
let writes = 0
let tasks = 0
let faults = 0
console.log(`${engine}: ${minutes} minutes, seed ${seed}`)
while (performance.now() < end) {
  const world = await World.open(engine, program.file, random)
  if (rounds === 0) {
    console.log(`faults: ${world.faults.join(', ')}`)
    if (engine === 'SQLite' && world.target.disk === undefined) {
      console.log('mounting a small disk is not permitted here, so no disk is filled')
    }
  }
  for (let i = 0; i < ROUNDS && performance.now() < end; i++) {
    rounds++
    const names = Array.from(
      { length: 1 + random(3) },
      () => world.faults[random(world.faults.length)] ?? '',
    )
    const found = await world.round(names, sabotage)
    faults += found.length
    for (const each of found.slice(0, 5))
      console.log(`FAULT in round ${rounds} (${names}): ${each}`)
    // What follows from it would be found again in each further round.
    if (found.length > 0) break
  }
  add(happened, world.happened)
  add(answers, world.model.answers)
  writes += world.model.writes.length
  tasks += world.model.tasks.length
  await world.close()
}
const seconds = ((performance.now() - started) / 1000).toFixed(0)
console.log(`${engine}: ${rounds} rounds in ${seconds} s, ${writes} writes, ${tasks} tasks`)
console.log('happened', Object.fromEntries(happened))
console.log('answers', Object.fromEntries(answers))
console.log(faults === 0 ? 'nothing was lost, repeated or half done' : `${faults} faults`)
process.exit(faults === 0 ? 0 : 1)
