import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Lock {
  release(): void
}

const TRY_EVERY_MS = 100

/**
 * One process at a time per data folder and name. The lock is the operating system's, taken through SQLite: it falls
 * with the process, also by kill -9, and leaves nothing to clean up.
 * @returns undefined when somebody else still holds it after `waitMs`
 */
export async function takeLock(dataDir: string, name: string, waitMs: number): Promise<Lock | undefined> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const end = performance.now() + waitMs
  for (;;) {
    const lock = tryLock(join(dataDir, `${name}.lock`))
    if (lock) return lock
    if (performance.now() > end) return undefined
    await sleep(TRY_EVERY_MS)
  }
}

function tryLock(file: string): Lock | undefined {
  const db = new DatabaseSync(file)
  try {
    db.exec('PRAGMA journal_mode=DELETE; BEGIN EXCLUSIVE')
    return { release: () => db.close() }
  } catch (error) {
    db.close()
    // 5 = SQLITE_BUSY; anything else (no room, no right) is not somebody else's lock.
    if ((error as { errcode?: number }).errcode === 5) return undefined
    throw error
  }
}
