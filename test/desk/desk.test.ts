import { execFileSync } from 'node:child_process'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { codeStep, patrolCode } from '../../contract/patrol-code.ts'
import { ROOT } from '../commands/product.ts'
import { event, House, measureDesk, SHOTS, settled, signIn } from './browser.ts'

/** The desks of the running product in a real browser: legible, quiet, by keyboard, and heard by the wall. */
const house = new House()
beforeAll(() => house.open(), 90_000)
afterAll(() => house.close(), 30_000)

const NARROW = { width: 1280, height: 800 }

async function expectLegible(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(SHOTS, `desk-${name.replaceAll(/\W/g, '-')}.png`) })
  const { texts, overflows } = await measureDesk(page)
  expect(texts.length).toBeGreaterThan(5)
  expect(texts.filter(({ px }) => px < 14)).toEqual([])
  expect(texts.filter(({ contrast }) => contrast < 4.5)).toEqual([])
  expect(texts.filter(({ clipped }) => clipped).map(({ text }) => text)).toEqual([])
  expect(overflows).toEqual([])
}

describe('signing in', () => {
  it('says that name or password is wrong, keeps the name, and the page is legible', async () => {
    const { page } = await house.visit('/login')
    await signIn(page, { username: 'security-officer', password: 'not the password' })
    const said = page.getByRole('alert')
    await said.waitFor()
    expect(await said.textContent()).toContain('不正确')
    expect(await page.inputValue('#username')).toBe('security-officer')
    expect(await page.inputValue('#password')).toBe('')
    await expectLegible(page, 'login')
    await page.close()
  })
  it.each(['https://example.org/desk', '//example.org/wall', '/\\example.org', 'javascript:alert(1)'])(
    'never leads away to %s',
    async (next) => {
      const { page, problems } = await house.visit(`/login?next=${encodeURIComponent(next)}`)
      await signIn(page, house.account('security-officer'))
      await page.waitForURL(`${house.demo.url}/desk/alerts**`)
      expect(problems.filter((one) => one.startsWith('leaves'))).toEqual([])
      await page.close()
    },
  )
  it('leads to the page that was asked for, and says which page a post does not have', async () => {
    const { page } = await house.signedIn('security-officer', '/desk/draws')
    await page.locator('[data-state=denied]').waitFor()
    expect(await page.locator('main').textContent()).toContain('没有查看权限')
    await expectLegible(page, 'denied')
    await page.close()
  })
})

describe('a password', () => {
  it('is changed by who knows the old one, and the new one opens the door', async () => {
    const { page } = await house.signedIn('auditor', '/desk/password')
    const { username, password } = house.account('auditor')
    const next = 'a long enough new password'
    const fill = async (current: string, wanted: string, again: string) => {
      for (const [id, value] of Object.entries({ current, next: wanted, again })) await page.fill(`#${id}`, value)
      await page.getByRole('button', { name: '修改口令' }).click()
    }
    await fill(password, 'short', 'short')
    await page.getByText('至少 12 个字符').waitFor()
    await fill(password, next, `${next}!`)
    await page.getByText('不一致').waitFor()
    await fill('not the old one', next, next)
    await page.getByText('当前口令不正确').waitFor()
    await expectLegible(page, 'password')
    await fill(password, next, next)
    await page.getByText('口令已修改').waitFor()
    await page.getByRole('button', { name: '退出' }).click()
    await signIn(page, { username, password: next })
    await page.waitForURL(`${house.demo.url}/desk/**`)
    await page.close()
  })
})

describe('quarantine', () => {
  it('shows a bad message in words; mended on the page it is filed', async () => {
    const good = JSON.stringify(event('door.opened', 'door:E1'))
    await house.publish('access', 'door.opened', good.slice(0, -2))
    const { page } = await house.signedIn('system-admin', '/desk/sources')
    const row = page.locator('tr', { hasText: 'JSON 不完整' }).first()
    await row.click()
    const field = page.getByLabel('更正后的报文')
    await page.getByRole('button', { name: '原样重放' }).click()
    await page.getByText('仍未通过').waitFor()
    await expectLegible(page, 'quarantine')
    await field.fill(good)
    await page.getByRole('button', { name: '更正后重放' }).click()
    await page.getByText('已入库 1 条').waitFor()
    await page.close()
  })
})

