import { buffer } from 'node:stream/consumers'
import { afterEach, describe, expect, it } from 'vitest'
import { HANDOVER_CHAIN, type HandoverItem, type HandoverSheet } from '../../contract/http/handover.ts'
import type { AlertItem } from '../../contract/panels/alerts.ts'
import { writeDocx } from '../../server/disclosure/files/docx-write.ts'
import { writePdf } from '../../server/disclosure/files/pdf-write.ts'
import type { Feature, Principal, StreamAnswer } from '../../server/feature.ts'
import { handoverFeature } from '../../server/handover/index.ts'
import { changeOf, lastChange, mayTake, overdue } from '../../server/handover/rules.ts'
import { append, readChain } from '../../server/records/chain.ts'
import type { RecordsOptions } from '../../server/records/store.ts'
import { demoConfig } from '../helpers/office.ts'
import { type TestRecords, taskLog, testRecords, tick } from '../helpers/records.ts'
import { startPostgres } from '../services.ts'

const at = (text: string) => Temporal.PlainDateTime.from(text).toZonedDateTime('Asia/Shanghai').epochMilliseconds
const who = (username: string, grants: string[]): Principal => ({
  id: username,
  username,
  name: `演示${username}`,
  roles: [],
  department: null,
  post: '安全岗 A',
  permissions: new Set(grants),
  via: 'session',
  sessionId: 's',
})
const giver = who('anquan', ['handover.read', 'handover.write'])
const taker = who('zhiban', ['handover.read', 'handover.write'])
const reader = who('ducha', ['handover.read'])
const alert = (id: string, over: Partial<AlertItem>): AlertItem => ({
  ...{ id, version: 1, cause: id, severity: 'warning', state: 'unacknowledged', step: 'new', domain: 'access' },
  ...{
    object: null,
    title: `${id} 超时未关`,
    why: '',
    count: 2,
    firstAt: at('2026-11-24T17:00'),
    lastAt: 0,
    owner: null,
  },
  ...{ escalatesAt: null, returnedAt: null, silencedUntil: null, demo: true, next: null, facts: [] },
  ...over,
})

interface House extends TestRecords {
  feature: Feature
  tasks: ReturnType<typeof taskLog>
  alerts: AlertItem[]
  anchored: string[]
  call(id: string, person: Principal, input?: { params?: unknown; body?: unknown; query?: unknown }): Promise<never>
}
const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})
async function house(start: number, options?: RecordsOptions): Promise<House> {
  const tasks = taskLog()
  const alerts: AlertItem[] = []
  const anchored: string[] = []
  const records = await testRecords([], start, options)
  closing.push(() => records.close())
  let ids = 0
  const feature = handoverFeature({
    config: demoConfig(),
    records: records.store,
    tasks,
    openAlerts: async () => alerts,
    sourcesDown: async () => [{ id: 'wand', name: '巡查采集器', word: '无心跳', lastOkAt: start - 60_000 }],
    drills: async () => [{ id: 'D-20261124-093000', title: '机房门强行开启', result: '全部大屏已画出' }],
    newId: () => `h${++ids}`,
    anchor: (chain, head) => void anchored.push(`${chain}#${head.seq}`),
    docx: writeDocxOf,
    pdf: writePdfOf,
  })
  await records.store.migrate(feature.migrations ?? [])
  const made: House = {
    ...records,
    feature,
    tasks,
    alerts,
    anchored,
    async call(id, person, { params, body, query } = {}) {
      const route = feature.routes?.find(({ spec }) => spec.id === id)
      if (!route) throw new Error(`no route ${id}`)
      const answer = await route.handle({
        person,
        params: route.spec.params.parse(params),
        query: route.spec.query.safeParse(undefined).success ? undefined : route.spec.query.parse(query ?? {}),
        body: route.spec.body.parse(body),
        now: records.clock.ms,
        ip: '127.0.0.1',
        headers: {},
        setCookie: () => undefined,
      })
      return (route.spec.produces === 'file' ? answer : route.spec.answer.parse(answer)) as never
    },
  }
  return made
}
const writeDocxOf = (blocks: readonly Parameters<typeof writeDocx>[0][number][]) => writeDocx(blocks)
const writePdfOf = (blocks: readonly Parameters<typeof writePdf>[0][number][]) => writePdf(blocks)
const body = { notes: '2层走廊灯已报修', promises: [{ what: '补巡办案区线', who: '法警岗', due: '今晚 19:00' }] }

