import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { textOf } from '../../server/disclosure/files/flat.ts'
import { readFile as readDocument } from '../../server/disclosure/files/read.ts'
import { PARTIES, TEXT } from '../disclosure/house.ts'
import { House, measureDesk, SHOTS } from './browser.ts'

/** A document goes through five pairs of hands in a real browser: import, review, export, recheck, publication, withdrawal. */
const house = new House({ SANLING_OFFICE: 'off' })
beforeAll(() => house.open(), 90_000)
afterAll(() => house.close(), 30_000)

async function expectLegible(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(SHOTS, `desk-${name}.png`) })
  const { texts, overflows } = await measureDesk(page)
  expect(texts.length).toBeGreaterThan(5)
  expect(texts.filter(({ px }) => px < 14)).toEqual([])
  expect(texts.filter(({ contrast }) => contrast < 4.5)).toEqual([])
  expect(overflows).toEqual([])
}
const WORDS = { defendant: '被告人', victim: '被害人', witness: '证人' } as Record<string, string>

describe('a document', () => {
  let path = ''

  it('is handed in by a prosecutor', async () => {
    const { page, problems } = await house.signedIn('prosecutor', '/desk/disclosure')
    await page.goto(`${house.demo.url}/desk/disclosure/new`)
    await page.setInputFiles('#file', { name: '起诉书.txt', mimeType: 'text/plain', buffer: Buffer.from(TEXT) })
    await page.getByText('已读出').waitFor()
    await page.fill('#title', '王五伤害张三案起诉书')
    await page.fill('#ready', '2026-01-05')
    await page.fill('#parties', PARTIES.map(({ name, role }) => `${WORDS[role]} ${name}`).join('\n'))
    await expectLegible(page, 'disclosure-submit')
    await page.getByRole('button', { name: '提交审核' }).click()
    await page.locator('.state .tag', { hasText: '待审核' }).waitFor()
    path = new URL(page.url()).pathname
    expect(problems).toEqual([])
    await page.close()
  }, 60_000)

  it('passes review, export, recheck and publication, each by another', async () => {
    const act = async (role: string, work: (page: Page) => Promise<void>, state: string) => {
      const { page, problems } = await house.signedIn(role, path)
      await page.getByLabel('对照').waitFor()
      await work(page)
      await page.locator('.state .tag', { hasText: state }).waitFor()
      expect(problems).toEqual([])
      await page.close()
    }
    await act(
      'department-head',
      async (page) => {
        await page.getByRole('button', { name: '符合公开范围' }).click()
        await page.getByRole('button', { name: '同意公开', exact: true }).click()
      },
      '待导出',
    )
    await act('case-management', (page) => page.getByRole('button', { name: '导出副本' }).click(), '待复核')
    await act(
      'inspection',
      async (page) => {
        await page.getByText('副本已读回，未发现残留').waitFor()
        await expectLegible(page, 'disclosure-recheck')
        await page.getByRole('button', { name: '逐段对照' }).click()
        await page.getByRole('button', { name: '复核通过' }).click()
      },
      '待发布',
    )
    await act(
      'deputy-chief',
      (page) => page.getByRole('button', { name: '发布', exact: true }).last().click(),
      '已发布',
    )
  }, 120_000)

  it('is read by everybody without a name in it, until it is withdrawn', async () => {
    const { page } = await house.visit('/public/documents')
    const link = page.getByRole('link', { name: '王五伤害张某案起诉书' })
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()])
    const format = download.suggestedFilename().endsWith('.pdf') ? 'pdf' : 'docx'
    const text = textOf(await readDocument(await readFile(await download.path()), format))
    expect(text).toContain('被告人王五')
    expect(text).not.toContain('张三')
    expect(text.replaceAll(/\s/g, '')).not.toContain('欧阳修文')
    await expectLegible(page, 'public-documents')
    const officer = await house.signedIn('case-management', path)
    await officer.page.getByRole('button', { name: '当事人提出异议' }).click()
    await officer.page.getByRole('button', { name: '立即撤回', exact: true }).click()
    await officer.page.locator('.state .tag', { hasText: '已撤回' }).waitFor()
    await officer.page.close()
    await page.reload()
    await page.getByText('暂无公开的文书').waitFor()
    await page.close()
  }, 60_000)
})