describe('door × terminal × duty', () => {
  it('is an alert on the 16:9 wall, which has no panel of its own for it, and a figure with its rows', async () => {
    const wall = await house.visit(house.demo.wallUrl, { width: 1920, height: 1080 })
    execFileSync(process.execPath, ['server/commands/admin.ts', 'scenario', 'cross-room'], {
      cwd: ROOT,
      env: { ...process.env, SANLING_DATA: house.product.dataDir },
    })
    const { token } = house.account('security-officer')
    const raised = async () => {
      const headers = { authorization: `Bearer ${token}` }
      const answer = await fetch(`${house.demo.url}/api/v1/alerts?limit=1000`, { headers })
      return JSON.stringify(await answer.json()).includes('无防护')
    }
    await vi.waitUntil(raised, { timeout: 50_000, interval: 500 })
    // A card of its own, or counted among those for which the wall has no line left: graver ones go before it.
    const card = wall.page.locator('.alert', { hasText: '有人进入' }).first()
    await card.or(wall.page.locator('[data-more-alerts]')).first().waitFor()
    await wall.page.screenshot({ path: join(SHOTS, 'wall-cross-alert.png') })
    const { page } = await house.signedIn('security-officer', '/desk/figures/cross.open')
    await page.getByText('关联研判未结').first().waitFor()
    await page.screenshot({ path: join(SHOTS, 'desk-figure-cross.png') })
    expect(wall.problems).toEqual([])
    await Promise.all([page.close(), wall.page.close()])
  }, 90_000)
})

describe('an alert by keyboard', () => {
  it('is chosen, needs a reason, is acknowledged, and the wall shows it', async () => {
    await house.publish('access', 'door.forced', JSON.stringify(event('door.forced', 'door:E1')))
    const [desk, wall] = await Promise.all([
      house.signedIn('security-officer', '/desk/alerts'),
      house.visit(house.demo.wallUrl, { width: 1920, height: 1080 }),
    ])
    const { page } = desk
    await page.locator('.row', { hasText: '强行开启' }).waitFor()
    await wall.page.locator('.pin', { hasText: '强行开启' }).waitFor()
    const title = () => page.locator('.row.on .title').textContent()
    for (let n = 0; n < 20 && !(await title())?.includes('强行开启'); n++) await page.keyboard.press('j')
    expect(await title()).toContain('强行开启')
    const chosen = await title()
    await page.locator('.head h2', { hasText: '强行开启' }).waitFor()

    await page.keyboard.press('x')
    expect(await page.locator('.row input:checked').count()).toBe(1)
    await page.keyboard.press('Escape')
    expect(await page.locator('.row input:checked').count()).toBe(0)
    await page.keyboard.press('a')
    await page.getByText('请先写明原因').waitFor()
    expect(await page.evaluate('document.activeElement.tagName')).toBe('TEXTAREA')
    await page.keyboard.press('Escape')
    await page.keyboard.press('1')
    expect(await page.inputValue('textarea')).not.toBe('')
    await page.fill('textarea', '移交清点，两人在场')
    // A newer one at the head of the list changes nothing under the hands of who is typing.
    await house.publish('access', 'door.forced', JSON.stringify(event('door.forced', 'door:E2')))
    await page.locator('.row.red').nth(1).waitFor()
    expect(await page.inputValue('textarea')).toBe('移交清点，两人在场')
    expect(await title()).toBe(chosen)
    await page.keyboard.press('Control+Enter')
    await page.locator('.head .state', { hasText: '已确认' }).waitFor()
    expect(await page.locator('.history').textContent()).toContain('移交清点，两人在场')
    await wall.page
      .locator('.alert', { hasText: chosen ?? '' })
      .filter({ hasText: '已确认' })
      .waitFor()

    await page.evaluate('document.activeElement.blur()')
    await page.keyboard.press('d')
    await page.getByText('1 条已派遣').waitFor()
    await page.keyboard.press('o')
    await page.getByText('1 条已认领').waitFor()
    expect([...desk.problems, ...wall.problems]).toEqual([])
    await Promise.all([page.close(), wall.page.close()])
  })

  it('finds the field with /, all keys with ?, and leaves both with Esc', async () => {
    const { page } = await house.signedIn('security-officer', '/desk/alerts')
    await page.locator('.row').first().waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('没有这样的告警')
    await page.getByText('没有符合条件的告警').waitFor()
    await page.keyboard.press('Escape')
    await page.locator('.row').first().waitFor()
    await page.keyboard.press('?')
    await page.locator('dialog').waitFor()
    await page.keyboard.press('Escape')
    await page.locator('dialog').waitFor({ state: 'detached' })
    await page.close()
  })
})

