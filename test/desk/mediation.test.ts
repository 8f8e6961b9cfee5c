import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fromBufferPromise } from 'yauzl'
import { House, measureDesk, SHOTS, type Visitor } from './browser.ts'

/** Two parties on phones and a mediator at the desk come to a signed agreement in real browsers. */
const house = new House({ SANLING_OFFICE: 'off' })
beforeAll(() => house.open(), 90_000)
afterAll(() => house.close(), 30_000)

const PHONE = { width: 390, height: 844 }
const run = promisify(execFile)

async function expectLegible(page: Page, name: string): Promise<void> {
  await page.evaluate('document.fonts.ready')
  await page.screenshot({ path: join(SHOTS, `desk-${name}.png`), fullPage: true })
  const { texts, overflows } = await measureDesk(page)
  expect(texts.length).toBeGreaterThan(3)
  expect(texts.filter(({ px }) => px < 14)).toEqual([])
  expect(texts.filter(({ contrast }) => contrast < 4.5)).toEqual([])
  expect(overflows).toEqual([])
}
/** A day of the office's calendar, `YYYY-MM-DD`. */
const inDays = (days: number) => Temporal.Now.plainDateISO('Asia/Shanghai').add({ days }).toString()
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })

/** Draws a name with the mouse, as a finger would. */
async function draw(page: Page): Promise<void> {
  const sheet = page.getByLabel('在此手写签名')
  await sheet.scrollIntoViewIfNeeded()
  const box = await sheet.boundingBox()
  if (!box) throw new Error('no sheet')
  const at = (x: number, y: number) => page.mouse.move(box.x + box.width * x, box.y + box.height * y, { steps: 6 })
  for (const stroke of [
    [0.1, 0.3, 0.4, 0.25, 0.3, 0.7],
    [0.2, 0.5, 0.45, 0.8],
    [0.55, 0.2, 0.6, 0.8, 0.85, 0.5],
  ]) {
    await at(stroke[0] ?? 0, stroke[1] ?? 0)
    await page.mouse.down()
    for (let n = 2; n < stroke.length; n += 2) await at(stroke[n] ?? 0, stroke[n + 1] ?? 0)
    await page.mouse.up()
  }
}

