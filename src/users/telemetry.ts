/**
 * Traces and metrics of OpenTelemetry, where `@opentelemetry/api` is installed: without an SDK that the
 * application registers, they cost nothing. Names and attributes are those of its semantic
 * conventions; none holds a path, a query, a statement's text or parameters, or a user's id.
 */

import type { Attributes, Context, Histogram, Meter, Span, Tracer } from '@opentelemetry/api'
import type { StatementObserver } from './storage/observe.ts'

type Api = typeof import('@opentelemetry/api')

/** A request, as far as traces tell of it. */
export interface TracedRequest {
  readonly method: string
  /** The path of its route, with placeholders for ids. */
  readonly route: string
  header(name: string): string | undefined
}

/** The trace of one request. */
export interface RequestTrace {
  /** For the log; undefined if the request is not recorded. */
  readonly id: string | undefined
  /** Runs work as a part of the request. */
  run<T>(work: () => T): T
  end(status: number): void
}

const METHODS = new Set('GET HEAD POST PUT PATCH DELETE OPTIONS'.split(' '))

/** The type of an error, without its message, which may hold a user's data. */
function typeOf(error: unknown): string {
  const { code, name }: { code?: unknown; name?: unknown } = Object(error)
  if (typeof code === 'string' || typeof code === 'number') return String(code)
  return typeof name === 'string' ? name : '_OTHER'
}

/** Restated without the types of the package, which need not be installed. */
export interface Telemetry {
  /** Begins the trace of a request, as a part of the caller's if its headers say so. */
  begin(request: TracedRequest): RequestTrace
  /**
   * Observes statements: a span for each that belongs to a recorded span, so that polls for tasks and
   * changes do not fill the traces.
   */
  observerOf(system: string): StatementObserver
}

class OpenTelemetry implements Telemetry {
  readonly #api: Api
  readonly #tracer: Tracer
  #meter: Meter | undefined
  readonly #durations = new Map<string, Histogram>()

  constructor(api: Api) {
    this.#api = api
    this.#tracer = api.trace.getTracer('tamis')
  }

  begin({ method, route, header }: TracedRequest): RequestTrace {
    const { context, propagation, trace, SpanKind } = this.#api
    const verb = METHODS.has(method) ? method : '_OTHER'
    const attributes: Attributes = {
      'http.request.method': verb,
      ...(route === 'other' ? {} : { 'http.route': route }),
    }
    const caller = propagation.extract(context.active(), undefined, {
      keys: () => [],
      get: (_, name) => header(name),
    })
    const name = route === 'other' ? verb : `${verb} ${route}`
    const span = this.#tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, caller)
    return this.#requestTrace(span, trace.setSpan(caller, span), attributes)
  }

  #requestTrace(span: Span, within: Context, attributes: Attributes): RequestTrace {
    const start = performance.now()
    const { context, SpanStatusCode } = this.#api
    const duration = this.#duration('http.server.request.duration')
    return {
      id: span.isRecording() ? span.spanContext().traceId : undefined,
      run: (work) => context.with(within, work),
      end(status) {
        const all = { ...attributes, 'http.response.status_code': status }
        span.setAttributes(all)
        if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
        span.end()
        duration.record((performance.now() - start) / 1000, all)
      },
    }
  }

  observerOf(system: string): StatementObserver {
    const { context, trace, SpanKind, SpanStatusCode } = this.#api
    return (kind) => {
      const name = kind.toUpperCase()
      const attributes: Attributes = { 'db.system.name': system, 'db.operation.name': name }
      const duration = this.#duration('db.client.operation.duration')
      // A poll that a request has started has the context of that request, which has ended since.
      const span = trace.getSpan(context.active())?.isRecording()
        ? this.#tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes })
        : undefined
      return ({ seconds, error }) => {
        const failure: Attributes = error === undefined ? {} : { 'error.type': typeOf(error) }
        if (error !== undefined) span?.setStatus({ code: SpanStatusCode.ERROR })
        span?.setAttributes(failure)
        span?.end()
        duration.record(seconds, { ...attributes, ...failure })
      }
    }
  }

  #duration(name: string): Histogram {
    // An application may register its SDK later, and has another meter from then on.
    const meter = this.#api.metrics.getMeter('tamis')
    if (meter !== this.#meter) this.#durations.clear()
    this.#meter = meter
    const found = this.#durations.get(name) ?? meter.createHistogram(name, { unit: 's' })
    this.#durations.set(name, found)
    return found
  }
}

/** OpenTelemetry, if its package is installed. */
export async function loadTelemetry(): Promise<Telemetry | undefined> {
  try {
    return new OpenTelemetry(await import('@opentelemetry/api'))
  } catch {
    return undefined
  }
}
