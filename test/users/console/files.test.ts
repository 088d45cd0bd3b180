import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { buildConsole } from '../../../src/build/console/build.ts'
import { answerOf, closeAll, open, requestOf } from '../service.ts'

afterAll(closeAll)

const files = await buildConsole()

describe('the files of the console', () => {
  it('have at most 60 kB gzipped, all together', () => {
    const bytes = files.map(({ text }) => gzipSync(text).length).reduce((sum, each) => sum + each)
    expect(bytes).toBeLessThan(60_000)
    expect(bytes, 'a budget that is far too wide says nothing').toBeGreaterThan(40_000)
  })

  it('name nothing elsewhere, have no inline code or style, and no package', () => {
    const [page, script] = files as readonly { readonly text: string }[]
    expect(page?.text).not.toMatch(/https?:|\son\w+=|style=|<style|<script(?![^>]*src=)/)
    expect(script?.text).not.toMatch(/chevrotain|innerHTML|outerHTML|insertAdjacentHTML|\beval\b/i)
    expect(script?.text).not.toMatch(/new Function|\bimport\(|document\.write|node_modules/)
    expect(files[2]?.text).not.toMatch(/url\(|@import/)
  })
})

describe('GET /console', () => {
  it('is served where the option says so, without a token', async () => {
    const { ask } = await open()
    expect((await ask('GET /console')).status).toBe(404)
    const service = await open({ console: true, rateLimit: { requests: 1, seconds: 60 } })
    for (let i = 0; i < 3; i++) expect((await service.ask('GET /console')).status).toBe(200)
    await expect(open({ console: 'yes' as never })).rejects.toThrow(
      /console: expected true or false/,
    )
  })

  it('has a page with files that may be kept, and a strict policy', async () => {
    const { ask } = await open({ console: true })
    const page = await ask('GET /console')
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(page.headers.get('cache-control')).toBe('no-cache')
    const names = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, name]) => `/${name}`)
    expect(names).toHaveLength(3)
    for (const path of ['/console', ...names]) {
      const { status, headers } = await ask(`GET ${path}`)
      expect(status).toBe(200)
      const policy = headers.get('content-security-policy') ?? ''
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).toContain("require-trusted-types-for 'script'")
      expect(policy).not.toMatch(/unsafe|\*|https?:|data:|blob:/)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      if (path === '/console') continue
      expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    }
  })

  it('answers 304 for what a browser has, and compresses', async () => {
    const { ask, handler } = await open({ console: true })
    const plain = await ask('GET /console')
    const tag = plain.headers.get('etag') ?? ''
    const again = (value: string, encoding = '') =>
      ask('GET /console', { headers: { 'if-none-match': value, 'accept-encoding': encoding } })
    expect(await again(tag)).toMatchObject({ status: 304, text: '' })
    expect(await again(`"other", W/${tag}`)).toMatchObject({ status: 304 })
    expect(await again('"other"')).toMatchObject({ status: 200 })
    // Compressed, it is another representation, with its own tag.
    expect(await again(tag, 'gzip')).toMatchObject({ status: 200 })
    const headers = { 'accept-encoding': 'br, gzip;q=0.8' }
    const response = await handler(requestOf('GET /console', { headers }))
    expect(response.headers.get('content-encoding')).toBe('gzip')
    expect(response.headers.get('vary')).toBe('Accept-Encoding')
    const bytes = Buffer.from(await response.arrayBuffer())
    expect(gunzipSync(bytes).toString()).toBe(plain.text)
    for (const encoding of ['gzip;q=0', 'br', 'identity', '']) {
      const answer = await ask('GET /console', { headers: { 'accept-encoding': encoding } })
      expect(answer.headers.get('content-encoding')).toBeNull()
    }
  })

  it('has no other files, no other methods, and answers HEAD', async () => {
    const { ask, handler } = await open({ console: true })
    for (const path of ['/console/none', '/console/..%2fpackage.json', '/console/__proto__']) {
      expect((await ask(`GET ${path}`)).status, path).toBe(404)
    }
    expect((await ask('POST /console', { body: {} })).status).toBe(404)
    const head = await handler(requestOf('HEAD /console'))
    expect([head.status, await head.text()]).toEqual([200, ''])
    const slash = await ask('GET /console/')
    expect([slash.status, slash.headers.get('location')]).toEqual([308, '../console'])
  })

  it('is below the prefix of the paths', async () => {
    const { handler } = await open({ console: true, basePath: '/api' })
    const { status } = await answerOf(await handler(requestOf('GET /api/console')))
    expect(status).toBe(200)
    expect((await answerOf(await handler(requestOf('GET /console')))).status).toBe(404)
  })
})
