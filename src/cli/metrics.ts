import type { Users } from '../users/index.ts'

/** One request that was answered. */
interface AnsweredRequest {
  readonly method: string
  readonly path: string
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

/** Metrics of the process, of requests by route and status, and of the open lists. */
export async function metricsOf(users: Users): Promise<Metrics> {
  const { collectDefaultMetrics, Gauge, Histogram, Registry } = await import('prom-client')
  const { routeLabel } = await import('../users/http/routes.ts')
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
  return {
    count({ method, path, status, seconds }) {
      requests.observe({ method, route: routeLabel(path), status }, seconds)
    },
    response: async () =>
      new Response(await register.metrics(), { headers: { 'Content-Type': register.contentType } }),
  }
}
