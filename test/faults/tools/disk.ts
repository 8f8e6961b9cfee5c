import { spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A small file system of its own (tmpfs with a limit), which can be filled to the last byte. Root on Linux only. */
export interface Disk {
  folder: string
  /** Takes all that is free. @returns bytes */
  fill(): number
  /** Gives it back. */
  free(): void
  close(): void
}

const PREFIX = 'sanling-disk-'
const BALLAST = '.ballast'
const open = new Set<string>()
process.once('exit', () => {
  for (const folder of open) unmount(folder)
})

function unmount(folder: string): void {
  spawnSync('umount', ['-l', folder], { stdio: 'ignore' })
  open.delete(folder)
  try {
    rmdirSync(folder)
  } catch {
    // Still mounted, or gone already.
  }
}

/** Those whose test process was killed. */
function sweep(): void {
  const mounts = readFileSync('/proc/mounts', 'utf8')
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(name.startsWith(PREFIX) ? name.slice(PREFIX.length).split('-')[0] : 0)
    if (pid === 0 || isAlive(pid)) continue
    const folder = join(tmpdir(), name)
    if (mounts.includes(` ${folder} `)) unmount(folder)
    else rmSync(folder, { recursive: true, force: true })
  }
}
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** @param at where; a fresh folder if it is left out · @returns undefined when this machine does not let us */
export function openDisk(megabytes: number, at?: string): Disk | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined
  sweep()
  const folder = at ?? mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`))
  mkdirSync(folder, { recursive: true })
  const args = ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0755`, 'tmpfs', folder]
  if (spawnSync('mount', args, { stdio: 'ignore' }).status !== 0) {
    if (!at) rmdirSync(folder)
    return undefined
  }
  open.add(folder)
  const ballast = join(folder, BALLAST)
  return {
    folder,
    fill() {
      const before = statfsSync(folder)
      const piece = Buffer.alloc(65_536)
      try {
        for (;;) writeFileSync(ballast, piece, { flag: 'a' })
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      }
      return before.bavail * before.bsize
    },
    free: () => rmSync(ballast, { force: true }),
    close: () => unmount(folder),
  }
}
