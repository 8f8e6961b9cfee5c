import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { entryHash, GENESIS } from '../../contract/chain.ts'
import { temporaryFolder } from '../services.ts'
import { ROOT } from './product.ts'

const run = promisify(execFile)
/** `npm run verify -- …` as its script runs it: what it says and how it ends. */
async function verify(...args: string[]): Promise<{ code: number; said: string }> {
  try {
    const { stdout } = await run(process.execPath, ['server/commands/verify.ts', ...args], { cwd: ROOT })
    return { code: 0, said: stdout }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, said: stdout + stderr }
  }
}
const folder = temporaryFolder('verify')
const file = (name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}
const vector = JSON.parse(readFileSync(join(ROOT, 'test/fixtures/draw-vector.json'), 'utf8')) as { entries: object[] }
const draws = `${vector.entries.map((entry) => JSON.stringify(entry)).join('\n')}\n`

it('repeats the test vector of the draw, and names the entry of a changed byte', async () => {
  expect(await verify('draws', file('draws.ndjson', draws))).toMatchObject({ code: 0 })
  const changed = file('changed.ndjson', draws.replace(/"counter":\d+/, '"counter":9'))
  const { code, said } = await verify('draws', changed)
  expect(code).toBe(1)
  expect(said).toContain('第 4 条')
})
it('follows a review chain, and names the step that does not follow', async () => {
  const lines: string[] = []
  let prev = GENESIS
  const add = async (type: string, body: Record<string, unknown>) => {
    const entry = { seq: lines.length + 1, at: '2026-11-24T01:00:00.000Z', type, prev, body }
    prev = await entryHash(entry)
    lines.push(JSON.stringify({ ...entry, hash: prev }))
  }
  await add('review.opened', { reviewId: 'r1', caseId: 'c1', rules: '2026.1', trigger: '' })
  const step = { reviewId: 'r1', caseId: 'c1', from: 'self-check', to: 'dept-check', by: 'p07', form: '', grade: '' }
  await add('review.self-check', step)
  const good = await verify('review', file('review.ndjson', `${lines.join('\n')}\n`))
  expect(good).toMatchObject({ code: 0 })
  expect(good.said).toContain('检查与评查 1 件')
  await add('review.dept-check', { ...step, from: 'dept-check', to: 'filed' })
  const bad = await verify('review', file('review2.ndjson', `${lines.join('\n')}\n`))
  expect(bad.code).toBe(1)
  expect(bad.said).toContain('第 3 条：p07 先自查、后核查同一案件')
})
it('a rewritten tail has good links, and contradicts what was kept outside', async () => {
  const entries = vector.entries as { seq: number; at: string; hash: string }[]
  const anchor = ({ seq, at, hash }: (typeof entries)[number]) =>
    `${JSON.stringify({ chain: 'assignment', seq, at, hash })}\n`
  const kept = file('anchors.ndjson', entries.map(anchor).join(''))
  const whole = file('whole.ndjson', draws)
  expect(await verify('draws', whole, kept)).toMatchObject({ code: 0 })
  const cut = file('cut.ndjson', `${draws.split('\n').slice(0, 2).join('\n')}\n`)
  expect(await verify('draws', cut)).toMatchObject({ code: 0 })
  const found = await verify('draws', cut, kept)
  expect(found.code).toBe(1)
  expect(found.said).toContain('链尾缺失')
})
it('says how it is used when asked for something else', async () => {
  expect(await verify('nothing')).toMatchObject({ code: 2 })
  expect((await verify('draws', join(folder, 'none'))).said).toContain('没有文件')
})
