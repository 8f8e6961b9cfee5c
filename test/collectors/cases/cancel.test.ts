import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { caseExportSource } from '../../../collectors/cases/export.ts'
import { CANCEL_FOLDER } from '../../../config/case-sql.ts'
import { recorder, until } from '../recorder.ts'
import { csvOf, line, PROFILE_FILE } from './build.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'sanling-cancel-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

const source = (record: ReturnType<typeof recorder>) =>
  caseExportSource(
    {
      id: 'exports',
      name: 'x',
      domain: 'case',
      kind: 'case-export',
      profile: 'case-export',
      staleAfterS: 60,
      enabled: true,
      demo: false,
      folder: 'drop',
      settleS: 0,
      scanS: 0.02,
      maxVanish: 0.2,
    },
    record.context,
  )
const places = (place: string) => readdirSync(join(dir, 'drop', place)).filter((name) => !name.endsWith('.json'))

it('tells how far it is, stops when a person asks, and goes on without doubles when the file is put in again', async () => {
  const rows = csvOf(Array.from({ length: 1000 }, (_, n) => line(n)))
  const store = new Map<string, string>()
  const first = recorder({
    profile: PROFILE_FILE,
    dataDir: dir,
    store,
    // Somebody presses the button while the second slice is written.
    onDeliver: () => {
      mkdirSync(join(dir, CANCEL_FOLDER), { recursive: true })
      writeFileSync(join(dir, CANCEL_FOLDER, 'exports'), '')
    },
  })
  const running = source(first)
  await running.start()
  writeFileSync(join(dir, 'drop', 'a.csv'), rows)
  await until(() => places('held').length === 1, 'held')
  await running.stop()
  expect(first.drafts.length).toBeGreaterThan(0)
  expect(first.drafts.length).toBeLessThan(1000)
  expect(first.progress.some((one) => one?.total === 1000)).toBe(true)
  expect(first.progress.at(-1)).toBeNull()
  expect(readFileSync(join(dir, 'drop', 'held', 'a.csv.report.json'), 'utf8')).toContain('已取消')

  const second = recorder({ profile: PROFILE_FILE, dataDir: dir, store })
  const again = source(second)
  await again.start()
  writeFileSync(join(dir, 'drop', 'a.csv'), rows)
  await until(() => places('done').length === 1, 'done')
  await again.stop()
  const all = [...first.drafts, ...second.drafts]
  expect(new Set(all.map(({ object }) => object)).size).toBe(1000)
  expect(all).toHaveLength(1000)
  // The office as it stands, in both halves: none of it is news.
  expect(new Set(all.map(({ type }) => type))).toEqual(new Set(['case.snapshot']))
})
