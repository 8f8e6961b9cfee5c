import { mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SCENES } from './fixtures/scenes.ts'
import { openStudio, type Studio } from './harness.ts'
import type { Measures } from './measures.ts'

/** visual.md section 11, measured on every picture in a real browser under the product's content security policy. */
const SHOTS = process.env.SANLING_PICTURES ?? join(tmpdir(), 'sanling-pictures')
let studio: Studio

beforeAll(async () => {
  mkdirSync(SHOTS, { recursive: true })
  studio = await openStudio()
}, 60_000)
afterAll(() => studio.close())

const sizeOf = (scene: string) => ({ width: scene.startsWith('wide') ? 3840 : 1920, height: 1080 })
const measure = (page: Page) => page.evaluate('measure()') as Promise<Measures>

async function inScene<Result>(scene: string, act: (page: Page) => Promise<Result>): Promise<Result> {
  const { page, problems } = await studio.open(scene, sizeOf(scene))
  try {
    const result = await act(page)
    expect(problems).toEqual([])
    return result
  } finally {
    await page.close()
  }
}

describe.each(Object.keys(SCENES))('picture %s', (scene) => {
  it('is legible, whole and quiet', async () => {
    const { texts, overlaps, overflows } = await inScene(scene, async (page) => {
      await page.screenshot({ path: join(SHOTS, `${scene}.png`), animations: 'disabled' })
      return measure(page)
    })
    expect(texts.length).toBeGreaterThan(20)
    expect(texts.filter((one) => one.px < 15)).toEqual([])
    expect(texts.filter((one) => one.contrast < (one.px >= 40 ? 7 : 4.5))).toEqual([])
    expect(texts.filter((one) => one.clipped).map((one) => `${one.panel}: ${one.text}`)).toEqual([])
    expect(overlaps).toEqual([])
    expect(overflows).toEqual([])
  })
})

describe('states', () => {
  it('draws each panel state as its own picture', async () => {
    const states = (page: Page) =>
      page.$$eval('[data-panel]', (all) =>
        Object.fromEntries(
          all.map((one) => [
            one.getAttribute('data-panel'),
            one.querySelector('[data-state]')?.getAttribute('data-state'),
          ]),
        ),
      )
    expect(await inScene('states', states)).toMatchObject({
      terminal: 'stale',
      access: 'broken',
      patrol: 'empty',
      map: 'loading',
      flow: 'denied',
      sources: 'broken',
      alerts: 'normal',
      draw: 'empty',
      disclosure: 'normal',
    })
    expect(Object.values(await inScene('frozen', states))).toContain('frozen')
    expect(Object.values(await inScene('demo', states))).toContain('refreshing')
  })

  it('never lets a dead source look fresh: grey, hatched, tagged with its age', async () => {
    const words = await inScene('states', (page) => page.locator('[data-panel="terminal"]').textContent())
    expect(words).toContain('陈旧 18 分')
    expect(words).not.toContain('秒前')
  })

  it('says 演示 and the broken connection on the wall', async () => {
    const top = await inScene('demo', (page) => page.locator('header.top').textContent())
    expect(top).toContain('演示')
    expect(top).toContain('与服务器断开 12 秒')
  })
})

describe('grey-scale and colour blindness', () => {
  it('tells every severity by shape and by word, never by colour alone', async () => {
    const found = await inScene('alert', async (page) => ({
      shapes: await page.$$eval('svg[data-shape]', (all) =>
        all.map((one) => [one.classList[1] ?? '', one.getAttribute('data-shape')]),
      ),
      rows: await page.locator('.alert .what').allTextContents(),
    }))
    const shapeOf = Object.fromEntries(found.shapes.filter(([hue]) => hue !== 'grey'))
    expect(shapeOf).toEqual({ red: 'octagon', orange: 'triangle', yellow: 'diamond', blue: 'disc', green: 'ring' })
    expect(found.rows.length).toBe(6)
    for (const row of found.rows) expect(row).toMatch(/(紧急|重要|一般|提示)\s*(未确认|已确认|已恢复待确认)/)
  })
})

describe('the five colours of petitions', () => {
  it('differ by shape and are named, in the figures and in every move', async () => {
    const { shapes, words } = await inScene('wide', async (page) => ({
      shapes: await page.$$eval('[data-panel="petition"] .keys [data-shape]', (all) =>
        all.map((one) => one.getAttribute('data-shape')),
      ),
      words: await page.locator('[data-panel="petition-changes"] .what').allTextContents(),
    }))
    expect(shapes).toEqual(['octagon', 'triangle', 'diamond', 'disc', 'ring'])
    expect(words).toEqual(['黄 → 橙', '黄 → 蓝', '蓝 → 绿', '定红'])
  })
})