describe('a draw', () => {
  it('is frozen, drawn and repeated in the browser: seven checks', async () => {
    const { page, problems } = await house.signedIn('case-management', '/desk/draws')
    await page.getByRole('button', { name: '抽签', exact: true }).first().click({ timeout: 30_000 })
    await page.getByRole('button', { name: '出具随机数并抽签' }).click()
    await page.locator('[data-verdict]').waitFor()
    expect(await page.locator('[data-verdict]').textContent()).toContain('一致')
    expect(await page.locator('[data-checks] li').count()).toBe(7)
    expect(await page.locator('[data-checks] .bad').count()).toBe(0)
    const download = page.waitForEvent('download')
    await page.keyboard.press('e')
    expect((await download).suggestedFilename()).toMatch(/^d-[0-9a-f]+\.ndjson$/)
    expect(problems).toEqual([])
    await page.close()
  })
})

describe.each([
  ['alerts', 'security-officer'],
  ['cases', 'case-management'],
  ['draws', 'case-management'],
  ['draws/designations?new=designate', 'case-management'],
  ['draws/members', 'case-management'],
  ['draws/load', 'case-management'],
  ['draws/fairness', 'deputy-chief'],
  ['reviews?view=all', 'case-management'],
  ['reviews/samples', 'inspection'],
  ['sources', 'system-admin'],
  ['sources/new', 'system-admin'],
  ['patrol', 'security-officer'],
  ['figures', 'system-admin'],
])('desk %s', (name, role) => {
  it('is legible, whole and quiet, wide and narrow, dark and light', async () => {
    const { page, problems } = await house.signedIn(role, `/desk/${name}`)
    await settled(page)
    await expectLegible(page, name)
    await page.setViewportSize(NARROW)
    await expectLegible(page, `${name}-narrow`)
    await page.getByRole('button', { name: '浅色' }).click()
    await expectLegible(page, `${name}-light`)
    expect(problems).toEqual([])
    await page.close()
  })
})

/** The way to the product, which can be taken away: a browser that is only told to be offline reloads nothing. */
async function cable(url: string) {
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(Number(new URL(url).port), '127.0.0.1')
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one)
      one.on('error', () => other.destroy())
      one.on('close', () => other.destroy())
      one.pipe(other)
    }
  })
  const listen = (port: number) => new Promise<void>((done) => server.listen(port, '127.0.0.1', () => done()))
  await listen(0)
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    pull: () =>
      new Promise<void>((done) => {
        server.close(() => done())
        for (const socket of sockets) socket.destroy()
      }),
    plug: () => listen(port),
  }
}

describe('a check-in without a network', () => {
  it('waits on the phone over a reload, and goes up by itself when the network is back', async () => {
    const { token } = house.account('security-officer')
    const api = (path: string) =>
      fetch(`${house.demo.url}/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } }).then((answer) =>
        answer.json(),
      )
    const { points } = (await api('/patrol/plan')) as { points: { id: string; name: string }[] }
    const point = points[0] ?? { id: '', name: '' }
    const { key } = (await api(`/patrol/points/${point.id}/display`)) as { key: string }
    const line = await cable(house.demo.url)
    const { page } = await house.visit(`${line.url}/login?next=%2Fcheckin`, { width: 390, height: 844 })
    await signIn(page, house.account('security-officer'))
    await page.getByText('在线').waitFor()
    // The page and all that it is made of are on the phone.
    const kept = `navigator.serviceWorker.getRegistration('/checkin').then(async (one) =>
      one?.active?.state === 'activated' && (await (await caches.open('sanling-checkin-1')).keys()).length > 10)`
    while (!(await page.evaluate(kept))) await page.waitForTimeout(50)

    await line.pull()
    await page.evaluate('window.dispatchEvent(new Event("offline"))')
    await page.selectOption('#point', point.id)
    await page.fill('#code', await patrolCode(key, point.id, codeStep(Date.now())))
    await page.getByRole('button', { name: '打点', exact: true }).click()
    const entry = page.locator('.list li').first()
    await page.getByText('离线').waitFor()
    await entry.filter({ hasText: '待上传' }).waitFor()
    await page.reload()
    await entry.filter({ hasText: point.name }).filter({ hasText: '待上传' }).waitFor()
    await page.screenshot({ path: join(SHOTS, 'checkin-offline.png') })

    await line.plug()
    await page.evaluate('window.dispatchEvent(new Event("online"))')
    await entry.filter({ hasText: '强' }).waitFor()
    expect(await page.locator('header').textContent()).not.toContain('待上传')
    await page.screenshot({ path: join(SHOTS, 'checkin-back.png') })
    await page.close()
    await line.pull()
  })
})
