import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { House, measureDesk, SHOTS } from './browser.ts'

/** Assisted handling in a real browser: papers in, read, opened at their place, decided, drafted, listed, shown in court. */
const house = new House({ SANLING_OFFICE: 'off' })
let id = ''
let page: Page
let problems: string[] = []
beforeAll(async () => {
  await house.open()
  const { token } = house.account('prosecutor')
  const cases = async () => {
    const answer = await fetch(`${house.demo.url}/api/v1/assist/cases?limit=10`, {
      headers: { authorization: `Bearer ${token}` },
    })
    return ((await answer.json()) as { items: { id: string }[] }).items
  }
  // The office's register is on its way through the collectors.
  await vi.waitUntil(async () => (await cases()).length > 0, { timeout: 60_000, interval: 300 })
  id = (await cases())[0]?.id ?? ''
  const visitor = await house.signedIn('prosecutor', `/desk/assist/${id}?view=files`)
  page = visitor.page
  problems = visitor.problems
}, 150_000)
afterAll(() => house.close(), 30_000)

const record = (kind: string, who: string, text: string) =>
  `${kind}笔录\n时间：2026年3月8日9时\n${kind === '讯问' ? '犯罪嫌疑人' : '被询问人'}：${who}，系被害人\n问：经过？\n答：${text}`
const PAPERS = [
  record('讯问', '王强', '2026年3月5日凌晨2点，我在光明路便民超市撬锁偷了现金3000元。'),
  record('询问', '李四', '2026年3月5日凌晨2点，我在光明路便民超市被盗，丢了现金9000元。'),
]
async function expectLegible(name: string): Promise<void> {
  for (const [width, height] of [
    [1440, 900],
    [1920, 1080],
  ] as const) {
    await page.setViewportSize({ width, height })
    await page.screenshot({ path: join(SHOTS, `assist-${name}-${width}.png`) })
    const { texts, overflows } = await measureDesk(page)
    expect(texts.length).toBeGreaterThan(5)
    expect(texts.filter(({ px }) => px < 14)).toEqual([])
    expect(texts.filter(({ contrast }) => contrast < 4.5)).toEqual([])
    expect(overflows).toEqual([])
  }
}

describe('a case', () => {
  it('has its papers read; what is suggested opens at its place and is decided', async () => {
    await page.getByText('还没有卷宗文件').waitFor()
    const files = PAPERS.map((text, n) => ({
      name: `笔录${n + 1}.txt`,
      mimeType: 'text/plain',
      buffer: Buffer.from(text),
    }))
    await page.setInputFiles('#files', files)
    await page.getByRole('cell', { name: '笔录2.txt' }).waitFor()
    await page.getByRole('button', { name: '开始阅卷' }).click()
    await page.getByRole('button', { name: '重新阅卷' }).waitFor({ timeout: 60_000 })
    await expectLegible('files')
    await page.getByRole('button', { name: /^矛盾点/ }).click()
    await page
      .getByText('“9000元”')
      .or(page.locator('q', { hasText: '9000元' }))
      .first()
      .click()
    await page.locator('aside mark').waitFor()
    expect(await page.locator('aside mark').textContent()).toBe('9000元')
    expect(new URL(page.url()).searchParams.get('at')).toMatch(/~\d+~\d+$/)
    await expectLegible('contradictions')
    const article = page.locator('article', { hasText: '9000' })
    await article.getByRole('button', { name: '采用', exact: true }).click()
    await article.locator('[aria-pressed=true]', { hasText: '采用' }).waitFor()
    await page.keyboard.press('Escape')
    await page.locator('aside mark').waitFor({ state: 'detached' })
    for (const view of ['时间线', '人物与事实', '目录']) {
      await page.getByRole('button', { name: new RegExp(`^${view}`) }).click()
      await page.locator(`.tabs [aria-pressed=true]`, { hasText: view }).waitFor()
      await expectLegible(view)
    }
  }, 90_000)

  it('is drafted: values lead to their source, blanks are filled as a new version', async () => {
    await page.getByRole('button', { name: '文书初稿' }).click()
    await page.getByLabel('文书模板').selectOption('indictment')
    await page.getByRole('button', { name: '起草' }).click()
    await page.locator('.slot', { hasText: '【待填：审判机关】' }).first().click()
    await page.getByLabel('填写 审判机关').fill('示例区人民法院')
    await page.getByRole('button', { name: '存为新版' }).click()
    await page.locator('.slot.hand', { hasText: '示例区人民法院' }).first().waitFor()
    await page.locator('.slot', { hasText: '2026年3月5日2时' }).first().click()
    await page.getByLabel('栏目 作案时间').getByText('阅卷结果').waitFor()
    await expectLegible('draft')
    const href = await page.getByRole('link', { name: '下载 .docx' }).getAttribute('href')
    const file = await page.request.get(`${house.demo.url}${href}`)
    expect(file.status()).toBe(200)
    expect((await file.body()).subarray(0, 2).toString()).toBe('PK')
  }, 90_000)

  it('has similar cases looked for, and says when there are none', async () => {
    await page.getByRole('button', { name: '类案参考' }).click()
    await page.getByLabel('罪名').fill('盗窃')
    await page.getByRole('button', { name: '查找' }).click()
    await page.getByText('没有同罪名的案件').waitFor()
    expect(new URL(page.url()).searchParams.get('charge')).toBe('盗窃')
    await expectLegible('similar')
  }, 60_000)

  it('has its exhibits taken up, saved, and shown full screen by keys alone', async () => {
    await page.getByRole('button', { name: '举证清单' }).click()
    await page.getByLabel('建议清单').getByRole('button', { name: '采用', exact: true }).click()
    await page.getByRole('button', { name: '保存清单' }).click()
    await page.getByRole('link', { name: '下载 .docx' }).waitFor()
    await expectLegible('exhibits')
    await page.getByRole('button', { name: '出示' }).click()
    const show = page.getByRole('dialog', { name: '出示证据' })
    await show.getByText('1 / 2').waitFor()
    await page.keyboard.press('ArrowRight')
    await show.getByText('2 / 2').waitFor()
    await show.getByText('偷了现金3000元').waitFor()
    expect(new URL(page.url()).searchParams.get('show')).toBe('2')
    await expectLegible('show')
    await page.keyboard.press('g')
    await show.getByRole('navigation', { name: '证据目录' }).waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await show.waitFor({ state: 'detached' })
    expect(problems).toEqual([])
  }, 90_000)

  it('is nobody’s who may not open it', async () => {
    const other = await house.signedIn('case-management', `/desk/assist/${id}`)
    await other.page.locator('[data-state=denied]').first().waitFor()
    await other.page.close()
    const judged = await house.signedIn('case-management', '/desk/judged')
    await judged.page.getByText('类案库是空的').waitFor()
    await judged.page.close()
  }, 60_000)
})
