import { expect, test } from 'vitest'
import { judgedTable } from '../../collectors/office/assist-corpus.ts'
import { casePapers, STORIES } from '../../collectors/office/assist-story.ts'
import { chanceOf } from '../../collectors/office/random.ts'
import { FEW_CASES } from '../../contract/http/assist-similar.ts'
import { readCase } from '../../server/assist/reading/read.ts'
import { sourceText } from '../../server/assist/reading/text.ts'
import { readJudged } from '../../server/assist/similar/import.ts'
import { circumstanceScore, NEAR } from '../../server/assist/similar/rules.ts'
import { config, NOON } from './house.ts'

test.each(['盗窃罪', '故意伤害罪', '诈骗罪', '非法采矿罪', '滥伐林木罪'])(
  'the papers of %s disagree in what a visitor can see',
  (cause) => {
    expect(STORIES.some(([words]) => words.test(cause))).toBe(true)
    const papers = casePapers(chanceOf(cause), cause, NOON)
    const { contradictions, outline, persons } = readCase(
      papers.map(({ name, text }, n) => sourceText(`f${n}`, name, [{ page: null, text }])),
    )
    expect(new Set(contradictions.map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(2)
    expect(outline).toHaveLength(papers.length)
    expect(persons.length).toBeGreaterThanOrEqual(3)
    for (const { name, text } of papers) expect(`${name}${text}`).toMatch(/^演示.*演示材料/)
  },
)
test('the table of judged cases comes in without a fault, each row marked as a demonstration', () => {
  const rows = judgedTable(chanceOf('table'), NOON).split('\n')
  const read = readJudged(
    rows.map((line) => line.split(',')),
    config.sentencing,
  )
  if (!read.ok) throw new Error(read.why)
  expect([read.rejected, read.rows.length]).toEqual([[], rows.length - 1])
  expect(rows.slice(1).every((line) => line.includes('演示'))).toBe(true)
  // A visitor who compares a case that pleads guilty finds enough of each charge for a distribution.
  for (const list of Map.groupBy(read.rows, ({ judged }) => judged.charge).values()) {
    const near = list.filter(
      ({ judged }) => circumstanceScore(config.sentencing, ['自首', '认罪认罚'], judged.circumstances) >= NEAR,
    )
    expect(near.length).toBeGreaterThanOrEqual(FEW_CASES)
  }
})
