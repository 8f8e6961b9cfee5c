import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as api from '../../contract/http/alerts.ts'
import { type Office, officer, openOffice, sqliteStore } from './office.ts'

let office: Office
let remove: () => void
beforeEach(async () => {
  const store = sqliteStore()
  remove = store.remove
  office = await openOffice(store)
})
afterEach(async () => {
  await office.close()
  remove()
})
const forced = async (object = 'door:E1') => {
  await office.says(office.event('door.forced', object))
  return office.one(`door.forced:${object}`)
}
const refused = (spec: Parameters<Office['call']>[0], params: unknown, body?: unknown) =>
  office.call(spec, { params, body }).then(
    () => 'accepted',
    (error: { id?: string }) => error.id ?? 'schema',
  )

describe('work on an alert', () => {
  it('goes the whole way: acknowledge, assign, dispatch, handle, resolve, close', async () => {
    const { id } = await forced()
    const params = { id }
    expect(await office.call(api.alertAcknowledge, { params, body: { reason: '已派人' } })).toMatchObject({
      state: 'acknowledged',
      step: 'acknowledged',
      owner: '安全岗 A',
    })
    expect(await office.call(api.alertAssign, { params, body: { owner: 'judicial-police' } })).toMatchObject({
      owner: '法警岗',
    })
    expect(await office.call(api.alertDispatch, { params })).toMatchObject({ step: 'dispatched' })
    expect(await office.call(api.alertHandle, { params, body: { reason: '到场' } })).toMatchObject({ step: 'handling' })
    expect(await office.call(api.alertResolve, { params, body: { disposal: '门已关好' } })).toMatchObject({
      step: 'resolved',
    })
    expect(await office.call(api.alertClose, { params })).toMatchObject({ step: 'closed', version: 7 })
    expect(await office.list()).toHaveLength(0)
    expect((await office.history(id)).map(({ text }) => text)).toEqual([
      '新建',
      '确认：已派人',
      '归属 法警岗',
      '派遣',
      '开始处置：到场',
      '解决：门已关好',
      '关闭',
    ])
    expect(office.announced).toHaveLength(7)
  })

  it('tells what is possible now', async () => {
    const { id } = await forced()
    const actions = async () => (await office.call(api.alert, { params: { id } })).actions
    expect(await actions()).toEqual(['acknowledge', 'assign'])
    await office.call(api.alertAcknowledge, { params: { id }, body: { reason: '误报' } })
    expect(await actions()).toEqual(['assign', 'dispatch', 'handle', 'resolve', 'close'])
  })

  it('refuses with the reason of the closed list', async () => {
    const { id } = await forced()
    expect(await refused(api.alertAcknowledge, { id: 'A-20261124-9999' }, { reason: 'x' })).toBe('not-found')
    expect(await refused(api.alertAcknowledge, { id }, {})).toBe('schema')
    expect(await refused(api.alertAcknowledge, { id }, { reason: '  ' })).toBe('schema')
    expect(await refused(api.alertDispatch, { id })).toBe('conflict')
    expect(await refused(api.alertClose, { id })).toBe('conflict')
    expect(await refused(api.alertAssign, { id }, { owner: '张三' })).toBe('unprocessable')
    await office.call(api.alertAcknowledge, { params: { id }, body: { reason: '误报' } })
    expect(await refused(api.alertAcknowledge, { id }, { reason: '误报' })).toBe('conflict')
    expect(await refused(api.alertResolve, { id }, {})).toBe('schema')
    expect(await refused(api.alertClose, { id })).toBe('bad-input')
    expect((await office.history(id)).length).toBe(2)
  })

  it('acknowledges many at once and says which it could not', async () => {
    const [a, b] = [await forced('door:E1'), await forced('door:P2')]
    await office.call(api.alertAcknowledge, { params: { id: a.id }, body: { reason: '误报' } })
    const answer = await office.call(api.alertsAcknowledge, {
      body: { ids: [a.id, b.id, b.id, 'A-20261124-0099'], reason: '设备故障' },
    })
    expect(answer.items.map(({ id }) => id)).toEqual([b.id])
    expect(answer.refused).toMatchObject([
      { id: a.id, reason: 'already-acknowledged' },
      { id: 'A-20261124-0099', reason: 'not-found' },
    ])
  })
})

