import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { boundLog } from '../../server/commands/child.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sanling-log-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('a log stays within its bound while another process goes on writing, and its lines stay whole', async () => {
  const file = join(folder, 'server.log')
  const handle = openSync(file, 'a', 0o600)
  // As the children write: appending to a handle of their own.
  const lines = 'let n = 0; setInterval(() => process.stdout.write("line " + n++ + " ".repeat(200) + "end\\n"), 1)'
  const child = spawn(process.execPath, ['-e', lines], { stdio: ['ignore', handle, 'inherit'] })
  try {
    const size = () => statSync(file).size
    for (let cut = 0; cut < 3; cut++) {
      await expect.poll(size, { timeout: 30_000 }).toBeGreaterThan(20_000)
      expect(boundLog(file, 20_000)).toBe(true)
    }
    await expect.poll(size, { timeout: 30_000 }).toBeGreaterThan(1000)
    expect(boundLog(file, 1_000_000)).toBe(false)
    // It begins with a line, not with the hole that a writer without appending would leave.
    expect(readFileSync(file, 'utf8')).toMatch(/^line \d+ +end\n/)
    expect(statSync(`${file}.1`).mode & 0o777).toBe(0o600)
  } finally {
    child.kill('SIGKILL')
  }
}, 240_000)

it('where the copy cannot be made the old lines go: a log must not fill the disk', () => {
  const file = join(folder, 'server.log')
  writeFileSync(file, 'x'.repeat(100))
  // Something in its place that cannot be written over refuses the copy as a full disk does.
  const gone = join(folder, 'gone')
  symlinkSync(join(gone, 'nowhere'), `${file}.1`)
  expect(boundLog(file, 50)).toBe(true)
  expect([statSync(file).size, existsSync(`${file}.1`)]).toEqual([0, false])
  expect(boundLog(join(folder, 'none'), 50)).toBe(false)
})