describe('red unacknowledged', () => {
  it('pins a card, moves the centre only and lists the others in one line each', async () => {
    const boxes = async (page: Page) =>
      page.$$eval('[data-panel]', (all) =>
        Object.fromEntries(
          all.map((one) => {
            const box = one.getBoundingClientRect()
            return [one.getAttribute('data-panel') ?? '', [box.x, box.y, box.width, box.height].map(Math.round)]
          }),
        ),
      )
    const [calm, red] = [await inScene('normal', boxes), await inScene('alert', boxes)]
    for (const panel of ['terminal', 'access', 'patrol', 'flow', 'draw', 'review', 'petition', 'disclosure', 'sources'])
      expect(red[panel]).toEqual(calm[panel])
    expect(red.zeros).toEqual([516, 266, 872, 54])
    expect(red.map).toEqual([516, 332, 872, 256])
    expect(red.alerts).toEqual([516, 600, 872, 272])
  })

  it('blinks the octagon only, and not for who wants no motion', async () => {
    const blinking = (page: Page) => page.evaluate('blinking()')
    expect(await inScene('alert', blinking)).toEqual(['svg'])
    const calm = await inScene('alert', async (page) => {
      await page.emulateMedia({ reducedMotion: 'reduce' })
      return { blinking: await blinking(page), bar: await page.$eval('.pin .bar', (one) => one.clientWidth) }
    })
    expect(calm).toEqual({ blinking: [], bar: 12 })
  })

  it('shows two as two lines and three as a count with the oldest', async () => {
    expect(await inScene('two-reds', (page) => page.locator('.pin li').count())).toBe(2)
    expect(await inScene('three-reds', (page) => page.locator('.pin').textContent())).toContain('紧急 · 未确认 3 条')
  })

  it('pins on a frozen wall too', async () => {
    const words = await inScene('frozen-alert', (page) => page.locator('.wall').textContent())
    expect(words).toContain('机房 A 门 强行开启')
    expect(words).toContain('已定格 09:30:05')
  })
})

describe('lists', () => {
  it('are never cut in silence', async () => {
    const words = await inScene('storm', (page) => page.locator('[data-more-alerts]').textContent())
    expect(words).toMatch(/^另有 145 条：重要 \d+ · 一般 100$/)
  })
})

describe('keys', () => {
  it('F freezes and thaws, L turns light', async () => {
    await inScene('normal', async (page) => {
      await page.keyboard.press('f')
      expect(await page.locator('.freeze').textContent()).toContain('已定格 09:30:05')
      expect(await page.locator('[data-panel="terminal"]').textContent()).toContain('天擎 · 09:29:53')
      await page.keyboard.press('f')
      expect(await page.locator('.freeze').count()).toBe(0)
      await page.keyboard.press('l')
      expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('light')
    })
  })
  it('M mutes for 5, 15 and 30 minutes, never for ever', async () => {
    await inScene('normal', async (page) => {
      const flags = page.locator('.flags')
      for (const words of ['静音 5:00', '静音 15:00', '静音 30:00', '声音']) {
        await page.keyboard.press('m')
        expect(await flags.textContent()).toContain(words)
      }
    })
  })
})

describe('one failing panel', () => {
  it('breaks alone and recovers with the next data', async () => {
    const { page } = await studio.open('normal', sizeOf('normal'))
    const flow = page.locator('[data-panel="flow"]')
    await page.evaluate("change('flow', { freshness: { source: '业务系统', at: 0, staleAfterS: 1, state: 'ok' } })")
    expect(await flow.textContent()).toContain('字段不符')
    expect(await page.locator('[data-panel="terminal"]').textContent()).toContain('92.7')
    await page.close()
  })
})

describe('a long day', () => {
  it('keeps nodes and listeners constant over 150 rounds of deltas', async () => {
    const counts = async (page: Page) => {
      const session = await page.context().newCDPSession(page)
      await session.send('HeapProfiler.collectGarbage')
      return session.send('Memory.getDOMCounters')
    }
    const { before, after } = await inScene('normal', async (page) => {
      await page.evaluate('churn(30)')
      const before = await counts(page)
      await page.evaluate('churn(150)')
      return { before, after: await counts(page) }
    })
    expect(after.nodes).toBeLessThanOrEqual(before.nodes * 1.01)
    expect(after.jsEventListeners).toBeLessThanOrEqual(before.jsEventListeners * 1.01)
  })
})
