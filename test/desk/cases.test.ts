import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readXlsx } from '../../collectors/cases/xlsx/read.ts'
import { cellText } from '../../collectors/intake/spreadsheet.ts'
import type { CaseItem } from '../../contract/http/cases.ts'
import { House, measureDesk, SHOTS, settled, type Visitor } from './browser.ts'

/** Cases, tasks, exports and Ctrl+K of the running product in a real browser. */
const house = new House()
beforeAll(async () => {
  await house.open()
  // The office's register is imported.
  await until('/cases/summary?state=open', ({ total }) => Number(total) > 50)
}, 90_000)
afterAll(() => house.close(), 30_000)

async function api(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const { token } = house.account('case-management')
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const answer = await fetch(`${house.demo.url}/api/v1${path}`, {
    method,
    headers,
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  return (await answer.json()) as Record<string, unknown>
}
async function until(path: string, holds: (answer: Record<string, unknown>) => boolean): Promise<void> {
  while (!holds(await api('GET', path))) await new Promise((resolve) => setTimeout(resolve, 200))
}

const WALL = { width: 1920, height: 1080 }
const NARROW = { width: 1280, height: 800 }

async function expectLegible(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(SHOTS, `desk-${name}.png`) })
  const { texts, overflows } = await measureDesk(page)
  expect(texts.length).toBeGreaterThan(5)
  expect(texts.filter(({ px }) => px < 14)).toEqual([])
  expect(texts.filter(({ contrast }) => contrast < 4.5)).toEqual([])
  expect(texts.filter(({ clipped }) => clipped).map(({ text }) => text)).toEqual([])
  expect(overflows).toEqual([])
}
/** Signed in on a page whose conditions stand in the address. */
async function at(role: string, path: string): Promise<Visitor> {
  const visitor = await house.signedIn(role, path.split('?')[0] ?? path)
  visitor.page.setDefaultTimeout(10_000)
  if (path.includes('?')) await visitor.page.goto(`${house.demo.url}${path}`)
  return visitor
}
/** What an act leads to: how many cases the server counts under the new condition, once the page shows them. */
async function counted(page: Page, part: string, act: () => Promise<unknown>): Promise<number> {
  const answered = page.waitForResponse((one) => one.url().includes('/cases/summary') && one.url().includes(part))
  await act()
  const { total } = (await (await answered).json()) as { total: number }
  const shown = page.locator('.list .acts strong', { hasText: new RegExp(`^${digits(total)} 件$`) })
  await shown.first().waitFor()
  return total
}
/** As the screens write it: a thin space between thousands. */
const digits = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, '\u2009')