describe('a handover', () => {
  it('is frozen by one, read and signed by another, and both signatures are chained and anchored', async () => {
    const one = await house(at('2026-11-24T17:55'))
    one.alerts.push(alert('A-1', {}), alert('A-2', { state: 'acknowledged', step: 'handling', owner: '法警岗' }))
    await one.store.write((turn) => append(turn.tx, 'audit', 'x', { n: 1 }, turn.now))
    const given: HandoverItem = await one.call('giveHandover', giver, { body })
    expect(given).toMatchObject({ state: 'given', notes: body.notes, promises: body.promises, mayTake: false })
    expect(given.sheet).toMatchObject({ from: '白班', to: '夜班', boundary: at('2026-11-24T18:00') })
    expect(given.sheet.open.map(({ id }) => id)).toEqual(['A-1'])
    expect(given.sheet.pending.map(({ id }) => id)).toEqual(['A-2'])
    expect(given.sheet.heads.map(({ chain, seq }) => [chain, seq])).toEqual([['audit', 1]])
    // What happens afterwards changes nothing that has been signed.
    one.alerts.splice(0)
    const { sha256 } = given
    await expect(one.call('takeHandover', giver, { params: { id: 'h1' }, body: { sha256 } })).rejects.toThrow(
      /不能自己/,
    )
    await expect(
      one.call('takeHandover', taker, { params: { id: 'h1' }, body: { sha256: 'f'.repeat(64) } }),
    ).rejects.toThrow(/内容与您看到的不同/)
    const seen: HandoverItem = await one.call('handover', taker, { params: { id: 'h1' } })
    expect(seen.mayTake).toBe(true)
    const taken: HandoverItem = await one.call('takeHandover', taker, {
      params: { id: 'h1' },
      body: { sha256, note: '已核对' },
    })
    expect(taken).toMatchObject({ state: 'taken', sha256, taken: { username: 'zhiban', note: '已核对', seq: 2 } })
    expect(taken.sheet.open).toHaveLength(1)
    const chain = await readChain(one.store.read, HANDOVER_CHAIN, 1, 10)
    expect(chain.map(({ type, body: said }) => [type, said.sha256])).toEqual([
      ['given', sha256],
      ['taken', sha256],
    ])
    expect(one.anchored).toEqual(['handover#1', 'handover#2'])
    await expect(one.call('giveHandover', taker, { body })).rejects.toThrow(/已由双方签字/)
  })

  it('that is wrong is voided with a reason and given again; a taken one never', async () => {
    const one = await house(at('2026-11-24T18:05'))
    const { sha256 }: HandoverItem = await one.call('giveHandover', giver, { body })
    await expect(one.call('giveHandover', giver, { body })).rejects.toThrow(/待接班人签字/)
    const void1: HandoverItem = await one.call('voidHandover', giver, {
      params: { id: 'h1' },
      body: { reason: '漏写一项' },
    })
    expect(void1).toMatchObject({ state: 'void', voidReason: '漏写一项' })
    await expect(one.call('takeHandover', taker, { params: { id: 'h1' }, body: { sha256 } })).rejects.toThrow()
    const again: HandoverItem = await one.call('giveHandover', giver, { body: { ...body, notes: '补写' } })
    await one.call('takeHandover', taker, { params: { id: again.id }, body: { sha256: again.sha256 } })
    await expect(
      one.call('voidHandover', giver, { params: { id: again.id }, body: { reason: '反悔' } }),
    ).rejects.toThrow(/尚未接班/)
    const list: { items: HandoverItem[]; cursor: string | null } = await one.call('listHandovers', reader, {
      query: { limit: 1 },
    })
    expect(list.items.map(({ mayVoid, mayTake: take }) => [mayVoid, take])).toEqual([[false, false]])
    const rest: { items: HandoverItem[] } = await one.call('listHandovers', reader, {
      query: { limit: 10, cursor: list.cursor },
    })
    expect(rest.items).toHaveLength(1)
  })

  it('shows what stands now until somebody signs', async () => {
    const one = await house(at('2026-11-24T12:00'))
    const now: { sheet: HandoverSheet; current: string | null; mayGive: boolean; overdueAt: number } = await one.call(
      'handoverNow',
      giver,
    )
    expect(now).toMatchObject({ current: null, mayGive: true, overdueAt: at('2026-11-24T08:30') })
    expect(now.sheet).toMatchObject({ from: '夜班', to: '白班' })
    expect(await one.call('handoverNow', reader)).toMatchObject({ mayGive: false })
  })

  it('is a file for the archive: docx and pdf say the same', async () => {
    const one = await house(at('2026-11-24T17:55'))
    one.alerts.push(alert('A-1', { title: '涉案财物室 2号门 超时未关' }))
    const { sha256 }: HandoverItem = await one.call('giveHandover', giver, { body })
    const { readDocx } = await import('../../server/disclosure/files/docx-read.ts')
    const file: StreamAnswer = await one.call('handoverFile', giver, { params: { id: 'h1' }, query: { as: 'docx' } })
    const { blocks } = await readDocx(await buffer(file.stream))
    const text = JSON.stringify(blocks)
    for (const word of ['交接班表', '涉案财物室 2号门 超时未关', '补巡办案区线', '巡查采集器', sha256, '接班人'])
      expect(text).toContain(word)
    const pdf: StreamAnswer = await one.call('handoverFile', giver, { params: { id: 'h1' }, query: { as: 'pdf' } })
    expect((await buffer(pdf.stream)).subarray(0, 5).toString()).toBe('%PDF-')
  })

  it('of every chain the head is read on PostgreSQL too', async () => {
    const postgres = await startPostgres()
    closing.push(() => postgres.stop())
    const one = await house(at('2026-11-24T17:55'), { kind: 'postgres', url: postgres.url })
    for (const chain of ['audit', 'review', 'audit'] as const)
      await one.store.write((turn) => append(turn.tx, chain, 'x', { n: 1 }, turn.now))
    const { sheet }: HandoverItem = await one.call('giveHandover', giver, { body })
    expect(sheet.heads.map(({ chain, seq }) => [chain, seq])).toEqual([
      ['audit', 2],
      ['review', 1],
    ])
  })
})

