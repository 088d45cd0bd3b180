import type { Browser, Page } from 'playwright-core'
import type { UserInput } from 'tamis/users'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { CHROMIUM, faultsOf, launch, needs } from '../../support/chromium.ts'
import { clientOf, closeAll, SERVER } from '../service.ts'
import { until } from '../until.ts'
import { idsOf, type Opened, openConsole, type Served, serve, signedIn } from './browser.ts'

if (CHROMIUM === undefined) console.warn(needs('the console'))

const LONG = 'long '.repeat(2000)

const SEED: readonly UserInput[] = [
  { id: 'ana', role: 'admin', name: 'Ana', custom: { color: 'red', age: 31 }, teams: ['red'] },
  { id: 'bo', role: 'user', name: 'Bo', username: 'bo' },
  { id: 'cy', role: 'moderator', name: 'Cy', banned: true },
  ...Array.from({ length: 40 }, (_, i) => ({
    id: `user-${String(i).padStart(2, '0')}`,
    role: 'user',
    name: `User ${i}`,
  })),
]

const HOSTILE: readonly UserInput[] = [
  { id: '<img src=x onerror=alert(1)>', name: '<script>alert(2)</script>', role: '"><b>' },
  { id: 'rtl', name: 'שלום \u202Egnp.exe', teams: ['\u202Eabc', 'مرحبا'] },
  { id: 'ad\u200Bmin', name: '\u0000'.replace('\0', '') },
  { id: 'long', name: LONG.slice(0, 4000), custom: { text: LONG } },
  { id: '__proto__', custom: JSON.parse('{"__proto__": {"a": 1}, "constructor": "x"}') },
  { id: 'a/b?c#d%', name: '{{7*7}}' },
]

