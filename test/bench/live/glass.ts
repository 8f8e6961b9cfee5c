/** A wall in a real browser that notes when each event was on the glass. */
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'

const WATCH = join(import.meta.dirname, 'watch.js')
export type Seen = readonly (readonly [occurrences: number, at: number])[]

export interface Glass {
  page: Page
  /** How many occurrences the wall shows, and since when; only moments at which each card is shown or counted. */
  seen(): Promise<Seen>
  close(): Promise<void>
}

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env.SANLING_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--force-color-profile=srgb', '--font-render-hinting=none'],
  })

export async function openGlass(browser: Browser, url: string, ready: string): Promise<Glass> {
  const context = await browser.newContext({ viewport: { width: 1920, height: 1080 }, deviceScaleFactor: 1 })
  const page = await context.newPage()
  await page.addInitScript({ path: WATCH })
  await page.goto(url)
  await page.waitForSelector(ready, { state: 'attached', timeout: 60_000 })
  await page.evaluate('document.fonts.ready')
  return { page, seen: () => page.evaluate('window.benchSeen') as Promise<Seen>, close: () => context.close() }
}

/** Milliseconds from publishing to the glass, event by event. @throws when one was never seen */
export function delays(published: readonly number[], seen: Seen): number[] {
  let from = 0
  return published.map((at, n) => {
    while (from < seen.length && (seen[from]?.[0] ?? 0) < n + 1) from += 1
    const shown = seen[from]
    if (!shown) throw new Error(`event ${n + 1} of ${published.length} never came on the glass`)
    return shown[1] - at
  })
}
