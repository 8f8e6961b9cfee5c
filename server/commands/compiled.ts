import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { newest } from './newest.ts'

const SOURCES = ['server', 'collectors', 'config', 'contract', 'package-lock.json']

/**
 * Small young generation and little slack: garbage is collected a little oftener, and the processes stay small. Warm-up,
 * supervisor and children use the same flags, since each set of flags has a compile cache of its own.
 */
export const LEAN_V8 = ['--max-semi-space-size=2', '--heap-growing-percent=20']
/** glibc keeps what eight threads have freed unless told otherwise (mallopt(3)): half of the server's memory. */
export const LEAN: Readonly<Record<string, string>> = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '131072',
  MALLOC_TRIM_THRESHOLD_: '131072',
}

/**
 * Node strips types with a compiler of 18 MB that a process loads once it meets a file that is not in the compile
 * cache. So the cache is filled by a process that ends again, and this one replaces itself by one that uses it.
 * Returns at once when it is such a process already.
 */
export function runCompiled(root: string): void {
  // Once is enough, even when somebody saves a source meanwhile or a file's time lies ahead of the clock.
  if (process.env.SANLING_COMPILED === String(process.pid)) return
  const caches = join(root, 'node_modules/.cache/compiled')
  // A folder for each state of the sources: two starts at once fill the same one, and nobody clears it under the other.
  const state = Math.max(...SOURCES.map((source) => newest(join(root, source))))
  const cache = join(caches, Math.trunc(state).toString(36))
  const env = { ...process.env, ...LEAN, NODE_COMPILE_CACHE: cache, SANLING_COMPILED: String(process.pid) }
  const mark = join(cache, '.filled')
  if (!existsSync(mark)) {
    mkdirSync(cache, { recursive: true })
    const warm = spawnSync(process.execPath, [...LEAN_V8, join(root, 'server/commands/warm.ts')], {
      env,
      stdio: 'ignore',
    })
    // A source that does not even load is reported by the process that needs it.
    if (warm.error === undefined) writeFileSync(mark, '')
    dropOld(caches, cache)
  }
  process.execve?.(process.execPath, [process.execPath, ...LEAN_V8, ...process.argv.slice(1)], env)
}

const OLD_MS = 3_600_000

/** Caches of earlier states. One that another start still uses is left for next time. */
function dropOld(caches: string, own: string): void {
  for (const name of readdirSync(caches)) {
    const folder = join(caches, name)
    try {
      if (folder !== own && statSync(own).mtimeMs - statSync(folder).mtimeMs > OLD_MS)
        rmSync(folder, { recursive: true, force: true })
    } catch {
      // Somebody else was quicker.
    }
  }
}
