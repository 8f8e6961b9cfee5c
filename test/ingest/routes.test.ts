import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { EventItem } from '../../contract/http/events.ts'
import type { IngestAnswer } from '../../contract/http/ingest.ts'
import type { QuarantineItem } from '../../contract/http/quarantine.ts'
import type { Call } from '../../server/feature.ts'
import { bytes, envelope, type Kit, NOW, openKit } from './kit.ts'

let kit: Kit
beforeEach(async () => {
  kit = await openKit()
})
afterEach(() => kit.close())

/** Calls a bound route as http/ does: query and body through its schema, the answer through its own. */
async function call<Answer>(
  id: string,
  part: { params?: unknown; query?: unknown; body?: unknown } = {},
): Promise<Answer> {
  const route = kit.ingest.routes?.find(({ spec }) => spec.id === id)
  if (!route) throw new Error(`no route ${id}`)
  const { spec } = route
  const body = spec.consumes === 'json' ? spec.body.parse(part.body) : part.body
  const query = spec.query.parse(part.query ?? (spec.method === 'GET' ? {} : undefined))
  const answer = await route.handle({
    params: part.params,
    query,
    body,
    now: kit.clock.ms,
    person: { username: 'admin' },
  } as Call<unknown, unknown, unknown>)
  return spec.answer.parse(answer) as Answer
}
const post = (value: unknown) => call<IngestAnswer>('ingest', { body: bytes(value) })
interface Page<Item> {
  items: Item[]
  cursor: string | null
}
const minutesAgo = (minutes: number) => new Date(NOW - minutes * 60_000).toISOString()

describe('POST /ingest', () => {
  it('takes envelopes and batches of any collector and room', async () => {
    expect(await post(envelope({ id: 'a' }))).toEqual({ stored: 1, duplicate: 0, rejected: [] })
    const batch = [
      envelope({ id: 'a' }),
      envelope({ id: 'b', type: 'terminal.virus', collector: 'tq' }),
      envelope({ id: 'c', v: 3 }),
    ]
    expect(await post({ v: 1, batch })).toEqual({
      stored: 1,
      duplicate: 1,
      rejected: [{ id: 'c', reason: 'schema_major' }],
    })
    expect(kit.sideRoad.map(({ domain, collector }) => [domain, collector])).toEqual([
      ['access', 'hik-a'],
      ['terminal', 'tq'],
    ])
    expect(kit.receipts).toEqual([])
  })
  it('answers rubbish with its reason', async () => {
    expect(await post('{')).toEqual({ stored: 0, duplicate: 0, rejected: [{ id: null, reason: 'bad_json' }] })
    expect(await post('x'.repeat(65_537))).toMatchObject({ rejected: [{ reason: 'frame_too_long' }] })
  })
})

describe('GET /events', () => {
  const list = (query: unknown) => call<Page<EventItem>>('listEvents', { query })
  const ids = async (query: unknown) => (await list(query)).items.map(({ id }) => id)

  beforeEach(async () => {
    const events = Array.from({ length: 25 }, (_, n) =>
      envelope({
        id: `e${String(n).padStart(2, '0')}`,
        type: n % 2 ? 'door.opened' : 'access.granted',
        object: `door:E${n % 3}`,
        // Two share each moment, so that only the arrival tells them apart.
        observed_at: minutesAgo(100 - Math.floor(n / 2)),
      }),
    )
    await post({ v: 1, batch: events })
  })

  it('newest first, by type, object and time', async () => {
    expect((await ids({})).slice(0, 3)).toEqual(['e24', 'e23', 'e22'])
    expect(await ids({ type: 'door.opened', limit: 2 })).toEqual(['e23', 'e21'])
    expect(await ids({ object: 'door:E1', limit: 2 })).toEqual(['e22', 'e19'])
    expect(await ids({ from: minutesAgo(90), to: minutesAgo(89) })).toEqual(['e21', 'e20'])
  })

  it('pages without a gap or a double while new events arrive', async () => {
    const all: string[] = []
    let cursor: string | null = ''
    for (let n = 0; cursor !== null; n++) {
      const page: Page<EventItem> = await list({ limit: 4, cursor })
      all.push(...page.items.map(({ id }) => id))
      cursor = page.cursor
      await post(envelope({ id: `late${n}`, observed_at: minutesAgo(0) }))
    }
    expect(all).toEqual(Array.from({ length: 25 }, (_, n) => `e${String(24 - n).padStart(2, '0')}`))
  })

  it('answers envelopes with what the server adds', async () => {
    await post(
      envelope({ id: 'z', type: 'access.new', observed_at: minutesAgo(-1), seq: 9, more: '院', data: undefined }),
    )
    expect((await list({ limit: 1 })).items).toEqual([
      {
        v: 1,
        id: 'z',
        type: 'access.other',
        site: 'demo',
        collector: 'hik-a',
        object: 'door:E1',
        observed_at: minutesAgo(-1),
        seq: 9,
        more: '院',
        severity: 'info',
        backfill: false,
        data: { original_type: 'access.new' },
        received_at: '2026-11-24T00:31:05Z',
        state: 'done',
        failure: null,
      },
    ])
  })

  it('refuses a cursor that is none', async () => {
    for (const cursor of ['x', '1', '1.2.3', "1.2' or 1=1", '99999999999999999999.1'])
      await expect(list({ cursor })).rejects.toMatchObject({ id: 'bad-input' })
  })
  it('a filter that tries SQL finds nothing', async () => {
    expect(await ids({ type: "' or '1'='1" })).toEqual([])
    expect(await ids({ object: 'x"; drop table inbox;--' })).toEqual([])
    expect(await ids({})).toHaveLength(25)
  })
})

