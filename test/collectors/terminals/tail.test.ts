import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cutLines } from '../../../collectors/intake/cut-lines.ts'
import { Tail } from '../../../collectors/intake/tail.ts'
import type { TailCursor } from '../../../collectors/intake/tail-files.ts'
import { temporaryFolder } from '../../services.ts'

/** Golden G4.3–G4.5 of protocols.md: restart, rotation by rename, by copy, compression, half lines. */
class Reader {
  readonly path: string
  readonly got: string[] = []
  lost = 0
  #tail: Tail
  cursor: TailCursor | undefined

  constructor(path: string, from: 'start' | 'end' = 'start') {
    this.path = path
    this.#tail = new Tail(path, undefined, from)
  }

  /** Reads until several looks found nothing. */
  async drain(looks = 8): Promise<void> {
    for (let quiet = 0; quiet < looks; ) {
      const step = await this.#tail.read()
      this.got.push(...(step?.lines ?? []).map((line) => Buffer.from(line).toString('utf8')))
      if (step?.lost) this.lost++
      if (step) this.cursor = step.cursor
      await step?.taken()
      quiet = step?.more ? 0 : quiet + 1
    }
  }

  /** As after kill -9: only the cursor is left. */
  async restart(): Promise<void> {
    await this.#tail.close()
    this.#tail = new Tail(this.path, this.cursor && JSON.parse(JSON.stringify(this.cursor)), 'start')
  }

  close = (): Promise<void> => this.#tail.close()
}

let folders = 0
function log(): { path: string; write(...lines: string[]): void } {
  const folder = join(temporaryFolder('tail'), String(folders++))
  mkdirSync(folder)
  const path = join(folder, 'alerts.json')
  return { path, write: (...lines) => appendFileSync(path, lines.map((line) => `${line}\n`).join('')) }
}
const numbered = (from: number, count: number): string[] =>
  Array.from(
    { length: count },
    (_, n) => `{"id":"${String(from + n).padStart(6, '0')}","text":"报警 of a length that tells files apart"}`,
  )

describe('a log file is followed', () => {
  test('G4.5 a half line waits for its end; CRLF; empty lines', async () => {
    const { path } = log()
    const reader = new Reader(path)
    await reader.drain()
    writeFileSync(path, 'one\r\n\ntw')
    await reader.drain()
    expect(reader.got).toEqual(['one'])
    appendFileSync(path, 'o\nthree\n')
    await reader.drain()
    expect(reader.got).toEqual(['one', 'two', 'three'])
    await reader.close()
  })

  test('G4.3 nothing twice after a restart, nothing of a half line', async () => {
    const { path, write } = log()
    write(...numbered(0, 3))
    appendFileSync(path, 'hal')
    const reader = new Reader(path)
    await reader.drain()
    await reader.restart()
    appendFileSync(path, 'f\n')
    await reader.drain()
    expect(reader.got).toEqual([...numbered(0, 3), 'half'])
    await reader.close()
  })

  test('what was not confirmed comes again', async () => {
    const { path, write } = log()
    write('a', 'b')
    const tail = new Tail(path, undefined, 'start')
    expect((await tail.read())?.lines).toHaveLength(2)
    expect((await tail.read())?.lines).toHaveLength(2)
    await tail.close()
  })

  test('met for the first time it may begin at its end', async () => {
    const { path, write } = log()
    write('old')
    const reader = new Reader(path, 'end')
    await reader.drain()
    write('new')
    await reader.drain()
    expect(reader.got).toEqual(['new'])
    await reader.close()
  })

  test('lines over 64 KiB are refused, those after them are not', async () => {
    const { path, write } = log()
    const tail = new Tail(path, undefined, 'start')
    write('x'.repeat(300_000), 'y'.repeat(70_000), 'good')
    const lines: string[] = []
    let tooLong = 0
    for (let looks = 0; looks < 8; looks++) {
      const step = await tail.read()
      tooLong += step?.tooLong.length ?? 0
      lines.push(...(step?.lines ?? []).map((line) => Buffer.from(line).toString()))
      await step?.taken()
    }
    expect([tooLong, lines]).toEqual([2, ['good']])
    await tail.close()
  })
})

