/** A server of a list, for a project that has none. */

import { type Project, routeOf } from './init-project.ts'

export function serverFile(project: Project): string {
  const { importExtension } = project
  const route = routeOf(project)
  return `import { createServer } from 'node:http'
import { list, toJson } from './list${importExtension}'

/** GET ${route}; PORT is 3000 by default. */
const server = createServer(async (request, response) => {
  try {
    const [path, ...rest] = (request.url ?? '').split('?')
    if (path !== '${route}') return response.writeHead(404).end()
    if (request.method !== 'GET') return response.writeHead(405, { allow: 'GET' }).end()
    const { status, body } = await list(rest.join('?'))
    response.writeHead(status, { 'content-type': 'application/json' }).end(toJson(body))
  } catch (error) {
    console.error(error)
    response.writeHead(500).end()
  }
})
server.listen(Number(process.env.PORT ?? 3000), () => {
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  console.log(\`http://localhost:\${port}${route}\`)
})
`
}
