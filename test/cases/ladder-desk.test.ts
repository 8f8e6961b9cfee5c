import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readOpen } from '../../server/alerts/queries.ts'
import { caseHandler } from '../../server/cases/events.ts'
import { printsOf } from '../../server/cases/prints.ts'
import { openOffice } from '../bench/ladder/office.ts'
import { storedEvent } from '../helpers/records.ts'
import { temporaryFolder } from '../services.ts'
import { dayMs } from './ladder-contract.ts'

it('stands at the real alert desk as it stands in the ladder, also after a clock that ran ahead for a month', async () => {
  const clock = { ms: dayMs('2026-11-10') }
  const office = await openOffice(join(temporaryFolder('ladder-desk'), 'records.sqlite'), () => clock.ms)
  const handler = caseHandler({
    ...office.deps,
    prints: () => printsOf(office.deps),
    freshness: async () => ({ source: '', at: 0, staleAfterS: 1, state: 'ok' }),
  })
  const accepted = storedEvent('case.accepted', '2026-11-10T09:00:00+08:00', {
    data: { caseNo: '1', kind: '审查起诉', custody: true, acceptedAt: '2026-10-20', due: '2026-11-20' },
  })
  await office.records.write((turn) => handler.handle(turn, [accepted]))
  const at = async (day: string) => {
    clock.ms = dayMs(day)
    await office.records.write((turn) => office.ladder.run(turn))
    await office.records.write((turn) => office.ladder.run(turn))
    return (await readOpen(office.records.read))
      .filter(({ state }) => state === 'unacknowledged')
      .map(({ rule }) => rule)
  }
  expect(await at('2026-11-10')).toEqual([])
  expect(await at('2026-11-16')).toEqual(['case.due-yellow'])
  expect(await at('2026-12-24')).toEqual(['case.over-detention'])
  // The clock is set right.
  expect(await at('2026-11-16')).toEqual(['case.due-yellow'])
  expect(await at('2026-11-18')).toEqual(['case.due-orange'])
  expect(await at('2026-11-20')).toEqual(['case.custody-last-day'])
  expect(await at('2026-11-21')).toEqual(['case.over-detention'])
  expect(office.failures).toEqual([])
  await office.records.close()
})
