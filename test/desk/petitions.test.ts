import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from '../commands/product.ts'
import { House, measureDesk, SHOTS, settled, type Visitor } from './browser.ts'

/** A matter in a real browser: registered, judged red, lowered step by step by another's approval, closed, archived. */
const run = promisify(execFile)
/** The office of the demo, but for the day of the only visit after closing: tomorrow, and a day early is not too early. */
const config = mkdtempSync(join(tmpdir(), 'sanling-config-'))
cpSync(join(ROOT, 'config'), config, { recursive: true })
const RULES = join(config, 'rules/petitions.yaml')
writeFileSync(RULES, readFileSync(RULES, 'utf8').replace(/^revisitDays: .*$/m, 'revisitDays: [1]'))
const house = new House({ SANLING_OFFICE: 'off', SANLING_CONFIG: config })
beforeAll(() => house.open(), 90_000)
afterAll(async () => {
  await house.close()
  rmSync(config, { recursive: true, force: true })
}, 30_000)

async function expectLegible(page: Page, name: string): Promise<void> {
  await settled(page)
  await page.screenshot({ path: join(SHOTS, `desk-${name}.png`) })
  const { texts, overflows } = await measureDesk(page)
  expect(texts.length).toBeGreaterThan(5)
  expect(texts.filter(({ px }) => px < 14)).toEqual([])
  expect(texts.filter(({ contrast }) => contrast < 4.5)).toEqual([])
  expect(overflows).toEqual([])
}
const PAPER = { name: '息诉罢访承诺书.txt', mimeType: 'text/plain', buffer: Buffer.from('本人服判息诉（演示）。\n') }
const pick = (page: Page, name: string) =>
  page.getByRole('group', { name: '选择办理' }).getByRole('button', { name, exact: false }).click()
const said = (page: Page, words: string | RegExp) =>
  page.getByRole('status').filter({ hasText: words }).first().waitFor()
const colour = (page: Page, word: string) => page.locator('.head .colour', { hasText: word }).waitFor()
async function evidence(page: Page, field: string): Promise<void> {
  await page.setInputFiles(`#${field}`, PAPER)
  await page.getByLabel('已选材料').getByText('SHA-256').first().waitFor()
}
/** Desks of those who approve stay open: signing in anew each time would only take time. */
const approvers = new Map<string, Promise<Visitor>>()
async function approved(role: string): Promise<void> {
  const desk = approvers.get(role) ?? house.signedIn(role, '/desk/approvals')
  approvers.set(role, desk)
  const { page, problems } = await desk
  await page.reload()
  await page.locator('tr.pick').filter({ hasText: '由您决定' }).first().click()
  await page.getByRole('button', { name: '批准并执行', exact: true }).click()
  await page.getByRole('status').filter({ hasText: '已批准并执行' }).waitFor()
  expect(problems).toEqual([])
}
/** Judged calm, then one step down with a paper and another's approval. */
async function lowered(page: Page, approver: string, to: string): Promise<void> {
  await pick(page, '提请降级')
  await page.getByRole('button', { name: '矛盾缓和' }).click()
  await evidence(page, 'files-downgrade')
  await page.getByRole('button', { name: /^提请降级 Ctrl/ }).click()
  await said(page, '批准后生效')
  await approved(approver)
  await page.reload()
  await colour(page, to)
}