describe('a dispute', () => {
  let desk: Visitor
  const phones: Visitor[] = []
  const [a, b] = [() => phones[0]?.page as Page, () => phones[1]?.page as Page]

  it('is registered; papers are seen and links handed out', async () => {
    desk = await house.signedIn('prosecutor', '/desk/mediations')
    const { page } = desk
    await page.goto(`${house.demo.url}/desk/mediations/new`)
    await page.fill('#title', '相邻排水赔偿争议')
    await page.selectOption('#kind', 'compensation')
    await page.fill('#facts', '甲家排水致乙家墙体渗水，双方对赔偿数额有争议。')
    for (const [n, name] of ['张甲', '李乙'].entries()) {
      await page.getByLabel(`第 ${n + 1} 方姓名`).fill(name)
      await page.getByLabel(`第 ${n + 1} 方电话`).fill(`199-0000-000${n}`)
    }
    await expectLegible(page, 'mediation-apply')
    await button(page, '登记').click()
    for (const name of ['张甲', '李乙']) {
      const row = page.locator('tr', { hasText: name })
      await row.getByRole('button', { name: '核验身份' }).click()
      await page.getByLabel('证件号码').fill('149999199001011234')
      await button(page, '记录核验').click()
      await row.getByText('当面核验身份证件').waitFor()
      await row.getByRole('button', { name: '发放链接' }).click()
      const issued = page.getByLabel('链接与验证码')
      const url = (await issued.locator('.url').textContent())?.trim() ?? ''
      const code = (await issued.locator('.code').textContent())?.trim() ?? ''
      if (name === '张甲') await expectLegible(page, 'mediation-link')
      await button(page, '已告知，收起').click()
      const phone = await house.visit(url, PHONE)
      phones.push(phone)
      await phone.page.fill('#code', String((Number(code) + 1) % 1_000_000).padStart(6, '0'))
      expect(new URL(phone.page.url()).hash).toBe('')
      await button(phone.page, '进入').click()
      await phone.page.getByText('验证码不正确').waitFor()
      if (name === '张甲') await expectLegible(phone.page, 'mediate-enter')
      await phone.page.fill('#code', code)
      await button(phone.page, '进入').click()
      await phone.page.getByText('您是否同意调解').waitFor()
    }
    expect(desk.problems).toEqual([])
  }, 90_000)

  it('is agreed to, judged, given a mediator and a time, and rights are read', async () => {
    const { page } = desk
    await expectLegible(a(), 'mediate-consent')
    for (const phone of phones) await phone.page.getByRole('button', { name: '同意调解' }).first().click()
    await page.getByLabel('适宜性审查').getByRole('heading').waitFor()
    for (const one of await page.getByRole('radio', { name: '没有' }).all()) await one.check()
    await page.fill('#suit-note', '逐项核对，适宜调解')
    await expectLegible(page, 'mediation-suitability')
    await button(page, '作出审查结论').click()
    await page.getByLabel('调解员', { exact: true }).selectOption('staff p07')
    await page.getByLabel('与各方及争议事项没有利害关系').check()
    await button(page, '选定').click()
    await page.getByLabel('日期').fill(inDays(3))
    await page.getByLabel('视频会议链接').fill('https://meeting.example.org/room/17')
    await button(page, '通知各方').click()
    for (const phone of phones) {
      await phone.page.getByLabel('我已逐条阅读，明白自己的权利').check()
      if (phone === phones[0]) await expectLegible(phone.page, 'mediate-rights')
      await button(phone.page, '确认').click()
    }
    await page.getByText('各方都已确认权利告知').waitFor()
  }, 60_000)

  it('is talked over in the room and apart, and a proposal is accepted', async () => {
    const { page } = desk
    await a().getByLabel('发言', { exact: true }).fill('墙面渗水三个月，请求赔偿五千元。')
    await button(a(), '提交陈述').click()
    await button(b(), '只与调解员').click()
    await b().getByLabel('发言', { exact: true }).fill('最多能出三千元。')
    await button(b(), '发送').click()
    await page.getByText('请求赔偿五千元').waitFor()
    await page.getByRole('button', { name: '只与李乙' }).click()
    await page.getByText('最多能出三千元').waitFor()
    await page.getByLabel('新的争点').fill('赔偿数额')
    await button(page, '加入').click()
    await button(page, '保存争点').click()
    await page.getByLabel('调解员的方案').fill('李乙一次性赔偿张甲三千元。')
    await button(page, '提出方案').click()
    for (const phone of phones) {
      await phone.page.getByText('李乙一次性赔偿张甲三千元').waitFor()
      await button(phone.page, '接受').click()
    }
    await a().setInputFiles('input[type=file]', {
      ...{ name: '渗水照片.txt', mimeType: 'text/plain', buffer: Buffer.from('照片说明') },
    })
    await b().getByRole('button', { name: '全体', exact: true }).click()
    await b().getByText('渗水照片.txt').waitFor()
    expect(await a().getByText('最多能出三千元').count()).toBe(0)
    await page.getByText('李乙 接受').waitFor()
    await page.evaluate("document.querySelector('.detail').scrollTop = 0")
    await expectLegible(page, 'mediation-room')
    await expectLegible(b(), 'mediate-room')
  }, 60_000)

  it('ends in an agreement that both sign by hand and that openssl proves', async () => {
    const { page } = desk
    await page.getByLabel('协议条款').fill('李乙一次性赔偿张甲人民币三千元。\n双方就本争议再无其他纠葛。')
    await button(page, '增加履行义务').click()
    await page.getByLabel('第 1 项义务').fill('李乙支付三千元')
    await page.getByLabel('第 1 项期限').fill(inDays(25))
    await button(page, '生成协议，送各方签署').click()
    for (const phone of phones) {
      await phone.page.getByLabel('我已阅读协议全文').check({ timeout: 20_000 })
      await draw(phone.page)
      if (phone === phones[0]) await expectLegible(phone.page, 'mediate-sign')
      await button(phone.page, '签名').click()
      await phone.page.getByText('您已签名').waitFor()
    }
    await b().getByText('协议已成立').waitFor()
    await expectLegible(b(), 'mediate-agreed')
    await page.getByLabel('后续').getByText('待办理').waitFor()
    await page.evaluate("document.querySelector('.detail').scrollTop = 0")
    await expectLegible(page, 'mediation-agreed')
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: '下载签署包' }).click(),
    ])
    const folder = mkdtempSync(join(tmpdir(), 'sanling-agreement-'))
    const zip = await fromBufferPromise(await readFile(await download.path()))
    for await (const entry of zip.eachEntry()) {
      const parts: Buffer[] = []
      for await (const part of await zip.openReadStreamPromise(entry)) parts.push(part as Buffer)
      writeFileSync(join(folder, entry.fileName), Buffer.concat(parts))
    }
    const commands = (await readFile(join(folder, 'HOW-TO-VERIFY.txt'), 'utf8'))
      .split('\n')
      .filter((line) => /^(openssl|sha256sum) /.test(line))
    expect(commands).toHaveLength(4)
    for (const command of commands) await run('sh', ['-c', command], { cwd: folder })
    rmSync(folder, { recursive: true })
    expect(desk.problems).toEqual([])
  }, 90_000)

  it('an outsider’s cookie opens nothing else', async () => {
    const statusOf = (path: string, method = 'GET') =>
      a().evaluate(
        async ([url, how]) => (await fetch(url ?? '', { method: how ?? 'GET', credentials: 'same-origin' })).status,
        [path, method],
      )
    expect(await statusOf('/api/v1/public/mediations/room')).toBe(200)
    const id = new URL(desk.page.url()).pathname.split('/').at(-1)
    for (const path of [
      `/mediations/${id}`,
      `/mediations/${id}/messages`,
      `/mediations/${id}/pack`,
      '/mediations',
      '/cases',
      '/alerts',
      '/tasks',
      '/people',
      '/figures',
      '/chains/mediations.ndjson',
    ])
      expect(await statusOf(`/api/v1${path}`), path).toBe(401)
    expect(await statusOf('/api/v1/public/mediations/files/none')).toBe(404)
    await a().goto(`${house.demo.url}/desk/mediations`)
    await a().waitForURL(/\/login/)
  }, 30_000)

  it('wrong codes lock a link', async () => {
    const { page } = desk
    const row = page.locator('tr', { hasText: '张甲' })
    await row.getByRole('button', { name: '重新发放' }).click()
    const issued = page.getByLabel('链接与验证码')
    const url = (await issued.locator('.url').textContent())?.trim() ?? ''
    const code = (await issued.locator('.code').textContent())?.trim() ?? ''
    const stranger = await house.visit(url, PHONE)
    for (let n = 1; n <= 5; n++) {
      await stranger.page.fill('#code', String((Number(code) + n) % 1_000_000).padStart(6, '0'))
      await button(stranger.page, '进入').click()
      await stranger.page.getByText(n < 5 ? '验证码不正确' : '链接已锁定').waitFor()
    }
    await stranger.page.fill('#code', code)
    await button(stranger.page, '进入').click()
    await stranger.page.getByText('链接已锁定').waitFor()
    await expectLegible(stranger.page, 'mediate-locked')
    await row.getByText('已锁定').waitFor()
  }, 40_000)
})
