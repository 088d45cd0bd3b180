import type { Users } from '../users/index.ts'

/** One request that was answered. */
interface AnsweredRequest {
  readonly method: string
  readonly route: string
  readonly status: number
  /** Until the answer began. */
  readonly seconds: number
}

/** Metrics for Prometheus. */
export interface Metrics {
  count(request: AnsweredRequest): void
  /** What Prometheus reads. */
  response(): Promise<Response>
}

/** Statements take less time than most requests, so that the smallest buckets are smaller. */
const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** Metrics of the process, requests by route and status, statements by kind, tasks, webhooks, lists. */
export async function metricsOf(users: Users): Promise<Metrics> {
  const { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } = await import('prom-client')
  const register = new Registry()
  collectDefaultMetrics({ register })
  const requests = new Histogram({
    name: 'tamis_request_seconds',
    help: 'Time until the answer to a request began',
    labelNames: ['method', 'route', 'status'],
    registers: [register],
  })
  new Gauge({
    name: 'tamis_watched_lists',
    help: 'Number of open lists',
    registers: [register],
    collect() {
      this.set(users.watching)
    },
  })
  const statements = new Histogram({
    name: 'tamis_statement_seconds',
    help: 'Time of statements of the database by kind; connect is the wait for a connection',
    labelNames: ['kind', 'failed'],
    buckets: SECONDS,
    registers: [register],
  })
  users.onStatement((kind) => ({ seconds, error }) => {
    statements.observe({ kind, failed: error === undefined ? 'false' : 'true' }, seconds)
  })
  const unfinished = new Gauge({
    name: 'tamis_unfinished_tasks',
    help: 'Number of tasks that are pending or running',
    registers: [register],
  })
  const oldest = new Gauge({
    name: 'tamis_oldest_unfinished_task_seconds',
    help: 'Age of the oldest task that is pending or running; 0 if there is none',
    registers: [register],
  })
  const deliveries = new Counter({
    name: 'tamis_webhook_attempts_total',
    help: 'Number of attempts of this process to deliver events: delivered, retried later, or dead',
    labelNames: ['outcome'],
    registers: [register],
  })
  for (const outcome of ['delivered', 'retried', 'dead']) deliveries.inc({ outcome }, 0)
  users.onDelivery((outcome) => deliveries.inc({ outcome }))
  const undelivered = new Gauge({
    name: 'tamis_undelivered_events',
    help: 'Number of events of webhooks that are queued',
    registers: [register],
  })
  const oldestEvent = new Gauge({
    name: 'tamis_oldest_undelivered_event_seconds',
    help: 'Age of the oldest event of a webhook that is queued; 0 if there is none',
    registers: [register],
  })
  /** Without the database, the other metrics are wanted even more. */
  const unknown = () => ({ count: Number.NaN, oldest: Number.NaN })
  const readQueues = async () => {
    const tasks = await users.unfinishedTasks().catch(unknown)
    unfinished.set(tasks.count)
    oldest.set(tasks.oldest)
    const events = await users.undeliveredEvents().catch(unknown)
    undelivered.set(events.count)
    oldestEvent.set(events.oldest)
  }
  return {
    count({ method, route, status, seconds }) {
      requests.observe({ method, route, status }, seconds)
    },
    async response() {
      await readQueues()
      return new Response(await register.metrics(), {
        headers: { 'Content-Type': register.contentType },
      })
    },
  }
}
