import { spawn } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { takeLock } from './lock.ts'
import { newest } from './newest.ts'

/** What a page is made of. */
const SOURCES = ['web', 'contract', 'docs/guide', 'vite.config.ts', 'package-lock.json']

/** True when a source is newer than the built pages, or there are none. */
export function webIsStale(root: string): boolean {
  const built = join(root, 'web/dist/index.html')
  if (!existsSync(built)) return true
  const at = statSync(built).mtimeMs
  return SOURCES.some((source) => newest(join(root, source)) > at)
}

const BUILD_MS = 120_000

/**
 * Builds the pages in a process of its own, unless somebody else has just done so.
 * @throws Error in Chinese with the last lines of what vite said
 */
export async function buildWeb(root: string): Promise<void> {
  const lock = await takeLock(join(root, 'node_modules/.cache'), 'web', BUILD_MS)
  try {
    if (webIsStale(root)) await runVite(root)
  } finally {
    lock?.release()
  }
}

function runVite(root: string): Promise<void> {
  const vite = join(root, 'node_modules/vite/bin/vite.js')
  const child = spawn(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4000)
    })
  return new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new Error(`网页构建无法启动：${error.message}`)))
    child.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`网页构建失败（npm run build 可重现）：\n${said.trim()}`)),
    )
  })
}
