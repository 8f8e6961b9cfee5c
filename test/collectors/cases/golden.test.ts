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
    ['two-level.xlsx', 7],
    ['gbk.csv', 4],
    ['utf8-bom.csv', 4],
    ['utf16le.csv', 4],
  ])('%s', async (name, badLine) => {
    const table = readTable(await readBook(file(name)), PROFILE)
    expect(table.rows).toEqual(expected.rows)
    expect(table.refusals).toMatchObject([{ line: badLine, reason: 'number_precision_lost' }])
    expect(table.feet).toBeGreaterThan(0)
  })
})
