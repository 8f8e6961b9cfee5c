import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { House, measureDesk, SHOTS } from './browser.ts'

/** The 12309 window from both sides in a real browser: people outside on a phone, the staff at the desk. */
const house = new House({ SANLING_SPEED: '1' })
beforeAll(() => house.open(), 90_000)
afterAll(() => house.close(), 30_000)

const PHONE = { width: 390, height: 844 }
/** Whatever stands in these is text, on every page that shows it. */
const XSS = '"><img src=x onerror="document.title=1"><svg/onload=document.title=2>{{constructor}}'

async function expectLegible(page: Page, name: string): Promise<void> {
  await page.evaluate('document.fonts.ready')
  await page.screenshot({ path: join(SHOTS, `${name}.png`) })
  const { texts, overflows } = await measureDesk(page)
  expect(texts.length).toBeGreaterThan(5)
  expect(texts.filter(({ px }) => px < 14)).toEqual([])
  expect(texts.filter(({ contrast }) => contrast < 4.5)).toEqual([])
  expect(overflows).toEqual([])
}
/** No page is wider than the screen. */
const expectNarrow = async (page: Page) =>
  expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true)
const textOf = async (page: Page, selector: string): Promise<string> =>
  (await page.locator(selector).textContent()) ?? ''
const keysOf = async (page: Page) => ({
  receipt: await textOf(page, '[data-receipt]'),
  code: await textOf(page, '[data-code]'),
})
async function progress(page: Page, { receipt, code }: { receipt: string; code: string }): Promise<void> {
  await page.goto(`${house.demo.url}/window/progress`)
  await page.fill('#receipt', receipt)
  await page.fill('#code', code)
  await page.getByRole('button', { name: '查询', exact: true }).click()
}
const token = (role: string) => (house.account(role) as { token: string }).token
const ask = async (role: string, path: string) =>
  (await fetch(`${house.demo.url}/api/v1${path}`, { headers: { authorization: `Bearer ${token(role)}` } })).json()

describe('a filing', () => {
  let keys = { receipt: '', code: '' }

  it('is handed in on a phone, with a picture', async () => {
    const { page, problems } = await house.visit('/window', PHONE)
    await page.getByText('申诉 控告 举报').waitFor()
    await expectLegible(page, 'window-home-phone')
    await page.getByText('申诉 控告 举报').click()
    await page.getByRole('button', { name: '控告' }).click()
    await page.fill('#title', `超期扣押车辆 ${XSS}`.slice(0, 100))
    await page.fill('#demand', `今年九月扣押我的货车，至今没有手续。${XSS}`)
    await page.fill('#object', XSS)
    await page.fill('#name', `李四${XSS}`.slice(0, 60))
    await page.fill('#phone', '199-0000-2222')
    const jpeg = Buffer.concat([Buffer.from('ffd8ffe000104a464946', 'hex'), Buffer.alloc(400, 7)])
    await page.setInputFiles('input[type=file]', { name: '现场照片.jpg', mimeType: 'image/jpeg', buffer: jpeg })
    await page.getByText('现场照片.jpg').waitFor()
    await expectNarrow(page)
    await expectLegible(page, 'window-filing-phone')
    expect(problems).toEqual([])
    const page2 = Buffer.from('<html><script>alert(1)</script></html>')
    await page.setInputFiles('input[type=file]', { name: '页面.txt', mimeType: 'text/plain', buffer: page2 })
    await page.getByText('按内容认定').waitFor()
    await page.getByRole('button', { name: '提交', exact: true }).click()
    await page.getByText('查询码只显示这一次').waitFor()
    await expectLegible(page, 'window-receipt-phone')
    keys = await keysOf(page)
    await page.close()
  }, 60_000)

  it('is taken up at the desk, with every mark of it as text', async () => {
    const { page, problems } = await house.signedIn('case-management', '/desk/window')
    await page.getByRole('button', { name: '超期扣押车辆' }).first().click()
    await page.getByText('李***').waitFor()
    await page.getByRole('button', { name: '显示姓名电话' }).click()
    await page.getByRole('button', { name: '写明理由后显示' }).click()
    await page.getByText('199-0000-2222').waitFor()
    expect(await page.locator('.window-desk img, .window-desk svg[onload]').count()).toBe(0)
    expect(await page.title()).not.toMatch(/^[12]$/)
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: '现场照片.jpg' }).click(),
    ])
    expect(download.suggestedFilename()).toBe('现场照片.jpg')
    await expectLegible(page, 'desk-window-filing')
    await page.getByRole('button', { name: '受理用语', exact: true }).click()
    await page.getByRole('button', { name: '受理，转入信访登记' }).click()
    await page.getByText('已受理，正在办理').waitFor()
    await expectLegible(page, 'desk-window-accepted')
    expect(problems).toEqual([])
    await page.close()
  }, 60_000)

  it('is followed by whoever holds the receipt, and by nobody else: wrong codes shut it', async () => {
    const { page } = await house.visit('/window', PHONE)
    await progress(page, keys)
    await page.getByRole('heading', { name: '已受理，正在办理' }).waitFor()
    await page.getByText('您反映的事项已受理').waitFor()
    await expectNarrow(page)
    await expectLegible(page, 'window-progress-phone')
    for (let n = 0; n < 5; n++) {
      await progress(page, { ...keys, code: `0000-0000-0000-000${n}` })
      await page.getByText('信息或查询码不正确').waitFor()
    }
    await progress(page, keys)
    await page.getByText('约 30 分钟后可再查').waitFor()
    await expectLegible(page, 'window-locked-phone')
    await page.close()
  }, 60_000)
})

