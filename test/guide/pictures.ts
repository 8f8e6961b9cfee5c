/** `npm run guide`: takes the pictures of docs/guide from the running product, each page as its reader sees it. */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { House } from '../desk/browser.ts'
import { PICTURES, readGuide } from './parse.ts'
import { missingWords, Visits } from './visits.ts'

/** The simulated office has people at their desks by then. */
const LIVED_MS = Number(process.env.SANLING_GUIDE_WAIT_MS ?? 60_000)

const house = new House()
const visits = new Visits(house)
let failed = 0
try {
  await house.open()
  await new Promise((resolve) => setTimeout(resolve, LIVED_MS))
  rmSync(PICTURES, { recursive: true, force: true })
  mkdirSync(PICTURES, { recursive: true })
  const shown = new Set(readGuide().flatMap(({ links }) => links))
  for (const one of readGuide().flatMap(({ pages }) => pages)) {
    const page = await visits.open(one)
    const missing = await missingWords(page, one.words)
    if (missing.length > 0) console.error(`${one.file} ${one.path}：页面上没有 ${missing.join('、')}`)
    failed += missing.length
    if (!one.picture || !shown.has(`pictures/${one.picture}.jpg`)) continue
    await page.screenshot({ path: join(PICTURES, `${one.picture}.jpg`), type: 'jpeg', quality: 78 })
    console.log(`${one.picture}.jpg`)
  }
} finally {
  await visits.close()
  await house.close()
}
process.exitCode = failed > 0 ? 1 : 0
