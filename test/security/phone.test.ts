import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type CheckInSent, type CheckInVerdict, patrolRoutes, type RoundItem } from '../../contract/http/patrol.ts'
import { codeStep, patrolCode } from '../../contract/patrol-code.ts'
import type { Call, Feature, Principal } from '../../server/feature.ts'
import { securityFeature } from '../../server/security/index.ts'
import { phonePort } from '../../server/security/patrol/port.ts'
import { alive, demoCalendar, demoConfig } from '../helpers/office.ts'
import { alertLog, feed, storedEvent, type TestRecords, testRecords, tick } from '../helpers/records.ts'

/** Check-in by phone, corrections and the rounds of the desk on a real store. */
const SEVEN = Date.parse('2026-11-24T07:05:00+08:00')
const HOUR = 3_600_000
const config = demoConfig()
const phone = phonePort('site key', config.site.people)
const guard: Principal = {
  ...{ id: 'a1', username: 'guard', name: '安全员', roles: ['security-officer'], department: null, post: '安全员' },
  ...{ permissions: new Set<string>(), via: 'session', sessionId: 's' },
}

describe('the patrol desk', () => {
  let records: TestRecords
  let feature: Feature
  let alerts: ReturnType<typeof alertLog>
  let derived: { type: string; key: string; data: Record<string, unknown> }[]

  beforeEach(async () => {
    alerts = alertLog()
    derived = []
    let ids = 0
    const build = (store?: TestRecords) =>
      securityFeature({
        ...{ config, calendar: demoCalendar(), records: (store ?? ({} as TestRecords)).store, alerts, phone },
        ...{ openAlerts: async () => [], past: async () => [], metrics: () => undefined, personOf: () => undefined },
        freshness: async () => alive('巡查', records.clock.ms),
        derive: (events) => derived.push(...events),
        newId: () => `id-${++ids}`,
      })
    records = await testRecords([build()], SEVEN)
    feature = build(records)
  })
  afterEach(() => records.close())

  async function call<Answer>(spec: { id: string }, over: Partial<Call<unknown, unknown, unknown>>): Promise<Answer> {
    const bound = feature.routes?.find((one) => one.spec.id === spec.id)
    if (!bound) throw new Error(`no route ${spec.id}`)
    const now = records.clock.ms
    const rest = { params: {}, query: { limit: 1000 }, body: undefined, ip: '', headers: {}, setCookie: () => {} }
    return (await bound.handle({ person: guard, now, ...rest, ...over })) as Answer
  }
  const send = async (...items: CheckInSent[]) =>
    (await call<{ items: CheckInVerdict[] }>(patrolRoutes.checkIn, { body: { items } })).items
  const scanned = async (point: string, more: Partial<CheckInSent> = {}): Promise<CheckInSent> => {
    const clientAt = more.clientAt ?? records.clock.ms
    const step = codeStep(clientAt)
    const code = await patrolCode(phone.keyOf(point), point, step)
    return { id: randomUUID(), point, via: 'rotating', code, step, clientAt, ...more }
  }
  const round = async (route = 'outer', id = '2026-11-24T07:00') => {
    const { items } = await call<{ items: RoundItem[] }>(patrolRoutes.rounds, {})
    const found = items.find((one) => one.route === route && one.round === id)
    if (!found) throw new Error('no round')
    return found
  }

  it('a scanned code becomes a touch of the round and an event, once', async () => {
    const sent = await scanned('P01')
    expect(await send(sent)).toMatchObject([{ accepted: true, reason: 'taken', proof: 'strong', late: false }])
    expect(await send(sent)).toMatchObject([{ accepted: true, reason: 'again' }])
    expect(derived).toMatchObject([
      { type: 'patrol.checkin', key: `checkin|${sent.id}`, data: { point: 'P01', via: 'rotating', proof: 'strong' } },
    ])
    expect((await round()).points[0]).toMatchObject({ result: 'on_time', proof: 'strong', suspect: false })
    const person = phone.hashOf(guard)
    const event = storedEvent('patrol.checkin', '2026-11-24T07:05:00+08:00', {
      object: 'point:P01',
      data: { ...derived[0]?.data, person },
    })
    await feed(records, feature, [event])
    expect((await round()).reached).toBe(1)
  })

  it('another point, a code of the wrong point, a replay and an old code', async () => {
    const [first, second] = [await scanned('P01'), await scanned('P02')]
    const [wrong, again] = [
      { ...first, id: randomUUID(), point: 'P02' },
      { ...first, id: randomUUID() },
    ]
    expect((await send(first, second, wrong, again)).map(({ reason }) => reason)).toEqual([
      'taken',
      'taken',
      'bad-code',
      'replayed',
    ])
    records.clock.ms += 3 * 60_000
    const kept = { ...(await scanned('P03', { clientAt: SEVEN })), clientAt: records.clock.ms }
    expect(await send(kept)).toMatchObject([{ accepted: false, reason: 'code-expired' }])
  })

  it('what was kept on the phone without a network counts as weak, and the round is corrected with a trace', async () => {
    const kept = await Promise.all(
      ['P01', 'P02', 'P03', 'P04', 'P05', 'P06'].map((id, n) => scanned(id, { clientAt: SEVEN + n * 60_000 })),
    )
    records.clock.ms = SEVEN + 15 * HOUR
    await tick(records, feature, 'patrol-rounds')
    expect((await round()).result).toBe('missed')
    expect(alerts.open.has('patrol.missed:outer:2026-11-24T07:00')).toBe(true)
    expect((await send(...kept)).every(({ proof, late }) => proof === 'weak' && late)).toBe(true)
    await tick(records, feature, 'patrol-rounds')
    expect(await round()).toMatchObject({ result: 'on_time', reached: 6, corrected: false })
    expect(alerts.cleared).toContain('patrol.missed:outer:2026-11-24T07:00')
    const { items } = await call<{ items: object[] }>(patrolRoutes.corrections, {})
    expect(items).toMatchObject([{ before: 'missed', after: 'on_time', reason: 'late-download', by: 'system' }])
  })

  it('9.10: nobody read the wand out: waiting first, missed after the limit', async () => {
    records.clock.ms = SEVEN + 2 * HOUR
    expect((await round()).result).toBe('pending_download')
    records.clock.ms = SEVEN + 14 * HOUR
    expect((await round()).result).toBe('missed')
  })

  it('rounds before the first touch that the house knows are not called missed', async () => {
    await send(await scanned('P01'))
    const { items } = await call<{ items: RoundItem[] }>(patrolRoutes.rounds, {})
    expect(items.at(-1)?.round).toBe('2026-11-24T07:00')
  })

  it('a person corrects a result with a reason; it stands above the touches and is only ever added to', async () => {
    records.clock.ms = SEVEN + 14 * HOUR
    await tick(records, feature, 'patrol-rounds')
    const body = { route: 'outer', round: '2026-11-24T07:00', reason: 'duty-change', note: '处置 12309 大厅警情' }
    await call(patrolRoutes.correct, { body: { ...body, result: 'on_time' } })
    await call(patrolRoutes.correct, { body: { ...body, result: 'late' } })
    expect(await round()).toMatchObject({ result: 'late', corrected: true, note: '更正：处置 12309 大厅警情' })
    expect(alerts.cleared).toContain('patrol.missed:outer:2026-11-24T07:00')
    const { items } = await call<{ items: object[] }>(patrolRoutes.corrections, {})
    expect(items).toMatchObject([
      { before: 'on_time', after: 'late', by: 'guard' },
      { before: 'missed', after: 'on_time', by: 'guard' },
    ])
    await tick(records, feature, 'patrol-rounds')
    expect((await round()).result).toBe('late')
    await expect(
      call(patrolRoutes.correct, { body: { ...body, round: '2020-01-01T07:00', result: 'late' } }),
    ).rejects.toThrow('没有这一轮巡查')
  })

  it('gives the display its key, and its codes are those that the server takes', async () => {
    const display = await call<{ key: string; plate: string; name: string }>(patrolRoutes.display, {
      params: { id: 'P01' },
    })
    expect(display.name).toBe('大门岗')
    expect(display.plate).toBe(await patrolCode(display.key, 'P01', 0))
    const plate = {
      id: randomUUID(),
      point: 'P01',
      via: 'static',
      code: display.plate.toLowerCase(),
      clientAt: SEVEN,
    } as const
    expect(await send(plate)).toMatchObject([{ accepted: true, proof: 'none', because: ['no-place'] }])
    await expect(call(patrolRoutes.display, { params: { id: 'P99' } })).rejects.toThrow()
  })

  it('letters typed from the display half a minute later, and from a plate', async () => {
    const { code } = await scanned('P01')
    const typed = { id: randomUUID(), point: 'P01', via: 'typed', code, clientAt: SEVEN + 40_000 } as const
    records.clock.ms += 45_000
    expect(await send(typed)).toMatchObject([{ accepted: true, proof: 'strong' }])
    expect(await send({ ...typed, id: randomUUID() })).toMatchObject([{ reason: 'replayed' }])
    const plate = await patrolCode(phone.keyOf('P02'), 'P02', 0)
    expect(await send({ ...typed, id: randomUUID(), point: 'P02', code: plate })).toMatchObject([{ proof: 'none' }])
    expect(await send({ ...typed, id: randomUUID(), point: 'P02' })).toMatchObject([{ reason: 'bad-code' }])
  })

  it('the chip of a point by NFC', async () => {
    const nfc = { id: randomUUID(), point: 'P01', via: 'nfc', clientAt: SEVEN } as const
    expect(await send({ ...nfc, code: '0f:00:4e:be:01' })).toMatchObject([{ accepted: true, proof: 'strong' }])
  })
})
