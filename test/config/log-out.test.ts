import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { expect, test } from 'vitest'

const LOGS = `
import { openLog } from './server/log.ts'
const log = openLog('x')
for (let n = 0; n < 20; n++) {
  log.error('a line')
  await new Promise((done) => setTimeout(done, 5))
}
console.error('alive')
`

/** /dev/full answers every write as a full disk does (full(4)). */
test('a log that cannot be written ends no process', async () => {
  const full = openSync('/dev/full', 'w')
  const child = spawn(process.execPath, ['--input-type=module', '-e', LOGS], { stdio: ['ignore', full, 'pipe'] })
  closeSync(full)
  let said = ''
  child.stderr?.on('data', (text: Buffer) => {
    said += text
    // What waits for room in the log keeps it from ending by itself.
    if (said.includes('alive')) child.kill('SIGKILL')
  })
  await once(child, 'close')
  expect(said).toContain('alive')
})