describe('G4.4 rotation loses nothing and doubles nothing', () => {
  test.each(['live', 'down'])('renamed while we are %s', async (how) => {
    const { path, write } = log()
    const reader = new Reader(path)
    write(...numbered(0, 5))
    await reader.drain()
    write(...numbered(5, 5))
    renameSync(path, `${path}.1`)
    if (how === 'down') await reader.restart()
    write(...numbered(10, 5))
    await reader.drain()
    write(...numbered(15, 5))
    await reader.drain()
    expect(reader.got).toEqual(numbered(0, 20))
    expect(reader.lost).toBe(0)
    await reader.close()
  })

  test('the writer still writes to the renamed file for a moment', async () => {
    const { path, write } = log()
    const reader = new Reader(path)
    write(...numbered(0, 3))
    await reader.drain()
    renameSync(path, `${path}.1`)
    writeFileSync(path, '')
    await reader.drain(1)
    appendFileSync(`${path}.1`, `${numbered(3, 1)[0]}\n`)
    await reader.drain()
    write(...numbered(4, 2))
    await reader.drain()
    expect(reader.got).toEqual(numbered(0, 6))
    await reader.close()
  })

  test.each(['live', 'down'])('copied and cut short while we are %s', async (how) => {
    const { path, write } = log()
    const reader = new Reader(path)
    write(...numbered(0, 5))
    await reader.drain()
    write(...numbered(5, 5))
    if (how === 'down') await reader.restart()
    copyFileSync(path, `${path}.1`)
    truncateSync(path, 0)
    write(...numbered(10, 30))
    await reader.drain()
    expect(reader.got).toEqual(numbered(0, 40))
    expect(reader.lost).toBe(0)
    await reader.close()
  })

  test('renamed and compressed while we were away, twice', async () => {
    const { path, write } = log()
    const reader = new Reader(path)
    write(...numbered(0, 5))
    await reader.drain()
    await reader.restart()
    write(...numbered(5, 5))
    compress(path, `${path}.2.gz`, 2000)
    write(...numbered(10, 5))
    compress(path, `${path}.1.gz`, 1000)
    write(...numbered(15, 5))
    await reader.drain()
    expect(reader.got).toEqual(numbered(0, 20))
    expect(reader.lost).toBe(0)
    await reader.close()
  })

  test('Wazuh links the day’s file into a folder of its own', async () => {
    const { path, write } = log()
    const reader = new Reader(path)
    write(...numbered(0, 5))
    await reader.drain()
    await reader.restart()
    write(...numbered(5, 1))
    const day = join(path, '../2026/Nov')
    mkdirSync(day, { recursive: true })
    renameSync(path, join(day, 'ossec-alerts-24.json'))
    write(...numbered(6, 2))
    await reader.drain()
    expect(reader.got).toEqual(numbered(0, 8))
    await reader.close()
  })

  test('the rotated file is gone: said, and the new one is read', async () => {
    const { path, write } = log()
    const reader = new Reader(path)
    write(...numbered(0, 5))
    await reader.drain()
    await reader.restart()
    rmSync(path)
    write(...numbered(10, 2))
    await reader.drain()
    expect(reader.got).toEqual([...numbered(0, 5), ...numbered(10, 2)])
    expect(reader.lost).toBe(1)
    await reader.close()
  })

  test('any order of writing, looking, rotating, restarting', async () => {
    const step = fc.constantFrom('write', 'write', 'half', 'look', 'look', 'rename', 'copy', 'gzip', 'restart')
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const { path } = log()
        const reader = new Reader(path)
        const sent: string[] = []
        let rotations = 0
        let half = ''
        // A disk's clock ticks coarsely; ours does not.
        let clock = Math.floor(Date.now() / 1000) - 1000
        const put = (text: string) => {
          appendFileSync(path, text)
          utimesSync(path, clock, clock)
        }
        const finishHalf = () => {
          if (half !== '') put(`${half.slice(40)}\n`)
          half = ''
        }
        for (const what of steps) {
          clock++
          if (what === 'look') await reader.drain()
          else if (what === 'restart') await reader.restart()
          else if (what === 'write' || what === 'half') {
            finishHalf()
            const [next = ''] = numbered(sent.length, 1)
            sent.push(next)
            put(what === 'write' ? `${next}\n` : next.slice(0, 40))
            if (what === 'half') half = next
            // A log that was never looked into is not looked for among the rotated.
            if (sent.length === 1) await reader.drain()
          } else if (existsSync(path) && statSync(path).size > 0) {
            finishHalf()
            const to = `${path}.${++rotations}`
            if (what === 'rename') renameSync(path, to)
            else if (what === 'gzip') compress(path, `${to}.gz`)
            else {
              // A file that was never seen before it was copied and emptied cannot be known again.
              await reader.drain()
              const [unread = ''] = numbered(sent.length, 1)
              sent.push(unread)
              put(`${unread}\n`)
              copyFileSync(path, to)
              utimesSync(to, clock, clock)
              truncateSync(path, 0)
            }
          }
        }
        finishHalf()
        // A renamed log is read on once there is a new one: its writer may not have left it yet.
        put('end\n')
        await reader.drain()
        await reader.close()
        expect(reader.got).toEqual([...sent, 'end'])
        expect(reader.lost).toBe(0)
      }),
      { numRuns: 60 },
    )
  })
})

/** As gzip does: the time stays. */
function compress(path: string, to: string, secondsAgo = 0): void {
  const at = statSync(path).mtimeMs / 1000 - secondsAgo
  writeFileSync(to, gzipSync(readFileSync(path)))
  utimesSync(to, at, at)
  rmSync(path)
}

test('lines come out as they were written, however they are read', () => {
  const line = fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => text.replaceAll(/[\n\r]/g, ' '))
  fc.assert(
    fc.property(fc.array(line), fc.integer({ min: 1, max: 50 }), (lines, size) => {
      const bytes = Buffer.from(lines.map((one) => `${one}\n`).join(''))
      const got: string[] = []
      let held = Buffer.alloc(0)
      for (let at = 0; at < bytes.length; at += size) {
        held = Buffer.concat([held, bytes.subarray(at, at + size)])
        const cut = cutLines(held, { whole: false, skipping: false })
        got.push(...cut.lines.map((one) => Buffer.from(one).toString('utf8')))
        held = held.subarray(cut.used)
      }
      expect(got).toEqual(lines.filter((one) => one !== ''))
      expect(held).toHaveLength(0)
    }),
  )
})
