import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, it } from 'vitest'
import { reached, stepsOf } from '../../server/cases/ladder.ts'
import { bandOf } from '../../server/cases/rules.ts'
import type { RecordsOptions } from '../../server/records/store.ts'
import { demoConfig } from '../helpers/office.ts'
import { startPostgres, temporaryFolder } from '../services.ts'
import { dayMs, ladderContract, ladderOffice, type StepLine, type TaskLine } from './ladder-contract.ts'

const postgres = await startPostgres()
afterAll(() => postgres.stop())
const freshSqlite = async (): Promise<RecordsOptions> => ({
  kind: 'sqlite',
  file: join(temporaryFolder('ladder'), 'records.sqlite'),
})
ladderContract('SQLite', freshSqlite)
ladderContract('PostgreSQL', async () => ({ kind: 'postgres', url: await postgres.freshDatabase() }))

const HOUR = 3_600_000
const CASES = ['1', '2', '3', '4']
type Move =
  | { do: 'wait'; hours: number }
  | { do: 'restart' }
  | { do: 'tick' }
  | { do: 'extend' | 'close' | 'reopen' | 'free' | 'detain'; no: string }
const move = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 120 }) }) },
  // Small steps back, as a time service makes them.
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), hours: fc.integer({ min: -20, max: -1 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('tick' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('extend' as const, 'close' as const, 'reopen' as const, 'free' as const, 'detain' as const),
      no: fc.constantFrom(...CASES),
    }),
  },
)
const KINDS = ['审查逮捕', '审查起诉', '民事诉讼监督', '立案监督']

async function play(moves: readonly Move[]): Promise<void> {
  const office = await ladderOffice(await freshSqlite(), dayMs('2026-11-10'))
  const { flow } = demoConfig()
  try {
    await office.feed(
      CASES.map((no, at) =>
        office.event('case.accepted', no, {
          kind: KINDS[at],
          custody: at < 2,
          acceptedAt: at === 2 ? '2026-08-20' : at === 0 ? '2026-11-10' : '2026-10-20',
          due: '2026-11-20',
        }),
      ),
    )
    const tell = (type: string, no: string, data: object) => office.feed([office.event(type, no, { ...data })])
    for (const one of moves) {
      // Events of an earlier moment than the last are late data and change nothing: the clock moves on a little.
      office.clock.ms += 1000
      if (one.do === 'wait') office.clock.ms += one.hours * HOUR
      else if (one.do === 'restart') await office.restart()
      else if (one.do === 'tick') await office.tick()
      else if (one.do === 'extend') await tell('case.deadline_changed', one.no, { due: '2026-12-05' })
      else if (one.do === 'close') await tell('case.closed', one.no, { closedAt: '2026-11-20' })
      else if (one.do === 'reopen') await tell('case.reopened', one.no, { closedAt: null })
      else await tell('case.snapshot', one.no, { custody: one.do === 'detain' })
      const steps = await office.rows<StepLine>('case_step')
      const tasks = await office.rows<TaskLine>('desk_task')
      const rungs = tasks.filter(({ key }) => key.startsWith('rung:'))
      const cause = (row: StepLine, again: number) =>
        `case.${row.rung}:${row.case_id}:${row.name}:${row.run}:${row.due}${again > 0 ? `:${again}` : ''}`
      // What the table says was told was raised exactly as often, and nothing else was.
      const told = steps.filter((row) => Number(row.told) === 1)
      const times = told.flatMap((row) =>
        Array.from({ length: 1 + Number(row.again) }, (_, again) => cause(row, again)),
      )
      expect(office.alerts.raised.map((one) => one.cause).sort()).toEqual(times.sort())
      expect(rungs).toHaveLength(office.alerts.raised.length)
      // What stands in the table stands at the alert desk and on somebody's list.
      const standing = steps.filter(({ cleared_ms }) => cleared_ms === null)
      expect([...office.alerts.open.keys()].sort()).toEqual(standing.map((row) => cause(row, Number(row.again))).sort())
      expect(rungs.filter(({ state }) => state === 'open')).toHaveLength(standing.length)
    }
    // The clock is right at last: of each open clock exactly the hardest reached rung stands.
    office.clock.ms = Math.max(office.clock.ms, dayMs('2026-11-10')) + 24 * HOUR
    await office.tick()
    const today = Temporal.Instant.fromEpochMilliseconds(office.clock.ms)
      .toZonedDateTimeISO('Asia/Shanghai')
      .toPlainDate()
    const files = await office.rows<{
      id: string
      kind: string
      band: string | null
      custody: number
      due: string | null
      closed: string | null
    }>('case_file')
    const expected = files.flatMap(({ id, kind, band: named, custody, due, closed }) => {
      const band = bandOf(flow, { kind, band: named })
      if (!band || due === null || closed !== null) return []
      const days = today.until(Temporal.PlainDate.from(due), { largestUnit: 'days' }).days
      const top = reached(stepsOf(band, Number(custody) === 1), days).at(-1)
      return top ? [`${id} ${due} ${top}`] : []
    })
    const standing = (await office.rows<StepLine>('case_step')).filter(({ cleared_ms }) => cleared_ms === null)
    expect(standing.map(({ case_id, due, rung }) => `${case_id} ${due} ${rung}`).sort()).toEqual(expected.sort())
    expect(office.failures).toEqual([])
  } finally {
    await office.close()
  }
}

it(
  'tells each rung exactly once, whatever restarts, clock steps and events come in between',
  () => fc.assert(fc.asyncProperty(fc.array(move, { minLength: 5, maxLength: 22 }), play), { numRuns: 20 }),
  60_000,
)
