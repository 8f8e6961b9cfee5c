import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { ROOT } from '../commands/product.ts'
import { event, House, measureDesk, SHOTS, settled } from './browser.ts'

/**
 * One case through the whole product in a real browser: drawn, verified, changed, concluded, checked, reviewed, objected
 * to, decided, rectified. Each step by the account whose step it is; nobody of the simulated office helps.
 */
const house = new House({ SANLING_OFFICE: 'off' })
const pages = new Map<string, Page>()
beforeAll(() => house.open(), 90_000)
afterAll(() => house.close(), 30_000)

async function desk(role: string, path: string): Promise<Page> {
  const known = pages.get(role)
  const page = known ?? (await house.signedIn(role, '/desk')).page
  pages.set(role, page)
  await page.goto(`${house.demo.url}${path}`)
  await settled(page)
  return page
}
async function api(role: string, method: string, path: string, body?: object) {
  const answer = await fetch(`${house.demo.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${house.account(role).token}`, 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  return { status: answer.status, json: (await answer.json()) as Record<string, unknown> }
}
type Case = { id: string; caseNo: string }
const unassigned = async (): Promise<Case[]> =>
  ((await api('case-management', 'GET', '/cases?state=unassigned&limit=100')).json.items as Case[]) ?? []

async function expectLegible(page: Page, name: string): Promise<void> {
  for (const [width, height] of [
    [1440, 900],
    [1920, 1080],
  ] as const) {
    await page.setViewportSize({ width, height })
    await page.screenshot({ path: join(SHOTS, `quality-${name}-${width}.png`) })
    const { texts, overflows } = await measureDesk(page)
    const own = texts.filter(({ contrast }) => contrast < 4.5)
    expect(own).toEqual([])
    expect(texts.filter(({ px }) => px < 14)).toEqual([])
    expect(texts.filter(({ clipped }) => clipped).map(({ text }) => text)).toEqual([])
    expect(overflows).toEqual([])
  }
}

it('is drawn, repeated in the browser, and the contributor keeps a receipt', async () => {
  await vi.waitUntil(async () => (await unassigned()).length >= 3, { timeout: 30_000, interval: 300 })
  const page = await desk('case-management', '/desk/draws')
  await page.getByRole('button', { name: '抽签', exact: true }).first().click()
  await page.getByRole('button', { name: '出具随机数并抽签' }).click()
  await page.locator('[data-verdict]').waitFor()
  expect(await page.locator('[data-verdict]').textContent()).toContain('一致')
  expect(await page.locator('[data-checks] li').count()).toBe(7)
  await page.locator('[data-receipt]').waitFor()
  expect(await page.locator('[data-receipt]').textContent()).toContain('与链相符')
  expect(await page.locator('.head').first().textContent()).toContain('本案第 1 次抽签，未重抽')
  await expectLegible(page, 'draw')
}, 60_000)

it('changes its handler by a new draw, approved by another person', async () => {
  const { json } = await api('case-management', 'GET', '/draws?limit=1')
  const [first] = json.items as { caseId: string; winner: string }[]
  const page = await desk('case-management', `/desk/draws/designations?new=change&case=${first?.caseId}`)
  await page.getByLabel('理由').selectOption('RECUSAL')
  await page.getByLabel('依据').fill('承办人与被害人系亲属，申请回避')
  await page.getByLabel('无', { exact: true }).check()
  await expectLegible(page, 'proposal')
  await page.getByRole('button', { name: '提出，交由他人批准' }).click()
  await page.getByText('由检察长或副检察长批准').waitFor()
  const { json: list } = await api('case-management', 'GET', '/assignments?state=proposed')
  const [proposal] = list.items as { id: string }[]
  // Not through HTTP either.
  expect((await api('case-management', 'POST', `/assignments/${proposal?.id}/approve`, {})).status).toBe(403)
  const chief = await desk('chief', `/desk/draws/designations/${proposal?.id}`)
  await chief.getByRole('button', { name: '批准', exact: true }).click()
  await chief.getByText('打开由此发起的抽签').waitFor()
  const again = (await api('case-management', 'GET', '/draws?limit=1')).json.items as { drawId: string }[]
  const drawn = await desk('case-management', `/desk/draws/${again[0]?.drawId}`)
  await drawn.getByRole('button', { name: '出具随机数并抽签' }).click()
  await drawn.locator('[data-verdict]').waitFor()
  expect(await drawn.locator('.head').first().textContent()).toContain('本案第 2 次抽签（变更承办人）')
  const end = (await api('case-management', 'GET', `/draws/${again[0]?.drawId}`)).json
  expect(end.winner).not.toBe(first?.winner)
}, 60_000)

it('a whole export is repeated in the browser; a changed byte is named', async () => {
  const page = await desk('case-management', '/desk/draws/verify')
  await page.getByRole('button', { name: '复算本院分案链' }).click()
  await page.locator('[data-verdict][data-ok=true]').waitFor()
  const answer = await fetch(`${house.demo.url}/api/v1/chains/assignment.ndjson`, {
    headers: { authorization: `Bearer ${house.account('case-management').token}` },
  })
  const text = await answer.text()
  const flipped = text.replace('"winner":"p', '"winner":"q')
  expect(flipped).not.toBe(text)
  await page
    .locator('input[type=file]')
    .first()
    .setInputFiles({
      name: 'changed.ndjson',
      mimeType: 'application/x-ndjson',
      buffer: Buffer.from(flipped),
    })
  await page.locator('[data-verdict][data-ok=false]').waitFor()
  expect(await page.locator('[data-verdict]').textContent()).toContain('winner 应为')
  await expectLegible(page, 'verify')
  const upload = (input: string, entries: object[]) =>
    page.locator(input).setInputFiles({
      name: 'vector.ndjson',
      mimeType: 'application/x-ndjson',
      buffer: Buffer.from(`${entries.map((entry) => JSON.stringify(entry)).join('\n')}\n`),
    })
  const { entries } = JSON.parse(readFileSync(join(ROOT, 'test/fixtures/draw-vector.json'), 'utf8')) as {
    entries: { seq: number; at: string; hash: string }[]
  }
  await upload('input[type=file]:not([data-anchors])', entries)
  await page.locator('[data-verdict][data-ok=true]').waitFor()
  // A tail that is gone has good links; what was kept outside contradicts it.
  const heads = entries.map(({ seq, at, hash }) => ({ chain: 'assignment', seq, at, hash }))
  await upload('input[data-anchors]', heads)
  await page.getByText('已附 4 处').waitFor()
  await upload('input[type=file]:not([data-anchors])', entries.slice(0, 2))
  await page.locator('[data-verdict][data-ok=false]').waitFor()
  expect(await page.locator('[data-verdict]').textContent()).toContain('链尾缺失')
  for (const path of ['members', 'load', 'fairness']) {
    const other = await desk('case-management', `/desk/draws/${path}`)
    await expectLegible(other, path)
  }
}, 60_000)

it('a concluded case is checked, reviewed blind, objected to, decided and rectified', async () => {
  const one = (await unassigned())[0]
  if (!one) throw new Error('no case')
  const designated = await api('case-management', 'POST', '/assignments/designate', {
    caseId: one.id,
    member: 'p07',
    reason: 'RELATED_CASE',
    note: '与在办案件为同案犯',
    interference: '无',
  })
  await api('chief', 'POST', `/assignments/${designated.json.id}/approve`, { note: '同意' })
  const today = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai' }).format(new Date())
  const data = { caseNo: one.caseNo, closedAt: today, outcome: '提起公诉' }
  await house.publish('case', 'case.closed', JSON.stringify(event('case.closed', `case:${one.caseNo}`, data)))
  const opened = await vi.waitUntil(
    async () => {
      await api('case-management', 'POST', '/reviews', { caseId: one.id })
      const { json } = await api('case-management', 'GET', '/reviews?limit=1000')
      return (json.items as { id: string; caseId: string }[]).find(({ caseId }) => caseId === one.id)
    },
    { timeout: 20_000, interval: 300 },
  )
  const path = `/desk/reviews/${opened?.id}?view=mine`
  const text = (page: Page) => page.locator('section.form textarea').first()
  const send = async (page: Page, word: string, until: string) => {
    await page.locator('section.form').getByRole('button', { name: word }).last().click()
    await page.getByText(until).first().waitFor()
  }

  // What is written survives a reload.
  let page = await desk('prosecutor', path)
  await text(page).fill('经自查，事实清楚，文书无误')
  await page.getByText('草稿已存于本机').waitFor()
  await page.reload()
  await page.getByText('已恢复').waitFor()
  expect(await text(page).inputValue()).toBe('经自查，事实清楚，文书无误')
  await send(page, '提交自查表', '待部门核查')

  page = await desk('department-head', path)
  await text(page).fill('同意自查意见')
  await send(page, '核查通过', '核查完毕')

  page = await desk('case-management', path)
  await page.getByRole('button', { name: '选定评查' }).click()
  await text(page).fill('信访反映，列为重点评查')
  await page.getByLabel('重点评查情形').selectOption('petition')
  await page.locator('section.form').getByRole('button', { name: '选定评查' }).click()
  await page.locator('section.form select').last().selectOption('p02')
  await send(page, '指派', '待评查')

  page = await desk('deputy-chief', path)
  expect(await page.locator('main').textContent()).not.toContain('蒋大天')
  await page.getByLabel('文书制作').fill('6')
  await page.getByLabel('文书制作').blur()
  await page.getByLabel('合格案件', { exact: false }).first().check()
  await text(page).fill('起诉书案号有误')
  await page.getByRole('button', { name: '添加问题' }).click()
  await page.getByLabel('第 1 个问题的类型').selectOption('documents')
  await page.getByLabel('第 1 个问题的内容').fill('起诉书第 1 页案号有误')
  await expectLegible(page, 'evaluate')
  await send(page, '提交评查意见', '待承办人回复')

  page = await desk('prosecutor', path)
  await text(page).fill('案号由系统生成，非本人过错')
  await send(page, '提出异议', '待指派复核人')
  page = await desk('case-management', path)
  await page.locator('section.form select').last().selectOption('p46')
  await send(page, '指派', '待复核')
  await text(page).fill('经复核，维持原评查意见')
  await send(page, '提交复核意见', '待决定等次')

  page = await desk('chief', path)
  await text(page).fill('同意复核意见')
  await page.getByLabel('检察委员会会议记录编号').fill('检委会〔2026〕3号')
  await page.getByLabel('整改要求').fill('补正起诉书案号')
  await expectLegible(page, 'decide')
  await send(page, '决定等次', '待整改')

  page = await desk('prosecutor', path)
  await text(page).fill('已制作补正决定书并送达')
  await page.getByLabel('整改依据').fill('补正决定书，随卷')
  await page.locator('section.form input[type=file]').setInputFiles({
    name: '补正决定书.txt',
    mimeType: 'text/plain',
    buffer: Buffer.from('补正决定书'),
  })
  await page.getByText('补正决定书.txt').waitFor()
  await send(page, '提交整改', '待确认整改')

  page = await desk('case-management', path)
  await text(page).fill('整改到位')
  await send(page, '确认，归入业绩档案', '已入业绩档案')
  await page.getByText('表单与链相符').waitFor()
  expect(await page.locator('[data-checks]').textContent()).not.toContain('不一致')
  await expectLegible(page, 'archived')
  page = await desk('prosecutor', '/desk/reviews/performance')
  await page.getByText('合格案件（经异议）').waitFor()
  await expectLegible(page, 'performance')
  page = await desk('case-management', '/desk/draws/verify')
  await page.getByRole('button', { name: '复算本院评查链' }).click()
  await page.locator('[data-verdict][data-ok=true]').waitFor()
}, 120_000)
