/** Runs the probe in workerd: a request has what is given, the response is the report. */

import { probe } from '../probe.ts'
import type { Given } from '../report.ts'

const handler = {
  async fetch(request: Request): Promise<Response> {
    const given = (await request.json()) as Given
    return Response.json(await probe(given))
  },
}

// biome-ignore lint/style/noDefaultExport: workerd takes the handler from it.
export default handler
