import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { build } from 'vite'
import { browserAlias, woff2Only } from '../../vite.config.ts'

/** The page of the pictures is built apart from the product and served on loopback under the product's own CSP. */
const ROOT = fileURLToPath(new URL('../web/pictures', import.meta.url))
const CSP =
  "default-src 'self'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; object-src 'none'"
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.woff2': 'font/woff2',
  '.svg': 'image/svg+xml',
}

export interface Studio {
  /** Opens one scene; throws nothing itself, `problems` collects console errors and requests that leave the host. */
  open(scene: string, size: { width: number; height: number }): Promise<{ page: Page; problems: string[] }>
  close(): Promise<void>
}

export async function openStudio(): Promise<Studio> {
  const dist = await mkdtemp(join(tmpdir(), 'sanling-pictures-'))
  await build({
    configFile: false,
    root: ROOT,
    logLevel: 'error',
    plugins: [woff2Only(), vue()],
    resolve: { alias: browserAlias },
    build: { outDir: dist, emptyOutDir: true, assetsInlineLimit: 0, minify: false, modulePreload: { polyfill: false } },
  })
  const { server, url } = await serve(dist)
  const browser = await launch()
  const context = await browser.newContext({ deviceScaleFactor: 1 })
  return {
    open: (scene, size) => openScene(context, `${url}/?scene=${scene}`, url, size),
    async close() {
      await browser.close()
      server.close()
      await rm(dist, { recursive: true, force: true })
    },
  }
}

const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env.SANLING_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--force-color-profile=srgb', '--font-render-hinting=none'],
  })

async function openScene(
  context: BrowserContext,
  address: string,
  own: string,
  size: { width: number; height: number },
) {
  const page = await context.newPage()
  await page.setViewportSize(size)
  const problems: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text())
  })
  page.on('pageerror', (error) => problems.push(String(error)))
  page.on('request', (request) => {
    if (!request.url().startsWith(own)) problems.push(`leaves the host: ${request.url()}`)
  })
  await page.goto(address)
  await page.waitForSelector('.wall', { timeout: 10_000 }).catch((error: unknown) => {
    throw new Error(`${address}: ${problems.join('; ')}`, { cause: error })
  })
  await page.evaluate('document.fonts.ready')
  await page.waitForTimeout(100)
  return { page, problems }
}

function serve(root: string): Promise<{ server: Server; url: string }> {
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    const file = join(root, normalize(path === '/' ? '/index.html' : path))
    try {
      const body = await readFile(file)
      response.writeHead(200, {
        'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
        'content-security-policy': CSP,
        'cache-control': 'max-age=3600',
      })
      response.end(body)
    } catch {
      response.writeHead(404).end()
    }
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve({ server, url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}` })
    })
  })
}