describe('the case desk', () => {
  it('leads from a figure over its list to the case in two clicks, with the same number', async () => {
    const { page, problems } = await at('case-management', '/desk/figures/flow.open')
    await settled(page)
    const link = page.getByRole('link', { name: '打开列表' })
    await link.waitFor()
    const shown = Number(((await page.locator('.head strong').textContent()) ?? '').replaceAll(/\D/g, ''))
    expect(await counted(page, '', () => link.click())).toBe(shown)
    await page.locator('.rows .row').nth(1).click()
    await page.waitForURL(/\/desk\/cases\/c[0-9a-f]{16}/)
    await page.getByText('为什么是这一天').waitFor()
    expect(problems).toEqual([])
    await page.close()
  })
  it('filters in the address by chip, pinyin and full-width number, and comes back after a reload', async () => {
    const { page, problems } = await house.signedIn('case-management', '/desk/cases')
    await page.locator('.rows .row').first().waitFor()
    const yellow = page.locator('.chip.colour', { hasText: '提醒' })
    const some = await counted(page, 'colour=yellow', () => yellow.click())
    expect(await yellow.textContent()).toContain(`提醒 ${digits(some)}`)
    const everything = await counted(page, 'state=open', () => yellow.click())
    expect(some).toBeLessThan(everything)
    const found = await counted(page, 'q=scqs', async () => {
      await page.keyboard.press('/')
      await page.keyboard.type('scqs')
    })
    expect(found).toBeGreaterThan(0)
    expect(found).toBeLessThan(everything)
    expect(await counted(page, 'q=scqs', () => page.reload())).toBe(found)
    expect(await page.inputValue('#desk-search')).toBe('scqs')
    const row = page.locator('.rows .row').first()
    expect(await row.locator('.cut').textContent()).toContain('审查起诉')
    const number = /\d{8,}/.exec((await row.locator('.title').textContent()) ?? '')?.[0] ?? ''
    const wide = number.replaceAll(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)))
    expect(await counted(page, encodeURIComponent(wide), () => page.fill('#desk-search', wide))).toBe(1)
    expect(problems).toEqual([])
    await page.close()
  })
  it('registers a stop, draws it hatched, moves the day, and keeps the result before', async () => {
    const { page, problems } = await at('case-management', '/desk/cases?q=scqs')
    await page.locator('.rows .row', { hasText: '剩' }).nth(3).click()
    await page.getByText('为什么是这一天').waitFor()
    await page.evaluate('document.activeElement.blur()')
    await page.keyboard.press('y')
    const dialog = page.getByRole('dialog', { name: '登记期限事项' })
    await dialog.locator('select').selectOption('pause')
    await dialog.locator('textarea').fill('鉴定委托书〔2026〕7号')
    await page.keyboard.press('Control+Enter')
    await dialog.waitFor({ state: 'detached' })
    await page.locator('.head .due', { hasText: '停表' }).waitFor()
    await page.getByText(/以往结果 \d+ 次/).waitFor()
    const law = page.locator('.cases th.law')
    await law.waitFor()
    await page.keyboard.press('g')
    await law.waitFor({ state: 'detached' })
    // What does not add up is refused, and nothing that was typed is lost.
    await page.keyboard.press('y')
    await dialog.locator('select').selectOption('resubmit')
    await dialog.locator('textarea').fill('没有退回的重报')
    await page.keyboard.press('Control+Enter')
    await dialog.getByRole('alert').waitFor()
    expect(await dialog.locator('textarea').inputValue()).toBe('没有退回的重报')
    await page.keyboard.press('Escape')
    expect(problems.filter((one) => !one.includes('422'))).toEqual([])
    await page.close()
  })
  it('takes the list away as it is on the screen: same number, with its caption', async () => {
    const { page, problems } = await at('case-management', '/desk/cases')
    const shown = await counted(page, 'q=scqs', () => page.goto(`${house.demo.url}/desk/cases?q=scqs`))
    await page.keyboard.press('e')
    const link = page.getByRole('link', { name: '下载' })
    await link.waitFor()
    const [file] = await Promise.all([page.waitForEvent('download'), link.click()])
    expect(file.suggestedFilename()).toMatch(/^案件列表-\d{8}-\d{4}\.xlsx$/)
    const { sheets } = await readXlsx(readFileSync(await file.path()))
    const [title, header, ...rows] = sheets[0]?.rows ?? []
    expect(cellText(title?.cells[0])).toContain('数据用于分析研判，不作考核排名')
    expect(cellText(header?.cells[0])).toBe('部门受案号')
    expect(rows).toHaveLength(shown)
    expect(problems).toEqual([])
    await page.close()
  })
  it('gives a prosecutor the own cases only, on the list and in the file', async () => {
    const { page } = await at('prosecutor', '/desk/figures')
    const shown = await counted(page, '', () => page.goto(`${house.demo.url}/desk/cases`))
    await page.keyboard.press('e')
    await page.getByRole('link', { name: '下载' }).waitFor()
    expect(await page.locator('dialog [role=status]').textContent()).toContain(`${shown} / ${shown} 行`)
    await page.close()
  })
})

describe('my tasks', () => {
  it('are found, opened and ticked off by keyboard', async () => {
    // A new day that is not the export's is a task of the office.
    const { items } = (await api('GET', '/cases?q=scqs&state=open&limit=50')) as { items: CaseItem[] }
    const chosen = items.find(({ daysLeft, differs }) => (daysLeft ?? 0) > 3 && !differs)
    const on = Temporal.Now.plainDateISO('Asia/Shanghai').toString()
    await api('POST', `/cases/${chosen?.id}/acts`, {
      type: 'jurisdiction-change',
      on,
      note: '改变管辖决定书〔2026〕1号',
    })
    await until('/tasks', (answer) => (answer.items as { mayDo: boolean }[]).some(({ mayDo }) => mayDo))
    const { page, problems } = await at('case-management', '/desk/tasks?mine=false')
    await page.locator('[data-task]').first().waitFor()
    await page.keyboard.press('j')
    await page.keyboard.press('k')
    await page.locator('button', { hasText: '办毕' }).first().click()
    await page.getByLabel('办理情况').fill('已核对并登记')
    await page.keyboard.press('Control+Enter')
    await page.locator('dialog').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: '已办' }).click()
    await page.getByText('已核对并登记').waitFor()
    await page.getByRole('button', { name: '待办' }).click()
    await page.locator('[data-task]').first().waitFor()
    await page.keyboard.press('Enter')
    await page.waitForURL((url) => !url.pathname.startsWith('/desk/tasks'))
    expect(problems).toEqual([])
    await page.close()
  })
})