describe('the quarantine', () => {
  const list = (query: unknown = {}) => call<Page<QuarantineItem>>('listQuarantine', { query })
  const replay = (id: string, body?: unknown) =>
    call<IngestAnswer & { state: string }>('replayQuarantined', { params: { id }, body })
  const newest = async (): Promise<QuarantineItem> => {
    const [item] = (await list()).items
    if (!item) throw new Error('quarantine is empty')
    return item
  }

  it('lists by collector, reason and state, in pages', async () => {
    await kit.send('{1')
    await kit.send('{2', 'jc/v1/demo/access/hik-b/evt/x')
    await kit.send(envelope({ v: 2 }))
    expect((await list()).items.map(({ reason, collector }) => [reason, collector])).toEqual([
      ['schema_major', 'hik-a'],
      ['bad_json', 'hik-b'],
      ['bad_json', 'hik-a'],
    ])
    expect((await list({ collector: 'hik-b' })).items).toHaveLength(1)
    expect((await list({ reason: 'bad_json' })).items).toHaveLength(2)
    const first = await list({ limit: 2 })
    const rest = await list({ limit: 2, cursor: first.cursor })
    expect([first.items.length, rest.items.length, rest.cursor]).toEqual([2, 1, null])
    await call('discardQuarantined', { params: { id: (await newest()).id }, body: { reason: '测试数据' } })
    expect((await list({ open: 'true' })).items).toHaveLength(2)
    expect((await list({ open: 'false' })).items).toMatchObject([
      { state: 'discarded', closedBy: 'admin', note: '测试数据' },
    ])
  })

  it('a replay of what is still wrong stays open and adds no row', async () => {
    await kit.send(envelope({ v: 2 }))
    const { id } = await newest()
    expect(await replay(id)).toMatchObject({ stored: 0, rejected: [{ reason: 'schema_major' }], state: 'open' })
    expect((await list()).items).toHaveLength(1)
  })

  it('a corrected one goes the usual way, handlers and all, and is closed', async () => {
    await kit.send(envelope({ id: 'fix', v: 2 }))
    const { id } = await newest()
    expect(await replay(id, { payload: envelope({ id: 'fix' }) })).toEqual({
      stored: 1,
      duplicate: 0,
      rejected: [],
      state: 'replayed',
    })
    expect(kit.sideRoad.map((event) => event.id)).toEqual(['fix'])
    await expect(replay(id)).rejects.toMatchObject({ id: 'conflict' })
  })

  it('one from the future is good once its time has come', async () => {
    await kit.send(envelope({ observed_at: minutesAgo(-3000) }))
    const { id, reason } = await newest()
    expect(reason).toBe('future_time')
    kit.clock.ms += 3000 * 60_000
    expect(await replay(id)).toMatchObject({ stored: 1, state: 'replayed' })
  })

  it('an unknown type, corrected, is filed under its true name beside the .other', async () => {
    await kit.send(envelope({ id: 'u', type: 'door.openned' }))
    const { id } = await newest()
    const outcome = await replay(id, { payload: envelope({ id: 'u', type: 'door.opened' }) })
    expect(outcome).toMatchObject({ stored: 1, state: 'replayed' })
    expect(kit.sideRoad.map((event) => [event.id, event.type])).toEqual([
      ['u', 'access.other'],
      ['u-r', 'door.opened'],
    ])
  })

  it('a message of which only a part was kept needs the whole', async () => {
    await kit.send(`{"v":1,"x":"${'y'.repeat(9000)}`)
    const { id, truncated } = await newest()
    expect(truncated).toBe(true)
    await expect(replay(id)).rejects.toMatchObject({ id: 'unprocessable' })
  })

  it('what is not there is not found; a discard needs its reason', async () => {
    await expect(replay('nothing')).rejects.toMatchObject({ id: 'not-found' })
    await expect(call('discardQuarantined', { params: { id: 'x' }, body: { reason: ' ' } })).rejects.toThrow()
  })
})
