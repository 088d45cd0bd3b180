import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { fragmentOf } from '../../docs/playground/share.ts'
import { CHROMIUM, faultsOf, launch, needs } from '../support/chromium.ts'
import { until } from '../users/until.ts'
import { buildAndServe, isInstalled, type Opened, openPlayground, type Site } from './browser.ts'

if (CHROMIUM === undefined) console.warn(needs('the playground'))
if (!isInstalled) console.warn('the playground was not tested: npm run docs:install')
const isSkipped = CHROMIUM === undefined || !isInstalled

/** To build the page takes 20 seconds of a core, which it may have to share. */
const LONG = 420_000

const verdict = (page: Page) => page.locator('.tp-verdict')
const filter = (page: Page) => page.getByRole('textbox', { name: 'Filter' })
const tab = (page: Page, name: string | RegExp) => page.getByRole('tab', { name })

/** The keys of the rows that are shown. */
const idsOf = (page: Page): Promise<readonly string[]> =>
  page.locator('.tp-answer tbody th').allTextContents()

const shows = (page: Page, ...ids: readonly string[]) =>
  until(`the rows are ${ids.join()}`, async () => (await idsOf(page)).join() === ids.join(), 50)

/** Replaces the text of an editor. */
async function write(page: Page, name: string, text: string): Promise<void> {
  await page.getByRole('textbox', { name, exact: true }).click()
  await page.keyboard.press('Control+a')
  await page.keyboard.press('Delete')
  await page.keyboard.insertText(text)
}

/** Opens a file of rows. */
const choose = (page: Page, rows: readonly string[]): Promise<void> =>
  page.locator('input[type=file]').setInputFiles({
    name: 'rows.ndjson',
    mimeType: 'application/json',
    buffer: Buffer.from(rows.join('\n')),
  })