describe('Ctrl+K', () => {
  it('leads to a page, a case and an alert without a mouse', async () => {
    const { page, problems } = await house.signedIn('case-management', '/desk/draws')
    await settled(page)
    await page.keyboard.press('Control+k')
    const field = page.getByRole('combobox')
    await field.waitFor()
    await page.keyboard.type('数据出处')
    await page.locator('[aria-selected=true]', { hasText: '数据出处' }).waitFor()
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/desk\/figures/)
    await field.waitFor({ state: 'detached' })
    await page.keyboard.press('Control+k')
    await page.locator('[role=combobox]:focus').waitFor()
    await page.keyboard.type('scqs')
    await page.locator('[role=option]', { hasText: '审查起诉' }).first().waitFor()
    await page.keyboard.press('ArrowDown')
    await page.locator('[aria-selected=true] .title').waitFor()
    expect(await field.getAttribute('aria-activedescendant')).toBe('choice-1')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/desk\/cases\/c/)
    // Answers that come in while somebody chooses may change what stands in that place: it is a case in any event.
    await page
      .locator('h2', { hasText: /〔\d{4}〕\d+号/ })
      .first()
      .waitFor()
    await page.keyboard.press('Control+k')
    await page.locator('[role=combobox]:focus').waitFor()
    await page.keyboard.press('Escape')
    await field.waitFor({ state: 'detached' })
    expect(problems).toEqual([])
    await page.close()
  })
})

describe('the search page', () => {
  it('finds a closed case by a part of its number, for those who may open it only', async () => {
    const { items } = (await api('GET', '/cases?state=closed&limit=100')) as { items: CaseItem[] }
    const foreign = items.find(({ handler }) => handler !== null && handler !== '10007')
    if (!foreign) throw new Error('the demo has closed cases of several handlers')
    const part = foreign.caseNo.slice(foreign.caseNo.indexOf('['), -1)
    const found = (one: Record<string, unknown>) => (one.items as { id: string }[]).some(({ id }) => id === foreign.id)
    await until(`/sharing/search?limit=100&kind=case&q=${encodeURIComponent(part)}`, found)

    const { page, problems } = await at('case-management', '/desk/search')
    await page.getByText('输入要找的内容').waitFor()
    await page.getByRole('searchbox', { name: '检索' }).fill(part)
    const row = page.locator('.hits article', { hasText: foreign.caseNo.replace('[', '〔').replace(']', '〕') })
    await row.first().waitFor()
    expect(await row.first().locator('mark').first().textContent()).toContain(part.slice(6))
    await page.getByRole('button', { name: /^案件 \d/ }).click()
    await page.waitForURL(/kind=case/)
    await row.first().getByRole('link').click()
    await page.waitForURL(new RegExp(`/desk/cases/${foreign.id}`))
    expect(problems).toEqual([])
    await page.close()

    const other = await at('prosecutor', `/desk/search?q=${encodeURIComponent(foreign.caseNo)}`)
    await other.page.getByText('没有找到').waitFor()
    expect(await other.page.locator('.hits article').count()).toBe(0)
    expect(other.problems).toEqual([])
    await other.page.close()
  })
})

describe('an alert', () => {
  it('is taken away as an evidence pack by E', async () => {
    const { page, problems } = await house.signedIn('security-officer', '/desk/alerts')
    await page.getByRole('link', { name: '导出证据包' }).waitFor()
    const download = page.waitForEvent('download')
    await page.keyboard.press('e')
    expect((await download).suggestedFilename()).toMatch(/^证据包-A-\d{8}-\d{4}\.zip$/)
    expect(problems).toEqual([])
    await page.close()
  })
})

describe.each(['tasks?mine=false', 'cases?state=closed', 'search?q=2026'])('desk %s', (path) => {
  it('is legible, whole and quiet, wide and narrow, dark and light', async () => {
    const name = path.split('?')[0] ?? ''
    const { page, problems } = await at('case-management', `/desk/${path}`)
    await page.setViewportSize(WALL)
    await settled(page)
    await expectLegible(page, `${name}-wide`)
    await page.setViewportSize(NARROW)
    await expectLegible(page, `${name}-narrow`)
    await page.getByRole('button', { name: '浅色' }).click()
    await expectLegible(page, `${name}-light`)
    expect(problems).toEqual([])
    await page.close()
  })
})
