import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readBook } from '../../../collectors/cases/parse.ts'
import { readTable } from '../../../collectors/cases/table.ts'
import { PROFILE } from './build.ts'

/** Files as the case system exports them → rows and refusals, word for word (`expect.json`). */
const file = (name: string) => readFileSync(new URL(`../../fixtures/cases/${name}`, import.meta.url))
const expected = JSON.parse(file('expect.json').toString('utf8'))

describe('recorded exports', () => {
  it.each([
    // Only this one has the column 起算日.
    ['two-level.xlsx', 7, '2026-11-02'],
    ['gbk.csv', 4, null],
    ['utf8-bom.csv', 4, null],
    ['utf16le.csv', 4, null],
  ])('%s', async (name, badLine, startedAt) => {
    const table = readTable(await readBook(file(name)), PROFILE)
    expect(table.rows).toEqual(expected.rows.map((row: object) => ({ ...row, startedAt })))
    expect(table.refusals).toMatchObject([{ line: badLine, reason: 'number_precision_lost' }])
    expect(table.feet).toBeGreaterThan(0)
  })
})
