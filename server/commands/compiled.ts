import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { newest } from './newest.ts'

const SOURCES = ['server', 'collectors', 'config', 'contract', 'package-lock.json']

/**
 * Node strips types with a compiler of 18 MB that a process loads once it meets a file that is not in the compile
 * cache. So the cache is filled by a process that ends again, and this one replaces itself by one that uses it.
 * Returns at once when it is such a process already.
 */
export function runCompiled(root: string): void {
  const cache = join(root, 'node_modules/.cache/compiled')
  const mark = join(cache, '.filled')
  const filled = existsSync(mark) && SOURCES.every((source) => newest(join(root, source)) <= statSync(mark).mtimeMs)
  if (filled && process.env.NODE_COMPILE_CACHE === cache) return
  const env = { ...process.env, NODE_COMPILE_CACHE: cache }
  if (!filled) {
    mkdirSync(cache, { recursive: true })
    const warm = spawnSync(process.execPath, [join(root, 'server/commands/warm.ts')], { env, stdio: 'ignore' })
    // A source that does not even load is reported by the process that needs it.
    if (warm.error === undefined) writeFileSync(mark, '')
  }
  process.execve?.(process.execPath, [process.execPath, ...process.execArgv, ...process.argv.slice(1)], env)
}
