import { mkdirSync, readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mqtt from 'mqtt'
import { type Browser, chromium, type Page } from 'playwright-core'
import { type Demo, Product, ROOT } from '../commands/product.ts'
import type { Measures } from '../pictures/measures.ts'

/** The measuring code of the wall's pictures, put into the product's own pages from outside. */
const MEASURE = `${stripTypeScriptTypes(readFileSync(join(ROOT, 'test/web/pictures/measure.ts'), 'utf8')).replaceAll(/^export /gm, '')}
install()`
export const SHOTS = process.env.SANLING_PICTURES ?? join(tmpdir(), 'sanling-pictures')

export interface Visitor {
  page: Page
  /** Console errors and requests that leave the host. */
  problems: string[]
}

/** The whole product as a newcomer has it, and one browser. */
export class House {
  readonly product: Product
  demo: Demo = { url: '', wallUrl: '', mqtt: { url: '', username: '', password: '' }, accounts: [] }
  #browser: Browser | undefined
  constructor(env: Record<string, string> = { SANLING_SPEED: '1' }) {
    this.product = new Product({ env })
  }

  async open(): Promise<void> {
    mkdirSync(SHOTS, { recursive: true })
    const [demo, browser] = await Promise.all([
      this.product.launch().ready(),
      chromium.launch({
        executablePath: process.env.SANLING_CHROMIUM ?? '/usr/bin/chromium',
        args: [
          '--no-sandbox',
          '--force-color-profile=srgb',
          '--font-render-hinting=none',
          '--autoplay-policy=no-user-gesture-required',
        ],
      }),
    ])
    this.demo = demo
    this.#browser = browser
  }
  async close(): Promise<void> {
    await this.#browser?.close()
    await this.product.stop()
  }

  async visit(path: string, size = { width: 1440, height: 900 }): Promise<Visitor> {
    if (!this.#browser) throw new Error('the house is not open')
    const context = await this.#browser.newContext({ viewport: size })
    await context.addInitScript({ content: MEASURE })
    const page = await context.newPage()
    const problems: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text())
    })
    page.on('pageerror', (error) => problems.push(String(error)))
    page.on('request', (request) => {
      if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(this.demo.url))
        problems.push(`leaves the host: ${request.url()}`)
    })
    await page.goto(path.startsWith('http') ? path : `${this.demo.url}${path}`)
    return { page, problems }
  }
  account(role: string): Demo['accounts'][number] {
    const found = this.demo.accounts.find(({ roles }) => roles.includes(role))
    if (!found) throw new Error(`no account for ${role}`)
    return found
  }
  async signedIn(role: string, path: string, size?: { width: number; height: number }): Promise<Visitor> {
    const visitor = await this.visit(`/login?next=${encodeURIComponent(path)}`, size)
    await signIn(visitor.page, this.account(role))
    await visitor.page.waitForURL((url) => url.pathname.startsWith(new URL(path, url).pathname))
    return visitor
  }

  /** What a collector would send, as the demo's probe. */
  async publish(domain: string, type: string, payload: string): Promise<void> {
    const { url, username, password } = this.demo.mqtt
    const client = await mqtt.connectAsync(url, { username, password })
    await client.publishAsync(`jc/v1/demo/${domain}/probe/evt/${type}`, payload, { qos: 1 })
    await client.endAsync()
  }
}

export async function signIn(page: Page, { username, password }: { username: string; password: string }) {
  await page.fill('#username', username)
  await page.fill('#password', password)
  await page.click('button[type=submit]')
}

/** Fonts there, nothing loading. */
export async function settled(page: Page): Promise<void> {
  await page.locator('.desk main > *, .desk.login').first().waitFor()
  await page.locator('[data-state=loading]').first().waitFor({ state: 'detached' })
  await page.evaluate('document.fonts.ready')
}

export const measureDesk = (page: Page) => page.evaluate('measureDesk()') as Promise<Measures>

export const event = (
  type: string,
  object: string | undefined,
  data: object = {},
  id = `probe-${crypto.randomUUID()}`,
) => ({
  v: 1,
  id,
  type,
  site: 'demo',
  collector: 'probe',
  ...(object ? { object } : {}),
  observed_at: new Date().toISOString(),
  data,
})