describe('the list', () => {
  it('pages newest first and filters by several words', async () => {
    await office.says(
      ...['door:E1', 'door:P2', 'door:H1'].map((door) => office.event('door.forced', door)),
      office.event('terminal.attack', 'JCY-1'),
    )
    const first = await office.call(api.alerts, { query: { limit: '3' } })
    expect(first.items.map(({ id }) => id.slice(-1))).toEqual(['4', '3', '2'])
    const second = await office.call(api.alerts, { query: { limit: '3', cursor: first.cursor } })
    expect(second).toMatchObject({ items: [{ id: 'A-20261124-0001' }], cursor: null })
    expect(await office.list({ cursor: '' })).toHaveLength(4)
    expect(await office.list({ domain: 'terminal' })).toHaveLength(1)
    expect(await office.list({ severity: 'critical,notice', domain: 'access,terminal' })).toHaveLength(3)
    expect(await office.list({ state: 'acknowledged,normal' })).toHaveLength(0)
    expect(await office.list({ object: 'door:P2' })).toHaveLength(1)
    await expect(office.list({ cursor: 'x' })).rejects.toMatchObject({ id: 'bad-input' })
    expect(api.alerts.query.safeParse({ state: 'gone' }).success).toBe(false)
  })

  it('orders the wall: severity, then unacknowledged, then oldest; what is over last', async () => {
    const say = async (type: string, object: string) => {
      office.clock.ms += 1000
      await office.says(office.event(type, object))
      return office.one(`${type}:${object}`)
    }
    const held = await say('door.held', 'door:P2')
    const tamper = await say('door.tamper', 'door:P2')
    const red = await say('door.forced', 'door:E1')
    const seen = await say('door.forced', 'door:H1')
    const over = await say('terminal.illegal_outreach', 'JCY-1')
    await office.call(api.alertAcknowledge, { params: { id: seen.id }, body: { reason: '误报' } })
    await office.call(api.alertAcknowledge, { params: { id: over.id }, body: { reason: '误报' } })
    await office.store.write((turn) => office.feature.desk.clear(turn, over.cause, office.clock.ms))
    const ids = (await office.panel()).items.map(({ id }) => id)
    expect(ids).toEqual([red.id, seen.id, held.id, tamper.id, over.id])
    expect((await office.feature.open()).map(({ id }) => id)).toEqual(ids)
    expect((await office.panel()).counts).toMatchObject({
      unacknowledged: 3,
      acknowledged: 1,
      normalToday: 1,
      bySeverity: { critical: 3, warning: 2, notice: 0, info: 0 },
    })
  })

  it('shows at most 200 on the wall and counts the rest', async () => {
    for (let n = 0; n < 9; n++) {
      await office.says(...Array.from({ length: 30 }, (_, k) => office.event('terminal.attack', `T-${n}-${k}`)))
      office.clock.ms += 61_000
    }
    const panel = await office.panel()
    expect(panel.items).toHaveLength(200)
    expect(panel.counts.bySeverity.warning).toBe(270)
    expect(panel.merged.cards).toBe(270)
  })
})

describe('what others must not be able to do', () => {
  it('every route asks for a word of the permission file', () => {
    const words = new Set(office.feature.routes?.map(({ spec }) => `${spec.method} ${spec.permission}`))
    expect([...words].sort()).toEqual([
      'DELETE alerts.silence',
      'GET alerts.read',
      'POST alerts.rules',
      'POST alerts.silence',
      'POST alerts.work',
    ])
  })

  it('foreign text cannot break a line or grow without end', async () => {
    const name = `evil\u202e\n${'长'.repeat(300)}`
    await office.says(office.event('terminal.virus', 'JCY-1', { data: { name, action: 'none' } }))
    const alert = await office.one('terminal.virus:JCY-1')
    expect(alert.why).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    expect(alert.why.length).toBeLessThanOrEqual(160)
    expect(alert.title).toBe('JCY-1 病毒未处置')
  })

  it('history keeps who did it, by post and account', async () => {
    const { id } = await forced()
    const person = { ...officer, username: 'fajing', post: '法警岗' }
    await office.call(api.alertAcknowledge, { params: { id }, body: { reason: '到场' }, person })
    expect((await office.call(api.alert, { params: { id } })).history[0]).toMatchObject({
      post: '法警岗',
      username: 'fajing',
      reason: 'acknowledged',
    })
  })
})