describe('a matter', () => {
  let path = ''

  it('is registered with evidence by whoever keeps the register', async () => {
    const { page, problems } = await house.signedIn('case-management', '/desk/petitions')
    await page.getByText('没有在办的信访事项').waitFor()
    await page.keyboard.press('c')
    await page.fill('#title', '工地欠薪引发的聚集')
    await page.fill('#demand', '约十名工人反映拖欠四个月工资，要求先行支付并追究责任')
    await page.selectOption('#kind', 'dispute')
    await page.getByLabel('人数').fill('8')
    await page.getByLabel('联系人称呼').fill('申某')
    await page.fill('#area', '城关街道')
    await evidence(page, 'register-files')
    await expectLegible(page, 'petitions-new')
    await page.getByRole('button', { name: /^登记 Ctrl/ }).click()
    await page.getByRole('heading', { name: '工地欠薪引发的聚集' }).waitFor()
    path = new URL(page.url()).pathname
    await page.getByText('七日程序回复').first().waitFor()
    expect(problems).toEqual([])
    await page.context().close()
  }, 60_000)

  it('is judged red by a hard rule, told, handed on and settled', async () => {
    const { page, problems } = await house.signedIn('case-management', path)
    await page.getByRole('form', { name: '研判定色' }).waitFor()
    await page.getByLabel('堵门堵路').check()
    await page.getByRole('button', { name: '初次研判' }).click()
    await page.getByRole('button', { name: /^研判定色 Ctrl/ }).click()
    await said(page, '定红')
    await colour(page, '红')
    await expectLegible(page, 'petitions-red')
    await page.getByText('已按级别报告').click()
    await page.getByLabel('区委政法委').check()
    await page.getByRole('button', { name: /^预警推送 Ctrl/ }).click()
    await said(page, '已登记：预警推送')
    await page.getByLabel('包案领导').selectOption({ index: 1 })
    await page.getByLabel('承办人').selectOption({ index: 1 })
    await page.getByRole('button', { name: '限期拿出化解方案' }).click()
    await page.getByRole('button', { name: /^交办 Ctrl/ }).click()
    await said(page, '已登记：交办')
    await page.getByLabel('措施', { exact: true }).fill('组织双方协商')
    await page.getByLabel('化解完成').check()
    await page.fill('#text-resolve', '施工方当场支付，工人认可')
    await page.getByRole('button', { name: /^化解 Ctrl/ }).click()
    await said(page, '已登记：化解')
    await page.getByRole('button', { name: '已当面答复' }).click()
    await page.getByRole('button', { name: /^反馈 Ctrl/ }).click()
    await said(page, '已登记：反馈')
    await expectLegible(page, 'petitions-settled')
    expect(problems).toEqual([])
    await page.context().close()
  }, 60_000)

  it('comes down four steps, each with a paper and the approval of one above, and is closed', async () => {
    const { page, problems } = await house.signedIn('case-management', path)
    await pick(page, '研判定色')
    await page.getByLabel('人数').fill('1')
    await page.getByRole('button', { name: '出现新情况' }).click()
    await page.getByRole('button', { name: /^研判定色 Ctrl/ }).click()
    await said(page, '分数可降')
    await colour(page, '红')
    await lowered(page, 'chief', '橙')
    await lowered(page, 'chief', '黄')
    await lowered(page, 'deputy-chief', '蓝')
    await lowered(page, 'deputy-chief', '绿')
    await pick(page, '提请销号')
    await page.getByRole('button', { name: '信访人已签' }).click()
    await evidence(page, 'files-close')
    await page.getByRole('button', { name: /^提请销号 Ctrl/ }).click()
    await said(page, '批准后生效')
    await approved('deputy-chief')
    await page.reload()
    await page.getByLabel('进度：回访').waitFor()
    await expectLegible(page, 'petitions-closed')
    expect(problems).toEqual([])
    await page.context().close()
  }, 120_000)

  it('is visited after closing, and goes into the archive', async () => {
    const { page, problems } = await house.signedIn('case-management', path)
    await page.getByRole('button', { name: '电话回访' }).click()
    await page.getByRole('button', { name: /^回访 Ctrl/ }).click()
    await said(page, '已登记：回访')
    await page.getByRole('button', { name: '材料齐全' }).click()
    await page.getByRole('button', { name: /^归档 Ctrl/ }).click()
    await page.getByLabel('进度：已归档').waitFor()
    expect(problems).toEqual([])
    await page.context().close()
  }, 60_000)

  it('gives a pack that sha256sum alone verifies', async () => {
    const { page } = await house.signedIn('case-management', path)
    const link = page.getByRole('link', { name: '下载证据包' })
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()])
    const folder = await mkdtemp(join(tmpdir(), 'sanling-pack-'))
    try {
      await download.saveAs(join(folder, 'pack.zip'))
      await run('unzip', ['-q', 'pack.zip', '-d', 'out'], { cwd: folder })
      const { stdout } = await run('find', ['out', '-name', 'SHA256SUMS'], { cwd: folder })
      const sums = stdout.trim().split('\n')[0] ?? ''
      const at = join(folder, sums, '..')
      const check = await run('sha256sum', ['-c', 'SHA256SUMS'], { cwd: at })
      expect(check.stdout).toContain('OK')
      await run('find', ['.', '-name', '*.txt', '-exec', 'sh', '-c', 'echo x >> "$1"', '_', '{}', ';'], { cwd: at })
      await expect(run('sha256sum', ['-c', 'SHA256SUMS'], { cwd: at })).rejects.toThrow()
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
    await page.context().close()
  }, 60_000)
})