describe.skipIf(isSkipped)('the playground in a browser', () => {
  let browser: Browser
  let site: Site
  let opened: Opened
  beforeAll(async () => {
    ;[browser, site] = await Promise.all([launch(), buildAndServe()])
  }, LONG)
  afterAll(async () => {
    await browser?.close()
    await site?.close()
  })
  afterEach(async () => {
    const { problems, loaded, page } = opened
    await page.context().close()
    expect(problems).toEqual([])
    expect(
      loaded.filter((url) => !/^(data:|blob:)/.test(url) && !url.startsWith(site.url)),
    ).toEqual([])
  })
  const open = async (options?: Parameters<typeof openPlayground>[2], fragment = '') => {
    opened = await openPlayground(browser, `${site.url}${fragment}`, options)
    return opened.page
  }

  it('opens with an example that has run in memory and in SQLite', async () => {
    const page = await open()
    await verdict(page).filter({ hasText: 'Memory and SQLite agree' }).waitFor()
    await shows(page, 'ana', 'chen', 'ivo')
    expect(await page.locator('.tp-meaning').textContent()).toBe(
      'Finds: role is admin or editor, banned is not true, and custom.age at least 18',
    )
    // What is not turned on is not loaded.
    expect(opened.loaded.some((url) => /pglite/.test(url))).toBe(false)
    await tab(page, 'SQL').click()
    await page.getByText('SCAN items').waitFor()
  })

  it('completes a filter, and marks its mistakes at their places', async () => {
    const page = await open()
    await write(page, 'Filter', '')
    await page.keyboard.type('{ro')
    await page.locator('.cm-tooltip [role=option]', { hasText: 'role' }).waitFor()
    await page.keyboard.press('Enter')
    await page.keyboard.type('"me')
    const options = page.locator('.cm-tooltip [role=option]')
    await until('one is offered', async () => (await options.allTextContents()).length === 1, 50)
    expect(await options.textContent()).toBe('membervalue')
    await page.keyboard.press('Enter')
    expect(await filter(page).textContent()).toBe('{role: "member"}')
    await shows(page, 'fay', 'bo')

    await write(page, 'Filter', '{role: "admin",\nnmae: 1}')
    await page.locator('.tp-ask .cm-lintRange-error', { hasText: 'nmae' }).waitFor()
    expect(await page.locator('.tp-ask .tp-problems li').allTextContents()).toEqual([
      expect.stringMatching(/^Line 2 Unknown field "nmae" \(did you mean "name"\?\)/),
    ])
    expect(await verdict(page).textContent()).toBe('The query has mistakes.')
    expect(await page.locator('.tp-found').allTextContents()).toEqual(['', '', 'off'])
    await page.getByRole('button', { name: 'Line 2' }).click()
    await page.keyboard.type('name')
    await page.getByText('name: expected a string').first().waitFor()
    await page.getByLabel('Sort').fill('teams')
    await page.locator('.tp-error', { hasText: 'not sortable' }).waitFor()
  })

  it('compares memory with SQLite and PostgreSQL', async () => {
    const page = await open()
    await page.getByRole('switch', { name: 'PostgreSQL' }).check()
    const all = 'Memory, SQLite and PostgreSQL agree: the same rows, in the same order.'
    await verdict(page).filter({ hasText: all }).waitFor({ timeout: 60_000 })
    await page.getByRole('switch', { name: 'SQLite' }).uncheck()
    await verdict(page).filter({ hasText: 'Memory and PostgreSQL agree' }).waitFor()
    await page.getByRole('switch', { name: 'SQLite' }).check()
    for (const example of ['Orders', 'Text', 'Absent values']) {
      await page.getByLabel('Example').selectOption(example)
      await until(
        `${example} is compared`,
        async () => (await page.locator('[data-state=agrees]').count()) === 3,
        50,
      )
      expect(await verdict(page).textContent()).toContain(all)
      expect((await idsOf(page)).length).toBeGreaterThan(1)
    }
    await tab(page, 'SQL').click()
    for (const name of ['PostgreSQL', 'MariaDB', 'MySQL', 'DuckDB', 'ClickHouse']) {
      await page.getByLabel('Database').selectOption(name)
      await page.locator('.tp-answer pre', { hasText: 'SELECT' }).waitFor()
    }
    await page.getByLabel('Database').selectOption('PostgreSQL')
    await page.getByText(/Seq Scan|Index Scan/).waitFor()
  })

  it('shares what it shows by its address', async () => {
    const page = await open()
    await write(page, 'Filter', '{name: {$startsWith: "B"}}')
    await shows(page, 'bo')
    await page.getByRole('switch', { name: 'SQLite' }).uncheck()
    await page.getByRole('button', { name: 'Copy link' }).click()
    await page.getByText('Copied.').waitFor()
    const link = String(await page.evaluate('navigator.clipboard.readText()'))
    expect(link).toBe(page.url())
    await page.context().close()
    const other = await open({}, link.slice(site.url.length))
    await shows(other, 'bo')
    expect(await filter(other).textContent()).toBe('{name: {$startsWith: "B"}}')
    expect(await other.getByRole('switch', { name: 'SQLite' }).isChecked()).toBe(false)

    // Too much for an address is said, and the address stays.
    const rows = Array.from({ length: 5000 }, (_, i) => `{"id": "${Math.sin(i)}"}`)
    await choose(other, rows)
    await other.getByText('Made a schema from 5000 rows.').waitFor()
    await other.getByRole('button', { name: 'Copy link' }).click()
    await other.getByText('The link would have').waitFor()
    expect(other.url()).toBe(link)
  })

  it('takes rows of one’s own, with their mistakes by line', async () => {
    const page = await open()
    const rows = [
      '{"sku": "a", "price": 3.5, "sold": "2024-05-01", "more": {"x": 1}}',
      '{"sku": "b", "price": 1, "sold": "2024-06-01"}',
    ]
    await page.evaluate(`{
      const data = new DataTransfer()
      data.items.add(new File([${JSON.stringify(rows.join('\n'))}], 'sales.ndjson'))
      const event = { dataTransfer: data, bubbles: true, cancelable: true }
      document.querySelector('.tp-ask .cm-content').dispatchEvent(new DragEvent('drop', event))
    }`)
    await page.getByText('Made a schema from 2 rows.').waitFor()
    await write(page, 'Filter', '{price: {$lt: 2}}')
    await shows(page, 'b')
    await verdict(page).filter({ hasText: '1 of 2 rows match. Memory and SQLite agree' }).waitFor()

    await write(page, 'Rows', `${rows.join('\n')}\n{"sku": "c", "price": 2,\n{"sku": "a"}`)
    await page.locator('.tp-data .tp-problems li').nth(1).waitFor()
    expect(await page.locator('.tp-data .tp-problems li').allTextContents()).toEqual([
      expect.stringMatching(/^Line 3 This is not JSON/),
      expect.stringMatching(/^Line 4 price: required/),
      expect.stringMatching(/^Line 4 sold: required/),
      'Line 4 sku: "a" is there already',
    ])
    await shows(page, 'b')

    await tab(page, 'Schema').click()
    await write(page, 'Schema', '{"fields": {"id": {"kind": "strin"}}}')
    await page.getByText('unknown kind "strin"').waitFor()
    expect(await verdict(page).textContent()).toBe('The schema has mistakes.')
  })

  it('offers a schema for other rows, and says which are left out', async () => {
    const page = await open()
    const example = page.getByLabel('Example')
    expect(await page.getByLabel('Sort').getAttribute('placeholder')).toBe('-name, id')
    await write(page, 'Rows', '{"id": "x", "price": "12.50"}\n{"id": "y", "price": "7.00"}')
    await verdict(page)
      .filter({ hasText: /^2 rows have mistakes and are left out\.$/ })
      .waitFor()
    expect(await verdict(page).getAttribute('data-kind')).toBe('left-out')
    expect(await example.inputValue()).toBe('')
    await page.getByLabel('Sort').fill('-id')
    await page.getByRole('button', { name: 'Make a schema from these rows' }).click()
    // The sort is one of the new schema, too, and stays.
    await shows(page, 'y', 'x')
    expect(await page.getByLabel('Sort').inputValue()).toBe('-id')
    await write(page, 'Filter', '{price: {$gt: "7.5"}}')
    await shows(page, 'x')
    await example.selectOption('People')
    await shows(page, 'ana', 'chen', 'ivo')
    await example.selectOption('Your own')
    await shows(page, 'x')
  })

  it('makes a schema of the first rows of an empty page, or says why there is none', async () => {
    const page = await open()
    await page.getByLabel('Example').selectOption('Your own')
    await write(page, 'Rows', '[{"id": 1, "n": 2}, {"id": "x", "n": 2}]')
    await page
      .locator('.tp-data')
      .getByText(/^No schema was made: no field can be the key: .* several kinds: string, integer/)
      .waitFor()
    await write(page, 'Rows', '[{"id": "x", "n": 1}, {"id": "y", "n": 2}]')
    await page.getByText('Made a schema from 2 rows.').waitFor()
    expect(await page.locator('.tp-data').getByText('No schema was made').count()).toBe(0)
    await write(page, 'Filter', '{n: {$gt: 1}}')
    await shows(page, 'y')
    expect(await page.getByText('Made a schema').count()).toBe(0)
    // A result that is older than what is typed says so.
    const older = page.getByText('The result is that of the last query without mistakes.')
    expect(await older.isVisible()).toBe(false)
    await page.getByLabel('Sort').fill('n desc')
    await page.getByText('received "n desc" (write -n)').waitFor()
    expect(await older.isVisible()).toBe(true)
    await page.getByLabel('Sort').fill('-n')
    await older.waitFor({ state: 'hidden' })
    expect(await faultsOf(page)).toEqual([])
  })

  it('says what is left out of rows, and all mistakes of a row by its number', async () => {
    const page = await open()
    const notes = page.locator('.tp-notes li')
    expect(await page.locator('.tp-notes').isVisible()).toBe(false)
    await choose(page, [
      '[{"id": "x", "kind": 1, "size": "1.5"}, {"id": "y", "kind": "a", "size": "2.25"}]',
    ])
    await page.getByText('Made a schema from 2 rows. See the notes above the rows.').waitFor()
    const ofKind = '"kind" is left out: it holds values of several kinds: string, integer'
    expect(await notes.allTextContents()).toEqual([ofKind])
    await write(page, 'Filter', '{size: {$gt: "1.50"}}')
    await shows(page, 'y')

    // Of other rows, the schema was not made: it is said what it has no field for.
    await write(page, 'Rows', '[{"id": "x", "size": "2"}, {"id": "y", "size": "2", "more": 1}]')
    await notes.filter({ hasText: '"more" is left out: the schema has no such field' }).waitFor()
    expect(await notes.count()).toBe(1)
    expect(await faultsOf(page)).toEqual([])

    await write(page, 'Rows', '[{"id": "x", "size": "2"}, {"id": "x", "size": "y"}, 5]')
    await page.locator('.tp-data .tp-problems li').nth(2).waitFor()
    expect(await page.locator('.tp-data .tp-problems li').allTextContents()).toEqual([
      'Row 2 size: required, expected a decimal number, received "y"',
      'Row 2 id: "x" is there already',
      'Row 3 A row is an object: {"id": …}',
    ])
    await verdict(page)
      .filter({ hasText: /^2 rows have mistakes and are left out\./ })
      .waitFor()
    expect(await page.locator('.tp-notes').isVisible()).toBe(false)
  })

  it('runs nothing that a link holds', async () => {
    const html = '<img src=x onerror=alert(1)>'
    const state = {
      schema: JSON.stringify({ fields: { [html]: { kind: 'string', required: true } }, key: html }),
      rows: JSON.stringify({ [html]: '<script>alert(2)</script>' }),
      filter: `{${JSON.stringify(html)}: {$ne: "<b>"}, "__proto__": 1}`,
      sort: html,
      limit: '<i>',
    }
    const page = await open({}, await fragmentOf(state))
    await page.getByText('Unknown field "__proto__"').waitFor()
    await write(page, 'Filter', '{}')
    await page.getByLabel('Sort').fill('')
    await page.getByLabel('Limit').fill('')
    await shows(page, '<script>alert(2)</script>')
    for (const name of ['SQL', 'Tree', 'Code', 'Rows']) await tab(page, name).first().click()
    expect(await page.locator('.tp img, .tp script, .tp b, .tp i').count()).toBe(0)

    for (const fragment of ['#play=AAAA', '#play=%', '#play=']) {
      await page.context().close()
      await (await open({}, fragment)).getByText('The link is damaged').waitFor()
      await shows(opened.page, 'ana', 'chen', 'ivo')
    }
  })

  it('takes ten thousand rows', async () => {
    const page = await open()
    const rows = Array.from({ length: 10_000 }, (_, i) =>
      JSON.stringify({ id: i, name: `Name ${i % 97}`, even: i % 2 === 0 }),
    )
    await choose(page, rows)
    await page.getByText('Made a schema from 10000 rows.').waitFor()
    await write(page, 'Filter', '{name: "Name 5", even: true}')
    await verdict(page).filter({ hasText: '52 of 10000 rows match' }).waitFor()
    await verdict(page).filter({ hasText: 'agree' }).waitFor()
    await choose(page, [...rows, '{"id": 10000}'])
    await page.getByText('Expected at most 10000 rows, received 10001').waitFor()
  })

  it('is used by keyboard alone', async () => {
    const page = await open()
    const tabTo = async (text: string) => {
      for (let i = 0; i < 40; i++) {
        const now = `(document.activeElement.ariaLabel || document.activeElement.labels?.[0]?.textContent || document.activeElement.textContent).trim()`
        if ((await page.evaluate(now)) === text) return
        await page.keyboard.press('Tab')
      }
      throw new Error(`Tab does not reach ${text}`)
    }
    await tabTo('Filter')
    await page.keyboard.press('Control+a')
    await page.keyboard.type('{id: "gus"')
    await shows(page, 'gus')
    await tabTo('Sort')
    await tabTo('SQLite')
    await page.keyboard.press('Space')
    await until('SQLite is off', async () => (await page.locator('[data-state=off]').count()) === 2)
    await tabTo('Rows')
    await page.keyboard.press('ArrowRight')
    await page.getByLabel('Database').waitFor()
    await page.keyboard.press('End')
    await page.locator('.tp-answer pre', { hasText: "from 'tamis/sqlite'" }).waitFor()
    await page.keyboard.press('Home')
    await tabTo('Rows (10)')
  })

  it.each([
    ['light', 1280],
    ['dark', 390],
  ] as const)('has nothing that axe-core finds, %s at %i pixels', async (colorScheme, width) => {
    const page = await open({ colorScheme, viewport: { width, height: 844 } })
    const isWide = 'document.documentElement.scrollWidth > document.documentElement.clientWidth'
    expect(await faultsOf(page)).toEqual([])
    for (const name of ['SQL', 'Tree', 'Code', 'Schema']) {
      await tab(page, name).click()
      expect(await faultsOf(page)).toEqual([])
      expect(await page.evaluate(isWide)).toBe(false)
    }
    await write(page, 'Filter', '{role: 5, ')
    await page.locator('.tp-ask .tp-problems li').first().waitFor()
    await page.keyboard.press('Control+Space')
    await page.locator('.cm-tooltip [role=option]').first().waitFor()
    expect(await faultsOf(page)).toEqual([])
    expect(await page.evaluate(isWide)).toBe(false)
  })
})