describe('an unsigned change of shift', () => {
  it('becomes a task after the grace, and goes with both signatures', async () => {
    const one = await house(at('2026-11-24T17:00'))
    const look = (time: string) => {
      one.clock.ms = at(`2026-11-24T${time}`)
      return tick(one, one.feature)
    }
    await look('17:00')
    await look('18:29')
    expect(one.tasks.opened).toEqual([])
    await look('18:31')
    await look('18:32')
    expect(one.tasks.opened.map(({ title, link, role }) => [title, link, role])).toEqual([
      ['白班→夜班 交接班尚未签字', '/handover', 'security-officer'],
    ])
    const { id, sha256 }: HandoverItem = await one.call('giveHandover', giver, { body })
    await look('18:40')
    expect(one.tasks.standing.size).toBe(1)
    await one.call('takeHandover', taker, { params: { id }, body: { sha256 } })
    await look('18:41')
    expect(one.tasks.standing.size).toBe(0)
  })
  it('of the time before the house began to look is nobody’s debt', async () => {
    const one = await house(at('2026-11-24T20:00'))
    await tick(one, one.feature)
    one.clock.ms += 3_600_000
    await tick(one, one.feature)
    expect(one.tasks.opened).toEqual([])
  })
})

describe('the rules', () => {
  const shifts = demoConfig().site.shifts
  it('know the change a signature belongs to', () => {
    expect(changeOf(shifts, at('2026-11-24T16:29'))?.at).toBe(at('2026-11-24T08:00'))
    expect(changeOf(shifts, at('2026-11-24T16:30'))?.at).toBe(at('2026-11-24T18:00'))
    expect(changeOf(shifts, at('2026-11-25T03:00'))?.at).toBe(at('2026-11-24T18:00'))
    expect(lastChange(shifts, at('2026-11-24T08:00'))).toMatchObject({ from: '夜班', to: '白班' })
    expect(changeOf([], at('2026-11-24T08:00'))).toBeUndefined()
  })
  it('name why', () => {
    const change = { at: 100, from: 'a', to: 'b' }
    expect(overdue(change, true, { now: 999, since: 0, graceMs: 10 })).toBe('signed')
    expect(overdue(change, false, { now: 999, since: 101, graceMs: 10 })).toBe('before-we-were')
    expect(overdue(change, false, { now: 109, since: 0, graceMs: 10 })).toBe('not-yet')
    expect(overdue(change, false, { now: 110, since: 0, graceMs: 10 })).toBe('overdue')
    expect(mayTake({ state: 'given', givenBy: 'a', sha256: 'h' }, { username: 'a', sha256: 'h' })).toBe('same-person')
    expect(mayTake({ state: 'void', givenBy: 'a', sha256: 'h' }, { username: 'b', sha256: 'h' })).toBe('not-given')
    expect(mayTake({ state: 'given', givenBy: 'a', sha256: 'h' }, { username: 'b', sha256: 'x' })).toBe('other-sheet')
  })
})
