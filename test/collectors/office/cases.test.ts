import { inflateRawSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { readBook } from '../../../collectors/cases/parse.ts'
import { dateStart, officeCalendar } from '../../../collectors/office/calendar.ts'
import { caseTable, UNASSIGNED } from '../../../collectors/office/case-export.ts'
import { type CaseFact, caseMaker, dueDate } from '../../../collectors/office/cases.ts'
import { address, csvGbk, csvUtf8, encodeGbk, excelSerial, xlsx, zip } from '../../../collectors/office/sheet-file.ts'
import { demoConfig } from '../../helpers/office.ts'

const { site, calendar: file, flow } = demoConfig()
const calendar = officeCalendar(file)
const facts = caseMaker(site, calendar, 'demo').accepted(dateStart('2024-01-01'), dateStart('2026-12-31'))
const morning = dateStart('2026-11-25') + 9.5 * 3_600_000
const openAt = (now: number) => facts.filter(({ accepted, closed }) => accepted <= now && closed > now)

function colour(fact: CaseFact, now: number): string {
  const kind = flow.types.find(({ match }) => match.some((word) => fact.type.includes(word)))?.kind ?? '*'
  const band = flow.bands.find(({ kinds }) => kinds.includes(kind))
  const due = fact.dues.findLast(({ at }) => at <= now) ?? fact.dues[0]
  const left = (dateStart(due?.due ?? '') - calendar.day(now).start) / 86_400_000
  if (!band) throw new Error(kind)
  return left <= band.redMax ? 'red' : left <= band.orangeMax ? 'orange' : left <= band.yellowMax ? 'yellow' : 'green'
}

describe('the cases of the demo office', () => {
  it('are about 900 a year, about 110 of them open', () => {
    const year = facts.filter(
      ({ accepted }) => accepted >= dateStart('2025-11-25') && accepted < dateStart('2026-11-25'),
    )
    expect(year.length).toBeGreaterThan(840)
    expect(year.length).toBeLessThan(960)
    expect(openAt(morning).length).toBeGreaterThan(90)
    expect(openAt(morning).length).toBeLessThan(125)
  })

  it('show few red and orange, a dozen yellow, as on the picture', () => {
    const colours = Map.groupBy(openAt(morning), (fact) => colour(fact, morning))
    const count = (name: string) => colours.get(name)?.length ?? 0
    const within = (name: string, low: number, high: number) => count(name) >= low && count(name) <= high
    expect([within('red', 1, 3), within('orange', 2, 6), within('yellow', 8, 16)]).toEqual([true, true, true])
  })

  it('have unique numbers that the pattern of case numbers accepts', () => {
    expect(new Set(facts.map(({ number }) => number)).size).toBe(facts.length)
    for (const { number } of facts) expect(number).toMatch(/^[\u4e00-\u9fffA-Za-z0-9·-]*受\[(1|2)\d{3}\]\d{8,16}号$/)
  })

  it('are each known to flow.yaml', () => {
    for (const type of new Set(facts.map((fact) => fact.type)))
      expect(
        flow.types.some(({ match }) => match.some((word) => type.includes(word))),
        type,
      ).toBe(true)
  })

  it('go forward: accepted, assigned, steps in order, closed; hardly one overdue', () => {
    for (const { accepted, assigned, steps, closed } of facts) {
      expect([accepted < assigned, assigned < closed]).toEqual([true, true])
      expect(steps.every(({ at }, n) => at >= (steps[n - 1]?.at ?? 0))).toBe(true)
    }
    const overdue = facts.filter(({ dues, closed }) => closed >= dateStart(dues.at(-1)?.due ?? '') + 86_400_000)
    expect(overdue.length / facts.length).toBeLessThan(0.01)
  })

  it('fall due as the law counts: day of acceptance not counted, holidays roll except in custody', () => {
    expect(dueDate('2026-09-25', { days: 7 }, true, calendar)).toBe('2026-10-02')
    expect(dueDate('2026-09-25', { days: 7 }, false, calendar)).toBe('2026-10-08')
    expect(dueDate('2026-01-31', { months: 1 }, true, calendar)).toBe('2026-02-28')
    expect(dueDate('2026-11-20', { workdays: 10 }, false, calendar)).toBe('2026-12-04')
  })
})

describe('the export', () => {
  const table = caseTable(openAt(morning), morning, site.unit, '台账')

  it('has title rows, a header in two rows, a row a case and a sum row', () => {
    expect(table.rows.length).toBe(openAt(morning).length + 6)
    expect(table.rows[2]).toContain('部门受案号')
    expect(table.rows[3]?.filter(Boolean)).toEqual(['起算日', '到期日'])
    expect(table.rows.at(-2)?.[0]).toBe('合计')
  })

  it('always leaves some cases without a handler', () => {
    const without = table.rows.slice(4, -2).filter((row) => row[9] === '')
    expect(without.length).toBeGreaterThanOrEqual(UNASSIGNED)
  })

  it('reads the same in GBK and UTF-8', () => {
    const gbk = new TextDecoder('gb18030', { fatal: true }).decode(csvGbk(table))
    const utf8 = new TextDecoder('utf-8', { fatal: true }).decode(csvUtf8(table))
    expect(gbk.replaceAll('/', '-')).toBe(utf8.replaceAll('/', '-'))
    expect(encodeGbk('违规外联').toString('hex')).toBe('ce a5 b9 e6 cd e2 c1 aa'.replaceAll(' ', ''))
  })

  it('is a zip whose parts inflate to what went in', () => {
    const book = xlsx(table)
    expect(book.subarray(0, 4).toString('latin1')).toBe('PK\x03\x04')
    const small = zip([['a.txt', '演示演示演示']])
    const packed = small.readUInt32LE(18)
    expect(inflateRawSync(small.subarray(30 + 5, 30 + 5 + packed)).toString()).toBe('演示演示演示')
  })

  it('counts days and columns as Excel does', () => {
    expect(excelSerial('2024-01-05')).toBe(45296)
    expect([address(0, 0), address(9, 25), address(0, 26)]).toEqual(['A1', 'Z10', 'AA1'])
  })
})

describe('the real parser', () => {
  const table = caseTable(openAt(morning), morning, site.unit, '台账')

  it.each([
    ['xlsx', xlsx],
    ['GBK csv', csvGbk],
    ['UTF-8 csv', csvUtf8],
  ])('reads every case of %s, refuses none', async (_, write) => {
    const book = await readBook(write(table))
    expect(book.sheets.length).toBe(1)
    const cells = JSON.stringify(book)
    for (const { number } of openAt(morning)) expect(cells).toContain(number)
  })
})