describe('the other pages of 信访', () => {
  it('replay the month, show the board and keep letters, wide and narrow, dark and light', async () => {
    const { page, problems } = await house.signedIn('case-management', '/desk/petitions/changes')
    await page.getByText('的变动').waitFor()
    await page.keyboard.press('ArrowLeft')
    await page.waitForURL(/day=/)
    await expectLegible(page, 'petitions-changes')
    await page.goto(`${house.demo.url}/desk/petitions/outbox`)
    await page.locator('tr.pick').first().click()
    await page.getByLabel('对方经办人').fill('李某某')
    await page.getByLabel('回执内容').fill('已收悉，安排专人配合')
    await page.getByRole('button', { name: '登记回执' }).click()
    await page.locator('tr.pick', { hasText: '李某某' }).waitFor()
    await expectLegible(page, 'petitions-outbox')
    await page.goto(`${house.demo.url}/desk/petitions/board`)
    await page.getByText('在办').first().waitFor()
    await page.setViewportSize({ width: 1920, height: 1080 })
    await expectLegible(page, 'petitions-board')
    expect(problems).toEqual([])
    await page.context().close()
  }, 60_000)

  it('import a file after looking at it, and never twice', async () => {
    const { page, problems } = await house.signedIn('case-management', '/desk/petitions/import')
    const folder = await mkdtemp(join(tmpdir(), 'sanling-import-'))
    const file = join(folder, '信访件.csv')
    await writeFile(
      file,
      '信访编号,信访日期,信访形式,信访类别,主要诉求,信访人数,所属区域\nXF2026001,2026-11-03,来信,不服不起诉,不服对交通肇事案的不起诉决定,1,城关街道\nXF2026002,2026-11-05,来访,民事监督,请求监督民间借贷判决,2,东山镇\n',
    )
    const take = async (button: boolean) => {
      await page.setInputFiles('#import-file', file)
      await page.getByText('检查结果').waitFor()
      if (button) await page.getByRole('button', { name: '登记 2 件' }).click()
    }
    await take(true)
    await page.getByText('已导入').waitFor()
    await expectLegible(page, 'petitions-import')
    await take(false)
    await page.getByText('已有 2 件').waitFor()
    await rm(folder, { recursive: true, force: true })
    expect(problems).toEqual([])
    await page.context().close()
  }, 60_000)

  it('write a fact of 三零 down for good', async () => {
    const { page, problems } = await house.signedIn('security-officer', '/desk/zeros')
    await page.getByRole('heading', { name: '零上访' }).waitFor()
    await expectLegible(page, 'zeros')
    await page.keyboard.press('c')
    await page.getByLabel('项目').selectOption('accident')
    await page.fill('#fact', '地下车库剐蹭一起，无人受伤')
    await page.getByRole('button', { name: /^登记 Ctrl/ }).click()
    await page.getByRole('cell', { name: '地下车库剐蹭一起，无人受伤' }).waitFor()
    await page
      .locator('section', { has: page.getByRole('heading', { name: '零事故' }) })
      .getByText('未达标')
      .first()
      .waitFor()
    expect(await page.getByRole('button', { name: /删除|修改/ }).count()).toBe(0)
    expect(problems).toEqual([])
    await page.context().close()
  }, 60_000)
})
