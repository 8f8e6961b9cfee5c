import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RecordsOptions } from '../../server/records/store.ts'
import { tick } from '../helpers/records.ts'
import { startPostgres, temporaryFolder } from '../services.ts'
import * as at from './house.ts'

/** The whole way through the window, its locks and its lists, the same on every database. */
const postgres = await startPostgres()
afterAll(() => postgres.stop())
const STORES: readonly (readonly [string, () => Promise<RecordsOptions>])[] = [
  ['SQLite', async () => ({ kind: 'sqlite', file: join(temporaryFolder('window'), 'records.sqlite') })],
  ['PostgreSQL', async () => ({ kind: 'postgres', url: await postgres.freshDatabase() })],
]

describe.each(STORES)('the window on %s', (_name, fresh) => {
  let house: at.House
  beforeEach(async () => {
    house = await at.house({ petitions: true, records: await fresh(), figures: { 'flow.open': 20 } })
  })
  afterEach(() => house.close())

  it('takes filings, answers and shuts', async () => {
    const { file } = await house.upload(at.JPEG)
    const first = await house.file({ files: [file] })
    house.records.clock.ms += 1000
    await house.file({ kind: 'report', anonymous: true })
    const [item] = await house.filings()
    // The same day for both: the newer one first.
    expect(item).toMatchObject({ kindName: '举报', anonymous: true })
    const older = (await house.filings()).at(-1)
    const params = { id: older?.id ?? '' }
    await house.call('decideFiling', { params, body: { decision: 'accept', text: '已受理。' } })
    expect((await house.filings()).map(({ state }) => state)).toEqual(['received', 'accepted'])
    expect(await house.progress(first.receipt, first.code)).toMatchObject({ replies: [{ text: '已受理。' }] })
    for (let n = 0; n < 5; n++)
      await expect(house.progress(first.receipt, '0000')).rejects.toMatchObject({ id: 'not-found' })
    await expect(house.progress(first.receipt, first.code)).rejects.toMatchObject({ id: 'query-locked' })
    house.records.clock.ms += 8 * at.DAY
    await house.upload(Buffer.concat([at.JPEG, at.JPEG]))
    await tick(house.records, house.window)
    expect(house.alerts.raised.map(({ rule }) => rule)).toEqual(['window.filing-overdue'])
    expect(await house.progress(first.receipt, first.code)).toMatchObject({ stateName: '已受理，正在办理' })
    expect(await house.call('listFilings', { query: { overdue: 'true', limit: 1 } })).toMatchObject({
      items: [{ overdue: true }],
      cursor: '1',
    })
  })

  it('gives codes, answers lawyers, publishes', async () => {
    const { code, item } = await house.issue()
    await house.query({ ...at.PARTY, code })
    await house.call('revokeQueryCode', { params: { id: item.id }, body: { reason: '委托解除' } })
    const codes = await house.call('listQueryCodes', { query: { caseNo: at.PARTY.caseNo } })
    expect(codes).toMatchObject({ items: [{ state: 'revoked', uses: 1, usedAt: at.NOON }], cursor: null })
    await house.book()
    const [booked] = await house.appointments()
    const body = { decision: 'decline', text: '案卷正在提请审批，请改日。' }
    await house.call('answerAppointment', { params: { id: booked?.id ?? '' }, body })
    expect(await house.appointments()).toMatchObject([{ state: 'declined' }])
    const wanted = { title: '2026 年 11 月', names: ['flow.open'], reason: '按月公开' }
    const { approval } = await house.call<{ approval: string }>('publishStatistics', { body: wanted })
    await house.call('approveProposal', { params: { id: approval }, body: {}, person: at.chief })
    expect(await house.call('windowStatistics', { query: {} })).toMatchObject({ items: [{ items: [{ value: 20 }] }] })
  })
})