describe.skipIf(CHROMIUM === undefined)('the console in a browser', () => {
  let browser: Browser
  let served: Served
  let opened: Opened
  let page: Page
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(async () => {
    await browser?.close()
    await closeAll()
  })
  beforeEach(async () => {
    served = await serve(SEED)
  })
  afterEach(async () => {
    const { problems, loaded } = opened
    await page.context().close()
    await served.close()
    expect(problems).toEqual([])
    expect(loaded.filter((url) => !url.startsWith(`${new URL(served.url).origin}/`))).toEqual([])
    expect(loaded.join()).not.toContain(SERVER)
    expect(served.reported).toEqual([])
  })
  const enter = async (options?: Parameters<typeof signedIn>[2]) => {
    opened = await signedIn(browser, served.url, options)
    page = opened.page
  }
  const filterWith = async (text: string) => {
    await page.locator('#filter').fill(text)
    await page.keyboard.press('Enter')
  }
  const shows = (...ids: readonly string[]) =>
    until(`the list is ${ids.join()}`, async () => (await idsOf(page)).join() === ids.join(), 50)
  const openRecord = async (id: string) => {
    await page.locator('#rows').getByRole('button', { name: id, exact: true }).click()
    await page.locator('#record-title').waitFor()
  }

  it('signs in with a server’s token only, which is nowhere but in memory', async () => {
    opened = await openConsole(browser, served.url)
    page = opened.page
    const refusals = [
      ['', 'Enter a server token.'],
      ['no token', 'This is not a token'],
      [`${SERVER.slice(0, -2)}AA`, 'The token is not valid'],
      [clientOf('ana'), 'This is a client’s token'],
    ] as const
    for (const [token, said] of refusals) {
      await page.locator('#token').fill(token)
      await page.keyboard.press('Enter')
      await page.locator('#sign-in-error', { hasText: said }).waitFor()
      expect(await page.evaluate('document.activeElement.id')).toBe('token')
    }
    await page.locator('#token').fill(SERVER)
    await page.keyboard.press('Enter')
    await page.locator('#rows tr').first().waitFor()
    expect(await page.evaluate('JSON.stringify([sessionStorage, localStorage])')).toBe('[{},{}]')
    expect(page.url()).toBe(`${served.url}/console`)
    await page.reload()
    await page.locator('#token').waitFor()

    // Kept for the tab, if that is asked for, until the person signs out.
    await page.locator('#token').fill(SERVER)
    await page.locator('#keep').check()
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.locator('#rows tr').first().waitFor()
    await page.reload()
    await page.locator('#rows tr').first().waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.locator('#token').waitFor()
    expect(await page.evaluate('sessionStorage.length')).toBe(0)
  })

  it('completes a filter, says it in words, and finds its users', async () => {
    await enter()
    await page.keyboard.type('{ro')
    await page.getByRole('option', { name: 'role field' }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.keyboard.type('{$i')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Tab')
    await page.keyboard.type('["admin", "moderator"]}, ban')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    expect(await page.locator('#completions [role=option]').allTextContents()).toEqual([
      'true value',
      'false value',
      'null value',
    ])
    await page.keyboard.type('f')
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Enter')
    await page.keyboard.type('}')
    expect(await page.locator('#filter').inputValue()).toBe(
      '{role: {$in: ["admin", "moderator"]}, banned: false}',
    )
    expect(await page.locator('#meaning').textContent()).toBe(
      'Finds: role is admin or moderator, and banned is false',
    )
    await page.keyboard.press('Enter')
    await shows('ana')
    await filterWith('{"custom.age": {"$gte": 18}}')
    await shows('ana')
    await filterWith('{name: {$autocomplete: "bo"}}')
    await shows('bo')
    await filterWith('{id: "nobody"}')
    await page.getByText('No user matches.').waitFor()
  })

  it('closes completions with Escape, opens them with Ctrl+Space, and takes a click', async () => {
    await enter()
    const options = page.locator('#completions [role=option]')
    await page.keyboard.type('{r')
    await options.first().waitFor()
    await page.keyboard.press('Escape')
    expect(await options.count()).toBe(0)
    await page.keyboard.press('Control+Space')
    await options.first().click()
    expect(await page.locator('#filter').inputValue()).toBe('{role: ')
    await page.keyboard.press('Shift+Enter')
    expect(await page.locator('#filter').inputValue()).toBe('{role: \n')
    await page.locator('#filter').fill('{cus')
    await page.keyboard.press('Control+Space')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.keyboard.type('age')
    expect(await page.locator('#filter').inputValue()).toBe('{"custom.age"')
  })

  it('marks errors at their places, and sends no filter that has one', async () => {
    await enter()
    const before = opened.loaded.length
    await filterWith('{role: {$gte: 5}, nme: "Ana"}')
    const marked = page.locator('#marks mark')
    expect(await marked.allTextContents()).toEqual(['5', 'nme'])
    expect(await page.locator('#problems li').allTextContents()).toEqual([
      expect.stringMatching(/^Line 1, column 15 .*string/),
      expect.stringMatching(/^Line 1, column 19 .*did you mean "name"/),
    ])
    const box = await page.locator('#filter').boundingBox()
    const mark = await marked.nth(1).boundingBox()
    expect(mark && box && mark.x > box.x && mark.y >= box.y).toBe(true)
    // The caret is at the first mistake, and a button goes to the second.
    const selected = () =>
      page.evaluate('[filter.selectionStart, filter.selectionEnd, document.activeElement.id]')
    expect(await selected()).toEqual([14, 15, 'filter'])
    await page.getByRole('button', { name: 'Line 1, column 19' }).click()
    expect(await selected()).toEqual([18, 21, 'filter'])
    expect(await page.locator('#filter').getAttribute('aria-invalid')).toBe('true')
    await page.locator('#filter').fill('{role: "admin"')
    expect(await page.locator('#problems li').allTextContents()).toEqual([
      expect.stringContaining('} for the { at line 1, column 1'),
    ])
    expect(opened.loaded.length).toBe(before)
  })

  it('shows what only the server refuses', async () => {
    await enter()
    const texts = Array.from({ length: 30 }, (_, i) => `{"custom.k${i}": {$gte: ${i}}}`)
    await filterWith(`{$or: [${texts.join()}]}`)
    await page
      .getByText(/^No user matches|cost/)
      .first()
      .waitFor()
    await filterWith('')
    await page.locator('#rows tr').first().waitFor()
  })

  it('sorts, and turns pages by cursor', async () => {
    await enter()
    await page.locator('#sort').selectOption('id')
    await page.locator('#direction').selectOption('1')
    await page.locator('#limit').selectOption('10')
    const all = SEED.map(({ id }) => id)
    await shows(...all.slice(0, 10))
    expect(await page.locator('th[aria-sort]').allTextContents()).toEqual(['Id'])
    for (const begin of [10, 20, 30, 40]) {
      await page.getByRole('button', { name: 'Next page' }).click()
      await shows(...all.slice(begin, begin + 10))
    }
    expect(await page.locator('#count').textContent()).toBe('Page 5: 3 users')
    const next = page.getByRole('button', { name: 'Next page' })
    expect(await next.getAttribute('aria-disabled')).toBe('true')
    await next.click({ force: true })
    await page.getByRole('button', { name: 'Previous page' }).click()
    await shows(...all.slice(30, 40))
    await page.locator('#sort').selectOption('role')
    await shows('ana', 'cy', 'bo', ...all.slice(3, 10))
  })

  it('shows changes that are made elsewhere', async () => {
    await enter()
    await filterWith('{role: {$in: ["admin", "moderator"]}}')
    await shows('cy', 'ana')
    const row = (id: string) => page.locator('#rows tr', { hasText: id })
    await served.users.updateUsersPartial({ users: [{ id: 'ana', set: { name: 'Anastasia' } }] })
    await row('ana').getByText('Anastasia').waitFor()
    await served.users.updateUsersPartial({ users: [{ id: 'cy', set: { role: 'user' } }] })
    await row('cy').getByText('no longer in this list').waitFor()
    await served.users.upsertUsers({ users: [{ id: 'di', role: 'admin' }] })
    await page.getByRole('button', { name: '1 more user matches now: show' }).click()
    await shows('di', 'ana')
  })

  it('goes on after the connection was lost', async () => {
    await enter()
    await page.context().setOffline(true)
    served.cut()
    await page.getByText('Live changes are interrupted').waitFor()
    await served.users.updateUsersPartial({ users: [{ id: 'bo', set: { name: 'Boris' } }] })
    await page.context().setOffline(false)
    await page.getByText('Live: changes').waitFor()
    await filterWith('{name: "Boris"}')
    await shows('bo')
  })

  it('deactivates and reactivates a user', async () => {
    await enter()
    await filterWith('{id: "bo"}')
    await shows('bo')
    await page.locator('#deactivated').check()
    await openRecord('bo')
    await page.getByRole('button', { name: 'Deactivate…' }).click()
    await page.getByText('The user may no longer connect').waitFor()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('button', { name: 'Deactivate…' }).click()
    await page.getByRole('button', { name: 'Deactivate', exact: true }).click()
    await page.locator('dialog').getByText('Deactivated.').waitFor()
    const { users } = await served.users.queryUsers({
      payload: { filter_conditions: { id: 'bo' }, include_deactivated_users: true },
    })
    expect(users[0]?.deactivated_at).toBeDefined()
    await page.getByRole('button', { name: 'Close' }).click()
    await page.locator('#rows').getByText('deactivated').waitFor()
    await openRecord('bo')
    await page.getByRole('button', { name: 'Reactivate…' }).click()
    await page.getByRole('button', { name: 'Reactivate', exact: true }).click()
    await page.locator('dialog').getByText('Reactivated.').waitFor()
    await page.keyboard.press('Escape')
    await page.locator('#rows').getByText('active', { exact: true }).waitFor()
  })

  it('edits custom data, and keeps what another changed meanwhile', async () => {
    await enter()
    await filterWith('{id: "ana"}')
    await shows('ana')
    await openRecord('ana')
    const editor = page.locator('#custom')
    await editor.fill('{"color": "blue", "age": ')
    await page.getByRole('button', { name: 'Save custom data' }).click()
    await page.locator('#custom-error', { hasText: 'This is not JSON' }).waitFor()
    await editor.fill('{"color": "blue", "size": 3}')
    await served.users.updateUsersPartial({ users: [{ id: 'ana', set: { 'custom.other': 1 } }] })
    await page.getByText('Changed elsewhere').waitFor()
    await page.getByRole('button', { name: 'Save custom data' }).click()
    await page.getByText('Saved.').waitFor()
    const { users } = await served.users.queryUsers({
      payload: { filter_conditions: { id: 'ana' } },
    })
    expect(users[0]?.custom).toEqual({ color: 'blue', size: 3, other: 1 })
  })

  it('deletes softly, says what that does before, follows the task, and restores', async () => {
    await enter()
    await filterWith('{id: "bo"}')
    await shows('bo')
    await openRecord('bo')
    await page.getByRole('button', { name: 'Delete…' }).click()
    await page.getByText('All data is kept. The user can be restored.').waitFor()
    const options = { payload: { filter_conditions: { id: 'bo' } } }
    expect((await served.users.queryUsers(options)).users).toHaveLength(1)
    await page.getByRole('button', { name: 'Delete (soft)' }).click()
    const task = page.locator('#tasks li', { hasText: 'Delete bo (soft)' })
    await task.getByText('completed').waitFor()
    expect((await served.users.queryUsers(options)).users).toEqual([])
    await task.getByRole('button', { name: 'Restore' }).click()
    await task.getByText('The user is restored.').waitFor()
    expect((await served.users.queryUsers(options)).users).toHaveLength(1)

    // By its id, too; and what was not deleted is told.
    await served.users.deleteUsers({ user_ids: ['bo'] })
    await page.locator('#restore-id').fill('bo')
    await page.keyboard.press('Enter')
    await page.getByText('bo is restored.').waitFor()
    await page.locator('#restore-id').fill('ana')
    await page.keyboard.press('Enter')
    await page.getByText('User ana is not deleted').waitFor()
  })

  it.each([
    ['pruning', 'Name, image, role'],
    ['hard', 'A new user can get the same id'],
  ])('deletes by %s, after the id was typed', async (way, said) => {
    await enter()
    await filterWith('{id: "cy"}')
    await shows('cy')
    await openRecord('cy')
    await page.getByRole('button', { name: 'Delete…' }).click()
    await page.locator(`input[value=${way}]`).check()
    await page.getByText(said).waitFor()
    const messages = page.getByLabel('Messages')
    expect(await messages.isDisabled()).toBe(way === 'hard')
    await page.getByRole('button', { name: `Delete (${way})` }).click()
    await page.getByText('Type the id cy to confirm.').waitFor()
    await page.getByLabel('To confirm, type the id').fill('cy')
    await page.getByRole('button', { name: `Delete (${way})` }).click()
    await page
      .locator('#tasks li', { hasText: `Delete cy (${way})` })
      .getByText('completed')
      .waitFor()
    const restoring = served.users.restoreUsers({ user_ids: ['cy'] })
    await expect(restoring).rejects.toMatchObject({
      code: way === 'hard' ? 'user_not_found' : 'user_deleted',
    })
  })

  it('follows a task that was started elsewhere', async () => {
    await enter()
    const { task_id } = await served.users.exportUsers({ user_ids: ['ana'] })
    await page.getByRole('button', { name: 'Tasks' }).click()
    await page.locator('#task-id').fill('no-task')
    await page.keyboard.press('Enter')
    await page.locator('#follow-error').getByText(/task/i).waitFor()
    await page.locator('#task-id').fill(task_id)
    await page.keyboard.press('Enter')
    const task = page.locator('#tasks li', { hasText: task_id })
    await task.getByText('completed').waitFor()
    await task.getByText('"name": "Ana"').waitFor()
  })

  it('shows and changes the settings of the application', async () => {
    await enter()
    await page.getByRole('button', { name: 'Settings' }).click()
    await page.getByLabel('Guests may be created').uncheck()
    await page.getByLabel('Usernames').selectOption('app')
    await page.getByLabel('custom').check()
    // What another changes meanwhile stays.
    await served.users.updateApp({ anonymous: true })
    await page.getByRole('button', { name: 'Save settings' }).click()
    await page.getByText('Saved.').waitFor()
    expect((await served.users.getApp()).app).toEqual({
      enforce_unique_usernames: 'app',
      guests: false,
      anonymous: true,
      uses_teams: false,
      client_may_update: ['custom'],
    })
    expect(await page.getByLabel('Whoever has no token').isChecked()).toBe(true)
  })

  it('is used by keyboard alone', async () => {
    await enter()
    const press = async (...keys: readonly string[]) => {
      for (const key of keys) await page.keyboard.press(key)
    }
    /** Presses Tab until an element of this text or id has the focus. */
    const tabTo = async (name: string) => {
      const now = `(document.activeElement.id || document.activeElement.textContent).trim()`
      for (let i = 0; i < 60; i++) {
        if ((await page.evaluate(now)) === name) return
        await press('Tab')
      }
      throw new Error(`Tab does not reach ${name}`)
    }
    await page.keyboard.type('{id: "ana"}')
    await press('Enter')
    await shows('ana')
    await tabTo('ana')
    await press('Enter')
    await page.locator('#record-title').waitFor()
    await tabTo('Deactivate…')
    await press('Enter')
    await page.getByText('The user may no longer connect').waitFor()
    await tabTo('Deactivate')
    await press('Enter')
    await page.locator('dialog').getByText('Deactivated.').waitFor()
    // The focus stays in the dialog, whichever way Tab goes, and comes back when it closes.
    for (let i = 0; i < 30; i++) {
      await press('Tab')
      const isOutside = `!document.activeElement.closest('dialog') && document.activeElement !== document.body`
      expect(await page.evaluate(isOutside)).toBe(false)
    }
    await tabTo('Delete…')
    await press('Enter', 'ArrowDown')
    await page.getByText('This cannot be undone.').waitFor()
    await press('Escape')
    await until('the focus is back in the list', async () => {
      return (await page.evaluate('document.activeElement.textContent')) === 'ana'
    })
    for (let i = 0; i < 60; i++) {
      if ((await page.evaluate('document.activeElement.id')) === 'sign-out') break
      await press('Shift+Tab')
    }
    expect(await page.evaluate('document.activeElement.id')).toBe('sign-out')
    await press('Enter')
    await page.locator('#token').waitFor()
  })

  it.each(['light', 'dark'] as const)(
    'has nothing that axe-core finds, %s',
    async (colorScheme) => {
      opened = await openConsole(browser, served.url, { colorScheme })
      page = opened.page
      expect(await faultsOf(page)).toEqual([])
      await page.context().close()
      await enter({ colorScheme })
      expect(await page.evaluate(`getComputedStyle(document.body).backgroundColor`)).toBe(
        colorScheme === 'dark' ? 'rgb(20, 25, 26)' : 'rgb(255, 255, 255)',
      )
      expect(await faultsOf(page)).toEqual([])
      await page.locator('#filter').fill('{role: 5, r')
      await page.keyboard.press('ArrowDown')
      expect(await page.locator('#problems li').count()).toBeGreaterThan(0)
      expect(await faultsOf(page)).toEqual([])
      await filterWith('{role: "admin"}')
      await shows('ana')
      await served.users.upsertUsers({ users: [{ id: 'di', role: 'admin' }] })
      await page.locator('#newer:visible').waitFor()
      expect(await faultsOf(page)).toEqual([])
      await openRecord('ana')
      expect(await faultsOf(page)).toEqual([])
      await page.getByRole('button', { name: 'Delete…' }).click()
      await page.locator('input[value=hard]').check()
      await page.getByRole('button', { name: 'Delete (hard)' }).click()
      await page.getByText('to confirm.').waitFor()
      expect(await faultsOf(page)).toEqual([])
      await page.locator('input[value=soft]').check()
      await page.getByRole('button', { name: 'Delete (soft)' }).click()
      await page.locator('#tasks').getByText('completed').waitFor()
      expect(await faultsOf(page)).toEqual([])
      await page.getByRole('button', { name: 'Settings' }).click()
      await page.getByLabel('Guests may be created').uncheck()
      expect(await faultsOf(page)).toEqual([])
    },
  )

  it('fits narrow screens', async () => {
    await enter({ viewport: { width: 320, height: 640 } })
    const isWide = 'document.documentElement.scrollWidth > document.documentElement.clientWidth'
    expect(await page.evaluate(isWide)).toBe(false)
    await filterWith('{id: "ana"}')
    await shows('ana')
    await openRecord('ana')
    expect(await page.evaluate(isWide)).toBe(false)
    await page.getByRole('button', { name: 'Delete…' }).click()
    expect(await page.evaluate(isWide)).toBe(false)
    const dialog = await page.locator('dialog').boundingBox()
    expect(dialog && dialog.x >= 0 && dialog.width <= 320).toBe(true)
    await page.keyboard.press('Escape')
    expect(await faultsOf(page)).toEqual([])
    for (const view of ['Tasks', 'Settings']) {
      await page.getByRole('button', { name: view }).click()
      expect(await page.evaluate(isWide)).toBe(false)
    }
  })

  it('shows hostile data as text', async () => {
    await served.users.upsertUsers({ users: HOSTILE })
    await enter({ viewport: { width: 320, height: 640 } })
    await page.locator('#sort').selectOption('id')
    await filterWith('{created_at: {$gte: "2000-01-01T00:00:00Z"}}')
    await filterWith(JSON.stringify({ id: { $in: HOSTILE.map(({ id }) => id) } }))
    await until('all are there', async () => (await idsOf(page)).length === HOSTILE.length, 50)
    const ids = await idsOf(page)
    expect(ids).toContain('<img src=x onerror=alert(1)>')
    expect(ids).toContain('ad\\u{200b}min')
    expect(await page.locator('main img, main script, main b').count()).toBe(0)
    expect(await page.locator('#rows').textContent()).toContain('<script>alert(2)</script>')
    // A long name takes three lines, and no more room than there is.
    const height = await page.locator('#rows tr', { hasText: 'long long' }).boundingBox()
    expect(height?.height).toBeLessThan(200)
    expect(
      await page.evaluate(
        'document.documentElement.scrollWidth <= document.documentElement.clientWidth',
      ),
    ).toBe(true)
    for (const id of ids) {
      await openRecord(id)
      await page.getByRole('button', { name: 'Delete…' }).click()
      expect(await page.locator('dialog img, dialog script, dialog b').count()).toBe(0)
      const dialog = await page.locator('dialog').boundingBox()
      expect(dialog?.width).toBeLessThanOrEqual(320)
      await page.keyboard.press('Escape')
    }
    await openRecord('long')
    expect(await page.locator('#custom').inputValue()).toContain(LONG)
    await page.keyboard.press('Escape')
    await openRecord('<img src=x onerror=alert(1)>')
    await page.getByRole('button', { name: 'Deactivate…' }).click()
    await page.getByRole('button', { name: 'Deactivate', exact: true }).click()
    await page.locator('dialog').getByText('Deactivated.').waitFor()
    expect(await faultsOf(page)).toEqual([])
    expect(await page.evaluate('({}).a')).toBeUndefined()
  })
})

describe.skipIf(CHROMIUM === undefined)('the console below a path', () => {
  it('calls the server beside it', async () => {
    const browser = await launch()
    const served = await serve(SEED, '/api')
    const { page, problems } = await signedIn(browser, served.url)
    expect(await idsOf(page)).toHaveLength(30)
    expect(problems).toEqual([])
    await browser.close()
    await served.close()
    await closeAll()
  })
})
