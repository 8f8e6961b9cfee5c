import { spawnSync } from 'node:child_process'
import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../../services.ts'

/** Shifts the clock and breaks the disk of running processes (shim.c). Linux with a C compiler only. */
export interface Shim {
  /** For the processes concerned. */
  env: Record<string, string>
  /** Their wall clock runs so far ahead (negative: behind), at once. */
  shiftClock(ms: number): void
  /** The n-th write or fsync of a database from now on fails with EIO, and `inRow - 1` after it. */
  breakDisk(nth: number, inRow: number): void
  /** Calls that were made to fail since the last `breakDisk`. */
  broken(): number
  close(): void
}

const BYTES = 8
const [SHIFT, COUNTDOWN, BROKEN, DONE] = [0, 1, 2, 3]

export const hasCompiler = (): boolean => spawnSync('cc', ['--version'], { stdio: 'ignore' }).status === 0

/** @param under folder of the databases that may break */
export function openShim(under: string): Shim {
  const folder = temporaryFolder('shim')
  const library = join(folder, 'shim.so')
  const built = spawnSync('cc', ['-O1', '-shared', '-fPIC', '-o', library, join(import.meta.dirname, 'shim.c'), '-ldl'])
  if (built.status !== 0) throw new Error(`cc：${built.stderr}`)
  const file = join(folder, 'page')
  const fd = openSync(file, 'w+')
  const put = (place: number, value: number): void => {
    const bytes = Buffer.alloc(BYTES)
    bytes.writeBigInt64LE(BigInt(value))
    writeSync(fd, bytes, 0, BYTES, place * BYTES)
  }
  for (const place of [SHIFT, COUNTDOWN, BROKEN, DONE]) put(place, 0)
  return {
    env: { LD_PRELOAD: library, SHIM_PAGE: file, SHIM_UNDER: under },
    shiftClock: (ms) => put(SHIFT, ms),
    breakDisk(nth, inRow) {
      put(DONE, 0)
      put(BROKEN, inRow)
      put(COUNTDOWN, nth)
    },
    broken() {
      const bytes = Buffer.alloc(BYTES)
      readSync(fd, bytes, 0, BYTES, DONE * BYTES)
      return Number(bytes.readBigInt64LE())
    },
    close: () => closeSync(fd),
  }
}
