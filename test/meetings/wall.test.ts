import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readXlsx } from '../../collectors/cases/xlsx/read.ts'
import { cellText } from '../../collectors/intake/spreadsheet.ts'
import { Brief } from '../../contract/brief/brief.ts'
import { readDocx } from '../../server/disclosure/files/docx-read.ts'
import { rereadPdf } from '../../server/disclosure/files/pdf-reread.ts'
import { figureOf } from '../../web/wall/provenance.ts'
import { event, House } from '../desk/browser.ts'

/**
 * The whole product in a browser: the frozen wall, its replay and the brief in all three formats say the same. What
 * the office does meanwhile changes the living wall only.
 */

const house = new House()
const GLASS = { width: 1920, height: 1080 }
let page: Page
let frozenAt = ''
let frozen: Record<string, string> = {}
let brief: Brief

beforeAll(async () => {
  await house.open()
  page = (await house.visit(house.demo.wallUrl, GLASS)).page
  for (const id of ['zeros.case', 'access.passes', 'terminal.online-rate', 'flow.red'])
    await page.locator(`[data-figure="${id}"]`).waitFor({ timeout: 120_000 })
}, 240_000)
afterAll(() => house.close(), 30_000)

const send = (type: string, object: string, data: object) =>
  house.publish('access', type, JSON.stringify(event(type, object, data)))
const token = () => house.account('chief').token
const get = (path: string) =>
  fetch(`${house.demo.url}/api/v1${path}`, { headers: { authorization: `Bearer ${token()}` } })
const squeezed = (text: string) => text.replaceAll(/\s/g, '')

/** Words of each panel, without the mark 回放 that a replay puts on it. */
const WORDS = `Object.fromEntries([...document.querySelectorAll('[data-panel]')].map((panel) => {
  const copy = panel.cloneNode(true)
  for (const mark of copy.querySelectorAll('.replayed')) mark.remove()
  return [panel.dataset.panel, copy.textContent.replaceAll(/\\s/g, '')]
}))`
const words = (on: Page) => on.evaluate(WORDS) as Promise<Record<string, string>>
/** The number that each marked element shows. */
const FIGURES = `[...document.querySelectorAll('[data-figure]')].map((one) => [one.dataset.figure, one.textContent])`
const figures = async (on: Page): Promise<Record<string, string>> => {
  const texts = (await on.evaluate(FIGURES)) as [string, string][]
  return Object.fromEntries(texts.map(([id, text]) => [id, /−?\d[\d.]*|–/.exec(squeezed(text))?.[0] ?? text]))
}

describe('the living wall', () => {
  it('leads from its figures to birth certificates that exist', async () => {
    const { items } = (await (await get('/figures')).json()) as { items: { name: string }[] }
    const known = new Set(items.map(({ name }) => name))
    const marks = (await page.evaluate(FIGURES)) as [string, string][]
    const named = marks.flatMap(([mark]) => figureOf(mark) ?? [])
    expect(named.filter((name) => !known.has(name))).toEqual([])
    expect(named.length).toBeGreaterThan(3)
    // A wall that came with a key has nobody signed in: its figures lead nowhere.
    expect(await page.locator('.wall.linked').count()).toBe(0)
  })
})

