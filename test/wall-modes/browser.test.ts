import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DrillItem } from '../../contract/http/drill.ts'
import type { AlertItem } from '../../contract/panels/alerts.ts'
import { House, type Visitor } from '../desk/browser.ts'

/** One wall in a real browser, its carousel turning every two seconds: everything waits for what it wants to see. */
const house = new House({ SANLING_OFFICE: 'off' })
let wall: Visitor
beforeAll(async () => {
  await house.open()
  const url = new URL(house.demo.wallUrl)
  url.searchParams.set('carousel', '2')
  wall = await house.visit(url.href, { width: 1920, height: 1080 })
  await wall.page.waitForSelector('[data-carousel]', { timeout: 30_000 })
}, 120_000)
afterAll(() => house.close(), 30_000)

async function ask<Answer>(role: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${house.demo.url}/api/v1${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${house.account(role).token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return (await response.json()) as Answer
}
/** Whatever red the day brings is acknowledged: the carousel rightly stands still for it. */
async function calm(): Promise<void> {
  const { items } = await ask<{ items: AlertItem[] }>(
    'security-officer',
    '/alerts?severity=critical&state=unacknowledged',
  )
  const ids = items.filter(({ drill }) => !drill).map(({ id }) => id)
  if (ids.length > 0) await ask('security-officer', '/alerts/acknowledge', { ids, reason: '测试' })
}
async function until(what: string, check: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 60_000
  while (!(await check())) {
    if (performance.now() > end) throw new Error(`never: ${what}`)
    await new Promise((done) => setTimeout(done, 100))
  }
}
const bar = (page: Page) =>
  page.locator('[data-carousel]').evaluate((element) => ({
    page: Number(element.getAttribute('data-carousel')),
    beats: Number(element.getAttribute('data-beats')),
    words: element.textContent ?? '',
  }))
const screenOf = (page: Page) => page.locator('.wall').getAttribute('data-screen')

describe('a wall', () => {
  it('turns its pages, each with its own panels and heading, and its heart beats', async () => {
    const seen = new Map<number, string | null>()
    const before = (await bar(wall.page)).beats
    await until('every page', async () => {
      await calm()
      seen.set((await bar(wall.page)).page, await screenOf(wall.page))
      return seen.size === 3
    })
    expect(new Set(seen.values()).size).toBe(3)
    expect((await bar(wall.page)).beats).toBeGreaterThan(before)
  })

  it('pauses with the space bar and pins a page with its number, and says so', async () => {
    await wall.page.keyboard.press(' ')
    await until('paused', async () => (await bar(wall.page)).words.includes('已暂停'))
    await wall.page.keyboard.press(' ')
    await wall.page.keyboard.press('3')
    await until('pinned', async () => {
      await calm()
      const { page, words } = await bar(wall.page)
      return page === 2 && words.includes('已固定')
    })
    const { beats } = await bar(wall.page)
    await until('ten beats', async () => (await bar(wall.page)).beats > beats + 10)
    await calm()
    await until('still pinned', async () => (await bar(wall.page)).page === 2)
    await wall.page.keyboard.press('3')
    await until('it turns again', async () => {
      await calm()
      return (await bar(wall.page)).words.includes('秒后换页')
    })
  })

  it('gives itself to a red alert in its own frame, paints it, and goes back: a drill through the whole path', async () => {
    await wall.page.keyboard.press('3')
    let over: DrillItem | undefined
    // A real red one makes a drill step aside: then there is another.
    await until('a drill that was not disturbed', async () => {
      await calm()
      const body = { scene: 'outreach', purpose: '联调演练', confirm: true }
      const { id } = await ask<DrillItem>('security-officer', '/drills', body)
      if (!id) return false
      const look = () => ask<DrillItem>('security-officer', `/drills/${id}`)
      await until('painted', async () => {
        const { walls, state } = await look()
        return state !== 'running' || walls.some((one) => one.state === 'painted')
      })
      const pin = wall.page.locator('.pin', { hasText: '演练' })
      const stands = (await look()).state === 'running' && (await pin.isVisible().catch(() => false))
      if (stands) expect(await screenOf(wall.page)).toBe('16x9')
      await ask('security-officer', `/drills/${id}/end`, {})
      over = await look()
      return stands
    })
    expect(over?.walls.map(({ state }) => state)).toEqual(['painted'])
    await until('back on the pinned page', async () => {
      await calm()
      return (await bar(wall.page)).page === 2
    })
    await wall.page.keyboard.press('3')
  })

  it('is masked by one key, stays so over a reload, and is unmasked only in the audit trail', async () => {
    await wall.page.keyboard.press('p')
    await wall.page.getByText('已全部遮蔽').waitFor()
    const shows = () => wall.page.locator('.wall').textContent()
    expect(await shows()).not.toMatch(/[〔[]\d{4}[〕\]]\s*\d+\s*号/)
    await wall.page.reload()
    await wall.page.getByText('已全部遮蔽').waitFor()
    await wall.page.waitForSelector('[data-carousel]')
    await until('unmasked', async () => {
      await wall.page.keyboard.press('p')
      await wall.page.getByText('再按一次').waitFor()
      await wall.page.keyboard.press('p')
      await wall.page.getByText(/已解除遮蔽|保持遮蔽/).waitFor()
      return wall.page.getByText('姓名已隐去').isVisible()
    })
    const { items } = await ask<{ items: { kind: string }[] }>('auditor', '/audit?limit=200')
    expect(items.some(({ kind }) => kind === 'wall.masked')).toBe(true)
    expect(items.some(({ kind }) => kind === 'wall.unmasked')).toBe(true)
  })

  it('is named on its calibration page, and the server knows it by that name', async () => {
    await wall.page.keyboard.press('k')
    await wall.page.getByLabel('名称').fill('指挥大厅主屏')
    await wall.page.getByLabel('可见宽度（毫米）').fill('3654')
    await wall.page.getByRole('button', { name: '保存到本屏' }).click()
    await wall.page.getByText('已保存在本机浏览器').waitFor()
    await wall.page.getByRole('link', { name: /返回大屏/ }).click()
    await wall.page.waitForSelector('[data-carousel]')
    await until('the name', async () => {
      const { walls } = await ask<{ walls: { wall: string }[] }>('security-officer', '/drills/office')
      return walls.some((one) => one.wall === '指挥大厅主屏')
    })
  })

  it('whose timers have all died goes on when it is looked at, and says that it had stopped', async () => {
    await wall.page.evaluate('for (let n = 0; n < 100000; n += 1) clearInterval(n)')
    const { beats } = await bar(wall.page)
    await until('it had time to notice', async () => {
      await wall.page.evaluate('window.dispatchEvent(new Event("focus"))')
      return (await bar(wall.page)).words.includes('停摆')
    })
    await until('it beats by itself', async () => (await bar(wall.page)).beats > beats + 20)
    expect(wall.problems).toEqual([])
  })
})
