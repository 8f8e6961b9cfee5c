import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from '../commands/product.ts'
import { House } from '../desk/browser.ts'
import { GUIDE, type GuideExample, readGuide } from './parse.ts'
import { missingWords, Visits } from './visits.ts'

const guide = readGuide()
const pages = guide.flatMap((file) => file.pages)
const examples = guide.flatMap((file) => file.examples)

describe('the guide', () => {
  it('speaks to each kind of reader, from one page', () => {
    expect(guide.map(({ name }) => name)).toEqual([
      'README.zh-CN.md',
      'administrators.zh-CN.md',
      'case-management.zh-CN.md',
      'leader.zh-CN.md',
      'operations.zh-CN.md',
      'prosecutor.zh-CN.md',
      'security-officer.zh-CN.md',
    ])
    for (const { name, text } of guide.filter(({ name }) => name !== 'README.zh-CN.md'))
      expect([name, [...text.matchAll(/^## (.*)$/gm)].map((match) => match[1])]).toEqual([
        name,
        ['一页上手', '怎么做', '查阅'],
      ])
  })
  it('leads nowhere that is not there', () => {
    const broken = guide.flatMap(({ name, links }) =>
      links.filter((link) => !existsSync(join(GUIDE, link))).map((link) => `${name}: ${link}`),
    )
    expect(broken).toEqual([])
  })
  it('has a page behind each picture, and names words of every page', () => {
    const made = new Set(pages.map(({ picture }) => `pictures/${picture}.jpg`))
    const shown = guide.flatMap(({ links }) => links.filter((link) => link.startsWith('pictures/')))
    expect(shown.filter((link) => !made.has(link))).toEqual([])
    expect(pages.filter(({ words }) => words.length === 0).map(({ path }) => path)).toEqual([])
  })
})

describe('against the running product', () => {
  const house = new House()
  const out = mkdtempSync(join(tmpdir(), 'sanling-guide-'))
  const visits = new Visits(house)
  beforeAll(() => house.open(), 90_000)
  afterAll(async () => {
    await visits.close()
    await house.close()
    rmSync(out, { recursive: true, force: true })
  }, 30_000)

  it.each(pages.map((page) => [`${page.role} ${page.path}`, page] as const))('%s says so', async (_, page) => {
    expect(await missingWords(await visits.open(page), page.words)).toEqual([])
  })

  it.each(examples.map((one) => [`${one.file}:${one.line}`, one] as const))(
    '%s runs',
    async (_, one) => {
      const said = await run(one)
      for (const line of one.contains) expect(said).toContain(line)
    },
    180_000,
  )

  async function run({ script }: GuideExample): Promise<string> {
    const tokens = house.demo.accounts.map(({ username, token }) => [
      `TOKEN_${username.replaceAll('-', '_').toUpperCase()}`,
      token,
    ])
    const env = {
      ...process.env,
      ...Object.fromEntries(tokens),
      PATH: [join(ROOT, 'node_modules/.bin'), process.env.PATH].join(delimiter),
      URL: house.demo.url,
      OUT: out,
      SANLING_DATA: house.product.dataDir,
    }
    const { stdout, stderr } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], { cwd: ROOT, env })
    return stdout + stderr
  }
})