describe('a frozen wall', () => {
  it('stands at one instant, whatever comes after, and says what has changed since', async () => {
    await page.keyboard.press('f')
    await expect
      .poll(() => page.locator('.freeze').textContent(), { timeout: 90_000, interval: 500 })
      .toContain('数字与简报一致')
    frozenAt = new URL(page.url()).searchParams.get('at') ?? ''
    frozen = await words(page)
    await send('door.forced', 'door:E1', {})
    // The pinned red is alive on a frozen wall too; the panels are not.
    await page.locator('.pin').waitFor({ timeout: 60_000 })
    await page.locator('.strip [data-alert]').first().waitFor({ timeout: 60_000 })
    await page.keyboard.press('c')
    await page.locator('[data-changes] li').first().waitFor({ timeout: 60_000 })
    const later = await words(page)
    expect(later.access).toBe(frozen.access)
    expect(later.alerts?.slice(0, 20)).toBe(frozen.alerts?.slice(0, 20))
    await page.keyboard.press('c')
  }, 120_000)

  it('shows the figures of the brief of that instant, and none that the brief has not', async () => {
    const answer = await get(`/wall/brief?at=${Date.parse(frozenAt)}`)
    brief = Brief.parse(await answer.json())
    expect(brief.at).toBe(Date.parse(frozenAt))
    const written = new Map(
      brief.sections.flatMap((section) => section.figures.map(({ id, text }) => [id, squeezed(text)] as const)),
    )
    const shown = await figures(page)
    expect(Object.keys(shown).length).toBeGreaterThan(10)
    for (const [id, text] of Object.entries(shown)) expect(`${id} ${text}`).toBe(`${id} ${written.get(id)}`)
    const panels = new Set(Object.keys(shown).map((id) => id.split('.')[0]))
    for (const { panel, figures: own } of brief.sections)
      if (panels.has(panel)) for (const { id } of own) expect(Object.keys(shown)).toContain(id)
  }, 60_000)

  it.each(['docx', 'pdf', 'xlsx'] as const)(
    'is printed to .%s with those figures and the instant',
    async (format) => {
      const answer = await get(`/wall/brief/file?at=${Date.parse(frozenAt)}&format=${format}`)
      expect(answer.status).toBe(200)
      const text = await textOf(format, Buffer.from(await answer.arrayBuffer()))
      const shown = await figures(page)
      const printed = brief.sections.flatMap(({ title, figures: own }) =>
        own.filter(({ id }) => id in shown).map(({ id, label }) => ({ id, title, label })),
      )
      expect(printed.length).toBe(Object.keys(shown).length)
      for (const { id, title, label } of printed) expect(text).toContain(squeezed(`${title}|${label}|${shown[id]}`))
      expect(text).toContain(squeezed(moment(frozenAt)))
    },
    60_000,
  )
})

/** Rows as `板块|指标|数值`; what is drawn in a PDF has no cells, so its bars are taken out of both sides by the caller. */
async function textOf(format: 'docx' | 'pdf' | 'xlsx', bytes: Buffer): Promise<string> {
  if (format === 'docx') {
    const { blocks } = await readDocx(bytes)
    return squeezed(
      blocks
        .map((one) => (one.style === 'table' ? one.rows.map((row) => row.join('|')).join('\n') : one.text))
        .join('\n'),
    )
  }
  if (format === 'xlsx') {
    const { sheets } = await readXlsx(bytes)
    const rows = sheets.flatMap((sheet) => sheet.rows.map(({ cells }) => cells.map(cellText)))
    return squeezed(
      rows.map(([panel, label, _number, shown, ...rest]) => [panel, label, shown, ...rest].join('|')).join('\n'),
    )
  }
  const drawn = squeezed(
    rereadPdf(bytes)
      .parts.map(({ text }) => text)
      .join(''),
  )
  return brief.sections
    .flatMap(({ title, figures: own }) => own.map(({ label, text }) => [title, label, text]))
    .reduce((all, row) => all.replaceAll(squeezed(row.join('')), squeezed(row.join('|'))), drawn)
}
const moment = (iso: string) =>
  Temporal.Instant.from(iso)
    .toZonedDateTimeISO('Asia/Shanghai')
    .toPlainDateTime()
    .toString({ smallestUnit: 'second' })
    .replace('T', '')

