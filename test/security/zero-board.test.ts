import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { zeroPort } from '../../server/petitions/zero-port.ts'
import type { SecurityDeps } from '../../server/security/context.ts'
import { readZeroBoard } from '../../server/security/zeros/figures.ts'
import { addFact, zeroMigrations } from '../../server/security/zeros/repository.ts'
import { quarters, zeroStatus } from '../../server/security/zeros/rules.ts'
import { config, handler, NOON, type Office, office } from '../petitions/office.ts'

/** 三零 with petitions that count by themselves. */
let o: Office
beforeEach(async () => {
  o = await office()
  await o.records.store.migrate([...zeroMigrations])
})
afterEach(() => o.records.close())
const board = () =>
  readZeroBoard(
    { config, records: o.records.store, petitions: zeroPort(config.petitions) } as unknown as SecurityDeps,
    o.records.clock.ms,
  )

describe('the board of the three zeros', () => {
  it('is at risk by an open red matter, loses the quarter by a visit to Beijing, once for each day', async () => {
    expect((await board()).zeros[0]).toMatchObject({ key: 'petition', status: 'met', days: 128 })
    const id = await o.registered()
    await o.assess(id, { raiseTo: 'red' })
    const risky = await board()
    expect(risky.zeros[0]).toMatchObject({ status: 'warning', word: '本季预警', days: 128 })
    expect(risky.board.departments.find((one) => one.id === 'd4')).toMatchObject({ risks: 1, petition: 0 })
    await o.assess(id, { signals: ['beijing-visit'], occurredOn: '2026-11-22' })
    await o.assess(id, { signals: ['beijing-visit'] })
    await o.assess(id, { signals: ['beijing-visit'], occurredOn: '2026-11-22' })
    const lost = await board()
    expect(lost.zeros[0]).toMatchObject({ status: 'unmet', word: '本季一票否决', days: 2, last: '2026-11-22' })
    const [petition] = lost.board.zeros
    expect(petition?.quarters[0]).toEqual({
      quarter: '2026Q4',
      status: 'vetoed',
      word: '一票否决',
      facts: 1,
      vetoes: ['进京上访'],
    })
    expect(petition?.entries[0]).toMatchObject({ source: 'petition', department: { id: 'd4' }, by: '李晓安' })
    expect(lost.board.departments.find((one) => one.id === 'd4')).toMatchObject({ petition: 1 })
  })

  it('keeps a fact when the matter is lowered and closed; nothing gives the zero back', async () => {
    const id = await o.registered()
    await o.assess(id, { signals: ['city-visit'] })
    await expect(o.call('reopenPetition', handler, { id }, { reason: '试图改写' })).rejects.toThrow('仍在办理')
    await o.assess(id)
    expect((await board()).zeros[0]).toMatchObject({ days: 0, status: 'unmet' })
  })

  it('takes vetoes and departments of registered facts; the future does not count yet', async () => {
    const fact = {
      id: 'f1',
      kind: 'accident',
      date: '2026-11-20',
      what: '电梯坠落',
      registered_ms: NOON,
      registered_by: 'x',
    }
    await o.records.store.write(({ tx }) => addFact(tx, { ...fact, veto: 'accident-death', department: 'off' }))
    const { board: shown } = await board()
    expect(shown.zeros[1]?.quarters[0]).toMatchObject({ status: 'vetoed', vetoes: ['亡人安全事故'] })
    expect(shown.departments.find((one) => one.id === 'off')).toMatchObject({ accident: 1 })
    const today = Temporal.PlainDate.from('2026-11-24')
    expect(zeroStatus([{ date: '2026-11-25', veto: null }], '2020-01-01', today).status).toBe('met')
    expect(quarters([], '2026-05-01', today).map(({ quarter }) => quarter)).toEqual(['2026Q4', '2026Q3', '2026Q2'])
  })
})
