import { isCaseNumber, normaliseNumber } from '../../../collectors/cases/case-number.ts'
import { parseTable } from '../../../collectors/cases/parse.ts'
import { FileRefused } from '../../../collectors/cases/xlsx/limits.ts'
import { readDay } from '../../../collectors/intake/day.ts'
import { bookOf, csvOf, HEADER, line, PROFILE } from '../../collectors/cases/build.ts'
import { type Fuzzed, fixtures, text } from '../fuzzed.ts'

/** A refusal of the closed list is an answer; anything else that is thrown is not. */
async function read(input: Uint8Array): Promise<void> {
  try {
    await parseTable(Buffer.from(input), PROFILE)
  } catch (error) {
    if (!(error instanceof FileRefused)) throw error
  }
}
const ROWS = [[...HEADER], line(1), line(2)]

export const fuzzed: Fuzzed[] = [
  {
    name: 'case-text',
    seeds: [...fixtures('cases', (name) => name.endsWith('.csv')), ...text(csvOf([line(1)]))],
    decode: read,
  },
  {
    name: 'case-html',
    seeds: text(
      `<html><table>${ROWS.map((row) => `<tr>${row.map((one) => `<td>${one}</td>`).join('')}</tr>`).join('')}</table></html>`,
    ),
    decode: read,
  },
  { name: 'case-xlsx', seeds: [bookOf([{ rows: ROWS }], { stored: true }), bookOf([{ rows: ROWS }])], decode: read },
  {
    name: 'case-day',
    seeds: text('2024.1.5', '20240105', '45296', '2024年1月5日', '二〇二四年一月五日', '2024-01-05 08:30:00', '至今'),
    decode: (input) => readDay({ kind: 'text', text: Buffer.from(input).toString('utf8') }, false),
  },
  {
    name: 'case-number',
    seeds: text('示检刑诉受〔2024〕37000000000031号', '示检诉受[２０２６]10000001号'),
    decode: (input) => isCaseNumber(normaliseNumber(Buffer.from(input).toString('utf8'))),
  },
]
