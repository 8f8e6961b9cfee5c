import type { Page } from 'playwright-core'
import { type House, settled, signIn } from '../desk/browser.ts'
import type { GuidePage } from './parse.ts'

/** Everything on a page that a person can read: its texts, and what stands in fields, tips and labels. */
const READABLE = `(() => {
  const attributes = ['placeholder', 'title', 'aria-label']
  const spoken = [...document.querySelectorAll(attributes.map((name) => '[' + name + ']').join())]
  return [document.body.innerText, ...spoken.flatMap((one) => attributes.map((name) => one.getAttribute(name) ?? ''))].join(' ')
})()`
const WAIT_MS = 20_000

/** The words that do not come to stand on the page. */
export async function missingWords(page: Page, words: readonly string[]): Promise<string[]> {
  const end = performance.now() + WAIT_MS
  for (;;) {
    const text = String(await page.evaluate(READABLE)).replaceAll(/\s/g, '')
    const missing = words.filter((word) => !text.includes(word.replaceAll(/\s/g, '')))
    if (missing.length === 0 || performance.now() > end) return missing
    await page.waitForTimeout(200)
  }
}

/** One browser context for each role, signed in once. */
export class Visits {
  readonly #house: House
  readonly #pages = new Map<string, Page>()

  constructor(house: House) {
    this.#house = house
  }

  async open({ role, path }: Pick<GuidePage, 'role' | 'path'>): Promise<Page> {
    const page = this.#pages.get(role) ?? (await this.#enter(role))
    this.#pages.set(role, page)
    await page.goto(role === 'wall' ? this.#house.demo.wallUrl : `${this.#house.demo.url}${path}`)
    if (role !== 'wall' && role !== 'public') await settled(page)
    return page
  }

  async #enter(role: string): Promise<Page> {
    if (role === 'wall') return (await this.#house.visit(this.#house.demo.wallUrl, { width: 1920, height: 1080 })).page
    if (role === 'public') return (await this.#house.visit('/window')).page
    const { page } = await this.#house.visit('/login')
    await signIn(page, this.#house.account(role))
    await page.waitForURL('**/desk/**')
    return page
  }

  async close(): Promise<void> {
    for (const page of this.#pages.values()) await page.context().close()
    this.#pages.clear()
  }
}