describe('a party', () => {
  it('is given a code at the window and asks about the case', async () => {
    let caseNo = ''
    await expect
      .poll(
        async () => {
          const { items } = (await ask('case-management', '/cases?limit=200')) as {
            items: { caseNo: string; restricted?: boolean }[]
          }
          caseNo = items.find(({ restricted }) => restricted !== true)?.caseNo ?? ''
          return caseNo
        },
        { timeout: 60_000, interval: 500 },
      )
      .not.toBe('')
    const staff = await house.signedIn('case-management', '/desk/window/codes')
    const shown = caseNo.replace('[', '〔').replace(']', '〕')
    await staff.page.fill('#name', '张三')
    await staff.page.fill('#number', '149999199003071234')
    await staff.page.fill('#case-no', shown)
    await staff.page.getByRole('button', { name: '核验无误，发出' }).click()
    const code = await textOf(staff.page, '[data-code]')
    await staff.page.locator('tbody tr').first().waitFor()
    await expectLegible(staff.page, 'desk-window-codes')
    expect(staff.problems).toEqual([])
    await staff.page.close()

    const { page } = await house.visit('/window/case', PHONE)
    const query = async (number: string) => {
      await page.fill('#name', '张三')
      await page.fill('#number', number)
      await page.fill('#case-no', shown)
      await page.fill('#code', code)
      await page.getByRole('button', { name: '查询', exact: true }).click()
    }
    await query('149999199003071235')
    await page.getByText('信息或查询码不正确').waitFor()
    await query('149999199003071234')
    const result = page.getByLabel('查询结果')
    await result.waitFor()
    expect(await result.locator('dt').allInnerTexts()).toEqual(['案由', '受理时间', '办案期限', '进展'])
    await expectNarrow(page)
    await expectLegible(page, 'window-case-phone')
    await page.close()
  }, 120_000)
})

describe('a lawyer', () => {
  it('asks to read the file, the desk answers, and the notice is there', async () => {
    const { page, problems } = await house.visit('/window/lawyer')
    await page.fill('#lawyer', '赵律')
    await page.fill('#licence', '11499202010123456')
    await page.fill('#firm', `示例律师事务所${XSS}`.slice(0, 100))
    await page.fill('#phone', '199-0000-3333')
    await page.fill('#case-no', '示检起诉受〔2026〕14990000012号')
    await page.fill('#client', `张三${XSS}`.slice(0, 60))
    await page.fill('#note', XSS)
    await expectLegible(page, 'window-lawyer')
    await page.getByRole('button', { name: '提交预约' }).click()
    await page.getByText('阅卷预约已收到').waitFor()
    const keys = await keysOf(page)
    const staff = await house.signedIn('case-management', '/desk/window/appointments')
    await staff.page.getByRole('button', { name: '赵律 · 阅卷' }).click()
    await staff.page.fill('#on', '2030-01-08')
    await staff.page.getByLabel('说明或不能安排的理由').fill(XSS)
    await expectLegible(staff.page, 'desk-window-appointment')
    await staff.page.getByRole('button', { name: '确认安排' }).click()
    await staff.page.getByLabel('告知').getByText('2030年1月8日 09:30').waitFor()
    expect(await staff.page.locator('.window-desk img').count()).toBe(0)
    await staff.page.setViewportSize({ width: 1920, height: 1080 })
    await expectLegible(staff.page, 'desk-window-wide')
    await staff.page.close()
    await progress(page, keys)
    await page.getByText('地点：律师阅卷室').waitFor()
    expect(await page.locator('img').count()).toBe(0)
    await expectLegible(page, 'window-notice')
    expect(problems).toEqual([])
    await page.close()
  }, 60_000)
})

describe('statistics', () => {
  it('are proposed by one, approved by another, and open to everybody', async () => {
    const { page } = await house.signedIn('case-management', '/desk/window/statistics')
    await page.locator('tbody input').first().check()
    await page.fill('#title', '2026 年 11 月')
    await expectLegible(page, 'desk-window-statistics')
    await page.getByRole('button', { name: '提请发布' }).click()
    await page.getByText('由另一人在“双人复核”批准后公开').waitFor()
    await page.close()
    const { items } = (await ask('deputy-chief', '/approvals')) as { items: { id: string; kind: string }[] }
    const proposal = items.find(({ kind }) => kind === 'window.publish')
    const approved = await fetch(`${house.demo.url}/api/v1/approvals/${proposal?.id}/approve`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token('deputy-chief')}`, 'content-type': 'application/json' },
      body: '{}',
    })
    expect(approved.status).toBeLessThan(300)
    const outside = await house.visit('/window/statistics', PHONE)
    await outside.page.getByRole('heading', { name: '2026 年 11 月' }).waitFor()
    await outside.page.getByText('数据用于分析研判，不作考核排名').waitFor()
    await expectLegible(outside.page, 'window-statistics-phone')
    expect(outside.problems).toEqual([])
    await outside.page.close()
  }, 60_000)
})