describe('a replay', () => {
  it('shows panel by panel what was on the frozen wall, and cannot be taken for the living one', async () => {
    const at = Date.parse(frozenAt)
    const address = new URL(house.demo.wallUrl)
    for (const [key, value] of Object.entries({ from: at - 1000, to: at + 3_600_000, at, speed: 1 }))
      address.searchParams.set(key, String(value))
    const other = (await house.visit(address.href, GLASS)).page
    const bar = other.locator('[data-replay]')
    await bar.waitFor({ timeout: 60_000 })
    expect(await bar.textContent()).toContain('回放')
    await other.keyboard.press(' ')
    await other.locator('[data-figure="access.passes"]').waitFor({ timeout: 60_000 })
    // Paused; stepped back to the very instant by the scrubber's own address.
    address.searchParams.set('from', String(at))
    await other.goto('about:blank')
    await other.goto(address.href)
    await other.locator('[data-replay]').waitFor({ timeout: 60_000 })
    await other.keyboard.press(' ')
    await other.locator('[data-figure="access.passes"]').waitFor({ timeout: 60_000 })
    await other.keyboard.press('Shift+ArrowLeft')
    await other.locator(`[data-replay-at="${at}"][data-replay-state="paused"]`).waitFor({ timeout: 60_000 })
    const replayed = await words(other)
    const figuresThen = await figures(other)
    expect(Object.keys(replayed).sort()).toEqual(Object.keys(frozen).sort())
    // A pinned red takes room from the panels of its column: fewer rows fit there.
    for (const [panel, text] of Object.entries(replayed))
      if (!['alerts', 'map', 'zeros'].includes(panel)) expect(`${panel} ${text}`).toBe(`${panel} ${frozen[panel]}`)
    expect(figuresThen).toEqual(await figures(page))
    expect(await other.locator('.replayed').count()).toBeGreaterThan(5)
    // A red alert of now breaks through the past.
    await other.locator('.pin').waitFor({ timeout: 60_000 })
    await other.keyboard.press('Escape')
    await bar.waitFor({ state: 'detached' })
    expect(new URL(other.url()).searchParams.get('from')).toBeNull()
  }, 120_000)
})

describe('the meeting desk', () => {
  it('prepares, opens, presents, records, agrees and ends a meeting', async () => {
    const { page: desk, problems } = await house.signedIn('chief', '/desk/meetings')
    await desk.getByText('没有会议', { exact: true }).waitFor({ timeout: 60_000 })
    await desk.click('button.add')
    await desk.fill('[name=title]', '周例会')
    await desk.click('form[aria-label="筹备会议"] button[type=submit]')
    await desk.locator('section[aria-label="议程"]').waitFor()
    const agenda = desk.locator('form[aria-label="加一项议程"]')
    await agenda.locator('[name=title]').fill('安全态势')
    await agenda.locator('[name=path]').fill('/wall?screen=16x9')
    await agenda.getByText('存为视图').click()
    await agenda.locator('[name=view] option', { hasText: '安全态势' }).waitFor({ state: 'attached' })
    await agenda.getByText('加入议程').click()
    await desk.locator('[data-item]').waitFor()
    await desk.click('button:text-is("开会")')
    await desk.getByText('大屏时点').waitFor()
    const [shown] = await Promise.all([desk.context().waitForEvent('page'), desk.click('button:text-is("放映")')])
    await shown.locator('.freeze').waitFor({ timeout: 60_000 })
    await shown.close()
    await desk.locator('[data-present]').getByText('结束放映').click()
    await desk.locator('[data-item] [name=minutes]').fill('东门更换磁条')
    await desk.locator('[data-item] [name=minutes]').blur()
    await desk.getByText('记录「安全态势」：东门更换磁条').waitFor()
    await desk.click('button:text-is("记下议定事项")')
    await desk.fill('[name=what]', '异常门当日清零')
    await desk.locator('[name=figure] option[value="alerts.open"]').waitFor({ state: 'attached' })
    await desk.selectOption('[name=figure]', 'alerts.open')
    await desk.fill('[name=target]', '0')
    await desk.click('button[type=submit]:has-text("记下")')
    await desk.locator('[data-commitment-state=open]').waitFor()
    await desk.click('button:text-is("散会")')
    await desk.locator('h2 .tag', { hasText: '已结束' }).waitFor()
    expect(problems).toEqual([])
  }, 120_000)
})
