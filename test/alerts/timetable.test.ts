import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import * as api from '../../contract/http/alerts.ts'
import * as silencesApi from '../../contract/http/silences.ts'
import { type Postgres, startPostgres } from '../services/postgres.ts'
import { type Office, officer, openOffice, sqliteStore } from './office.ts'

/** Days of the office as timetables, on both records stores. */
let postgres: Postgres
beforeAll(async () => {
  postgres = await startPostgres()
})
afterAll(async () => {
  await postgres?.stop()
})

describe.each(['sqlite', 'postgres'] as const)('alerts on %s', (kind) => {
  let office: Office
  let remove = () => {}
  beforeEach(async () => {
    if (kind === 'sqlite') {
      const store = sqliteStore()
      remove = store.remove
      office = await openOffice(store)
    } else office = await openOffice({ kind: 'postgres', url: await postgres.freshDatabase() })
  })
  afterEach(async () => {
    await office.close()
    remove()
  })
  const acknowledge = (id: string, reason = '移交清点') =>
    office.call(api.alertAcknowledge, { params: { id }, body: { reason } })

  it('08:31:05 door E1 forced · 08:33:05 the duty leader · 08:34 acknowledged · 08:35 closed by the contact', async () => {
    await office.at('08:31:05')
    const forced = office.event('door.forced', 'door:E1')
    await office.says(forced)
    expect(office.announced).toHaveLength(1)
    expect(office.announced[0]).toMatchObject({
      id: 'A-20261124-0001',
      cause: 'door.forced:door:E1',
      severity: 'critical',
      state: 'unacknowledged',
      title: '机房 A 门 强行开启',
      next: '电话核实 8110，派法警到场',
      count: 1,
    })
    expect([...office.touched]).toEqual(expect.arrayContaining(['alerts', 'alert-load']))

    await office.at('08:33:04')
    expect(office.announced).toHaveLength(1)
    await office.at('08:33:05')
    expect(office.announced.at(-1)).toMatchObject({ version: 2, escalatesAt: office.clock.ms + 480_000 })
    expect(office.announced.at(-1)?.facts).toEqual([{ label: '升级', text: '08:33:05 无人确认，已升级至 值班领导' }])

    await office.at('08:34:00')
    const answer = await acknowledge('A-20261124-0001', '已派法警')
    expect(answer).toMatchObject({ state: 'acknowledged', step: 'acknowledged', owner: '安全岗 A', escalatesAt: null })

    await office.at('08:35:00')
    await office.says(office.event('door.closed', 'door:E1'))
    const over = await office.one('door.forced:door:E1')
    expect(over).toMatchObject({ state: 'normal', step: 'acknowledged' })
    const history = await office.history(over.id)
    expect(history.map(({ reason }) => reason)).toEqual(['first', 'escalated', 'acknowledged', 'cleared'])
    expect(history[2]).toMatchObject({ text: '确认：已派法警', username: 'anquan' })
    const detail = await office.call(api.alert, { params: { id: over.id } })
    expect(detail.evidence).toMatchObject([{ eventId: forced.id, type: 'door.forced', label: '强行开启' }])
    expect(detail.evidence[0]?.sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(detail.rule).toMatchObject({ id: 'door.forced', version: '2026.11-1' })
    expect(detail.contacts[0]).toEqual({ post: 'judicial-police', name: '法警岗', phone: '8110' })
  })

  it('one card per cause: eleven occurrences, one alert; again after the return voids the acknowledgement', async () => {
    await office.at('09:25:53')
    for (let n = 0; n < 11; n++) await office.says(office.event('door.held', 'door:P2'))
    const [alert] = await office.list()
    expect(alert).toMatchObject({ count: 11, title: '涉案财物室 2号门 超时未关', why: '门磁开启超过上限 30 秒' })
    await acknowledge(alert?.id ?? '')
    await office.at('09:27:00')
    await office.says(office.event('door.held_cleared', 'door:P2'))
    expect(await office.list()).toMatchObject([{ state: 'normal' }])
    await office.at('09:28:00')
    await office.says(office.event('door.held', 'door:P2'))
    expect(await office.list()).toMatchObject([{ id: alert?.id, state: 'unacknowledged', step: 'new', count: 12 }])
    expect(await office.panel()).toMatchObject({ merged: { occurrences: 12, cards: 1 }, counts: { unacknowledged: 1 } })
  })

  it('beyond the merge window a new card is opened and the old one is closed', async () => {
    await office.at('09:00:00')
    await office.says(office.event('door.held', 'door:P2'))
    const [first] = await office.list()
    await acknowledge(first?.id ?? '')
    await office.at('09:01:00')
    await office.says(office.event('door.closed', 'door:P2'))
    await office.at('09:10:00')
    await office.says(office.event('door.held', 'door:P2'))
    expect(await office.list()).toMatchObject([{ id: 'A-20261124-0002', count: 1, state: 'unacknowledged' }])
    expect((await office.history('A-20261124-0001')).at(-1)).toMatchObject({ reason: 'superseded' })
  })

  it('everything in one group commit: raised, held, cleared, raised again', async () => {
    await office.at('10:00:00')
    const at = (s: number) => ({ observedMs: office.clock.ms + s * 1000 })
    await office.says(
      office.event('door.forced', 'door:E1', at(0)),
      office.event('door.held', 'door:E1', at(30)),
      office.event('door.closed', 'door:E1', at(40)),
      office.event('door.forced', 'door:E1', at(50)),
    )
    expect(await office.one('door.forced:door:E1')).toMatchObject({ state: 'unacknowledged', count: 2, version: 3 })
    expect(await office.one('door.held:door:E1')).toMatchObject({ state: 'returned-unacknowledged', count: 1 })
  })

  it('the same event twice, by a feature too, is one occurrence', async () => {
    await office.at('10:00:00')
    const forced = office.event('door.forced', 'door:E1')
    await office.says(forced)
    await office.says(forced)
    await office.store.write((turn) =>
      office.feature.desk.raise(turn, {
        cause: 'door.forced:door:E1',
        rule: 'door.forced',
        domain: 'access',
        object: 'door:E1',
        at: forced.observedMs,
        evidence: [forced.id],
        clearable: true,
      }),
    )
    expect(await office.one('door.forced:door:E1')).toMatchObject({ count: 1, version: 1 })
  })

  it('09:12:00–09:14:10 three refusals in five minutes; gone five minutes later; a person must still see it', async () => {
    await office.at('09:12:00')
    await office.says(office.event('access.denied', 'door:H1'))
    await office.at('09:13:00')
    await office.says(office.event('access.denied', 'door:H1'), office.event('access.denied', 'door:E1'))
    expect(await office.list()).toHaveLength(0)
    await office.at('09:14:10')
    await office.says(office.event('access.denied', 'door:H1'))
    expect(await office.list()).toMatchObject([
      { title: '12309 1号门 5 分钟内 3 次拒绝', severity: 'notice', count: 1 },
    ])
    await office.at('09:15:00')
    await office.says(office.event('access.denied', 'door:H1'))
    expect(await office.list()).toMatchObject([{ title: '12309 1号门 5 分钟内 4 次拒绝', count: 2 }])
    await office.at('09:20:01')
    const [alert] = await office.list()
    expect(alert).toMatchObject({ state: 'returned-unacknowledged' })
    const detail = await office.call(api.alert, { params: { id: alert?.id } })
    expect(detail.evidence).toHaveLength(4)
    expect(detail.evidence.every((one: { sha256: string | null }) => one.sha256)).toBe(true)
    expect(await acknowledge(alert?.id ?? '')).toMatchObject({ state: 'normal' })
  })

  it('refusals spread over more than the window raise nothing', async () => {
    for (const time of ['09:00:00', '09:03:00', '09:06:00', '09:09:00']) {
      await office.at(time)
      await office.says(office.event('access.denied', 'door:H1'))
    }
    expect(await office.list()).toHaveLength(0)
  })

  it('late data are filed and never announced; they end a standing alert whose cause has gone', async () => {
    await office.at('11:00:00')
    const early = office.clock.ms - 3 * 3_600_000
    await office.says(office.event('door.forced', 'door:E1', { backfill: true, observedMs: early }))
    expect(office.announced).toHaveLength(0)
    expect(await office.list()).toHaveLength(0)
    expect(await office.one('door.forced:door:E1')).toMatchObject({ step: 'closed', state: 'normal', firstAt: early })
    await office.says(office.event('door.held', 'door:P2'))
    await office.says(office.event('door.held', 'door:P2', { backfill: true, observedMs: early }))
    const [held] = await office.list()
    expect(held).toMatchObject({ count: 2, state: 'unacknowledged', lastAt: office.clock.ms })
    expect(office.announced).toHaveLength(1)
    const [, late] = await office.history(held?.id ?? '')
    expect(late).toMatchObject({ reason: 'late-repeated' })
    await office.says(office.event('door.closed', 'door:P2', { backfill: true, observedMs: office.clock.ms + 1000 }))
    expect(await office.list()).toMatchObject([{ state: 'returned-unacknowledged' }])
  })

  it('a virus that was dealt with is no alert; an unknown outcome is', async () => {
    await office.says(
      office.event('terminal.virus', 'JCY-YB-001', { data: { action: 'quarantined', name: 'EICAR' } }),
      office.event('terminal.virus', 'JCY-YB-002', { data: { outcome: 'success' } }),
      office.event('terminal.virus', 'JCY-YB-003', { data: { action: 'none', name: 'Win32/Demo' } }),
      office.event('terminal.virus', 'JCY-YB-004'),
    )
    expect((await office.list()).map(({ object }) => object).sort()).toEqual(['JCY-YB-003', 'JCY-YB-004'])
    expect((await office.one('terminal.virus:JCY-YB-003')).why).toContain('Win32/Demo')
  })

  it('a source that calls it worse makes it worse', async () => {
    await office.says(office.event('terminal.virus', 'JCY-YB-003'))
    const [alert] = await office.list()
    await acknowledge(alert?.id ?? '')
    await office.says(office.event('terminal.virus', 'JCY-YB-003', { severity: 'critical' }))
    expect(await office.list()).toMatchObject([{ severity: 'critical', state: 'unacknowledged', step: 'new' }])
  })

  it('the ladder survives a restart: what became due while we were down climbs one rung a second', async () => {
    await office.at('08:31:05')
    await office.says(office.event('door.forced', 'door:E1'))
    office.clock.ms += 3_600_000
    const again = await office.restart()
    office = again
    await office.ticks()
    expect(office.announced).toMatchObject([{ escalatesAt: expect.any(Number) }])
    office.clock.ms += 1000
    await office.ticks()
    await office.ticks()
    expect((await office.history('A-20261124-0001')).map(({ text }) => text)).toEqual([
      '新建',
      '无人确认，升级至 值班领导',
      '无人确认，升级至 安全岗 B',
    ])
  })

  it('numbers start anew each office day and never repeat', async () => {
    await office.at('23:59:59')
    await office.says(office.event('door.forced', 'door:E1'), office.event('door.forced', 'door:P2'))
    office.clock.ms += 1000
    await office.says(office.event('door.forced', 'door:H1'))
    expect((await office.list()).map(({ id }) => id)).toEqual(['A-20261125-0001', 'A-20261124-0002', 'A-20261124-0001'])
  })

  it('a storm of 500 in one minute: 30 cards and one that gathers, 500 in history', async () => {
    await office.at('10:00:00')
    for (let batch = 0; batch < 10; batch++) {
      const events = Array.from({ length: 50 }, (_, n) =>
        office.event('terminal.illegal_outreach', `JCY-${batch * 50 + n}`),
      )
      await office.says(...events)
      office.clock.ms += 1000
    }
    const open = await office.list({ limit: 1000 })
    expect(open).toHaveLength(31)
    const storm = open.find(({ cause }) => cause === 'storm:terminal.illegal_outreach')
    expect(storm).toMatchObject({ count: 470, severity: 'critical', title: '违规外联 集中触发', object: null })
    const history = await office.history(storm?.id ?? '')
    expect(history).toHaveLength(470)
    expect(history[0]?.text).toContain('JCY-30 违规外联')
    expect(history[469]).toMatchObject({ reason: 'gathered', text: expect.stringContaining('JCY-499') })
    expect((await office.panel()).merged).toEqual({ occurrences: 500, cards: 31 })
    // A repetition of one that has its own card stays there; a minute later new ones have cards again.
    await office.says(office.event('terminal.illegal_outreach', 'JCY-0'))
    expect((await office.one('terminal.illegal_outreach:JCY-0')).count).toBe(2)
    office.clock.ms += 61_000
    await office.says(office.event('terminal.illegal_outreach', 'JCY-777'))
    expect(await office.one('terminal.illegal_outreach:JCY-777')).toMatchObject({ count: 1 })
  })

  it('a storm in a single commit, and no second call for it after acknowledgement', async () => {
    const burst = (from: number) =>
      Array.from({ length: 200 }, (_, n) => office.event('terminal.attack', `T-${from + n}`))
    await office.says(...burst(0))
    const storm = await office.one('storm:terminal.attack')
    expect(storm.count).toBe(170)
    await acknowledge(storm.id, '正在检查线路')
    await office.says(...burst(200))
    expect(await office.one('storm:terminal.attack')).toMatchObject({ count: 370, state: 'acknowledged' })
  })

  it('silence: no climbing until its end, said with reason; then the count begins', async () => {
    await office.at('08:00:00')
    await office.says(office.event('door.forced', 'door:E1'))
    const until = office.clock.ms + 900_000
    const silence = await office.call(silencesApi.silenceCreate, {
      body: { object: 'door:E1', reason: '门禁检修', until },
    })
    expect(silence).toMatchObject({ post: '安全岗 A', endedAt: null })
    await office.says(office.event('door.tamper', 'door:E1'))
    expect(await office.list()).toMatchObject([{ silencedUntil: until }, { silencedUntil: until }])
    await office.at('08:14:59')
    expect(office.announced.filter(({ facts }) => facts.length > 0)).toHaveLength(0)
    await office.at('08:15:01')
    expect(await office.list()).toMatchObject([{ silencedUntil: null }, { silencedUntil: null }])
    expect((await office.call(silencesApi.silences, {})).items).toHaveLength(0)
    expect((await office.call(silencesApi.silences, { query: { ended: 'true' } })).items).toMatchObject([
      { endedAt: until },
    ])
    await office.at('08:17:01')
    const forced = await office.one('door.forced:door:E1')
    expect((await office.history(forced.id)).map(({ reason }) => reason)).toEqual([
      'first',
      'silenced',
      'silence-ended',
      'escalated',
    ])
  })

  it('a silence that is lifted early gives the alert its voice back', async () => {
    await office.says(office.event('door.forced', 'door:E1'))
    const body = { rule: 'door.forced', reason: '演练', until: new Date(office.clock.ms + 3_600_000).toISOString() }
    const { id } = await office.call(silencesApi.silenceCreate, { body })
    await office.call(silencesApi.silenceLift, { params: { id } })
    expect(await office.list()).toMatchObject([{ silencedUntil: null }])
    await expect(office.call(silencesApi.silenceLift, { params: { id } })).rejects.toMatchObject({ id: 'conflict' })
    await expect(
      office.call(silencesApi.silenceCreate, { body: { ...body, until: office.clock.ms - 1 } }),
    ).rejects.toMatchObject({ id: 'bad-input' })
  })

  it('a figure above its limit for a minute rings once, says new values, ends under the lower limit', async () => {
    const figure = (value: number | null, state: 'ok' | 'stale' = 'ok') =>
      office.figures.set('terminal.patch-hosts', {
        name: 'terminal.patch-hosts',
        title: '高危补丁缺失终端',
        value,
        unit: '台',
        at: null,
        staleAfter: 60,
        state,
        source: '天擎',
        formula: '',
        rows: [],
      })
    const look = async (seconds: number, value: number | null, state: 'ok' | 'stale' = 'ok') => {
      office.clock.ms += seconds * 1000
      figure(value, state)
      await office.feature.evaluateFigures()
    }
    await look(0, 7)
    await look(30, 7)
    expect(await office.list()).toHaveLength(0)
    office = await office.restart()
    await look(31, 7)
    expect(await office.list()).toMatchObject([{ title: '高危补丁缺失 7 台', severity: 'warning', count: 1 }])
    await look(5, 7)
    await look(5, 9)
    expect(await office.list()).toMatchObject([{ title: '高危补丁缺失 9 台', count: 1 }])
    await look(5, 4)
    expect(await office.list()).toMatchObject([{ state: 'unacknowledged' }])
    await look(5, 1, 'stale')
    expect(await office.list()).toMatchObject([{ state: 'unacknowledged' }])
    await look(5, 2)
    expect(await office.list()).toMatchObject([{ state: 'returned-unacknowledged' }])
  })

  it('what is over and seen leaves at the change of shift, what somebody works on stays', async () => {
    await office.at('17:00:00')
    await office.says(office.event('door.held', 'door:P2'), office.event('door.held', 'door:E1'))
    for (const { id } of await office.list()) await acknowledge(id)
    const busy = await office.one('door.held:door:E1')
    await office.call(api.alertDispatch, {
      params: { id: busy.id },
      body: { owner: 'judicial-police', reason: '到场' },
    })
    await office.says(office.event('door.closed', 'door:P2'), office.event('door.closed', 'door:E1'))
    office.clock.ms += 13 * 3_600_000
    await office.ticks()
    expect(await office.list()).toMatchObject([{ id: busy.id, step: 'dispatched', owner: '法警岗' }])
    expect((await office.panel()).lastClosed).toMatchObject({
      title: '涉案财物室 2号门 超时未关',
      disposal: '移交清点',
    })
  })

  it('the self-test goes through rules and disk, and nobody sees it', async () => {
    await office.says(office.event('infra.selftest', 'selftest', { id: 'st-1', collector: 'selftest' }))
    await office.says(office.event('infra.selftest', 'selftest', { id: 'st-2', collector: 'selftest' }))
    expect(office.selftests).toEqual(['st-1', 'st-2'])
    expect(office.announced).toHaveLength(0)
    expect(await office.list({ severity: 'info' })).toHaveLength(0)
    expect(office.touched.size).toBe(0)
    expect((await office.panel()).items).toHaveLength(0)
    await office.says(office.event('door.forced', 'door:E1'))
    expect(await office.list()).toMatchObject([{ id: 'A-20261124-0001' }])
  })

  it('a turn that fails leaves nothing: no alert, no number used, no screen told', async () => {
    await expect(
      office.store.write(async (turn) => {
        await office.feature.handlers?.[0]?.handle(turn, [office.event('door.forced', 'door:E1')])
        throw new Error('a later handler fails')
      }),
    ).rejects.toThrow('a later handler fails')
    expect(office.announced).toHaveLength(0)
    await office.says(office.event('door.forced', 'door:E1'))
    expect(await office.list()).toMatchObject([{ id: 'A-20261124-0001', count: 1 }])
  })

  it('a rule that code names but the file does not know still rings', async () => {
    await office.store.write((turn) =>
      office.feature.desk.raise(turn, {
        cause: 'x:1',
        rule: 'new.rule',
        domain: 'infra',
        object: 'x',
        at: office.clock.ms,
        evidence: [],
        clearable: false,
      }),
    )
    expect(await office.list()).toMatchObject([{ severity: 'warning', why: expect.stringContaining('未在 config') }])
  })

  it('paint receipts: the first of each screen counts', async () => {
    await office.says(office.event('door.forced', 'door:E1'))
    const [alert] = await office.list()
    const paint = (screen: string, at: number) =>
      office.store.write((turn) => office.feature.recordPainted(turn, alert?.id ?? '', screen, at))
    await paint('wall-1', office.clock.ms + 20)
    await paint('wall-1', office.clock.ms + 900)
    await paint('wall-2', office.clock.ms + 30)
    office.feature.notePainted(alert?.id ?? '', 'wall-2', office.clock.ms + 700)
    office.feature.notePainted(alert?.id ?? '', 'wall-3', office.clock.ms + 40)
    await office.ticks()
    await office.ticks()
    const { painted } = await office.call(api.alert, { params: { id: alert?.id } })
    expect(painted).toMatchObject([
      { screen: 'wall-1', at: office.clock.ms + 20 },
      { screen: 'wall-2', at: office.clock.ms + 30 },
      { screen: 'wall-3', at: office.clock.ms + 40 },
    ])
  })

  it('figures tell what the wall shows', async () => {
    await office.says(office.event('door.forced', 'door:E1'), office.event('door.held', 'door:P2'))
    office.clock.ms += 60_000
    await office.ticks()
    const forced = await office.one('door.forced:door:E1')
    await acknowledge(forced.id)
    const source = office.feature.figures?.[0]
    const figures = new Map((await source?.list(office.clock.ms))?.map((one) => [one.name, one]))
    expect([...figures.keys()]).toEqual(source?.names)
    expect(figures.get('alerts.open')).toMatchObject({ value: 2, state: 'ok', unit: '条' })
    expect(figures.get('alerts.acknowledged')?.rows).toMatchObject([{ 编号: forced.id, 内容: '机房 A 门 强行开启' }])
    expect(figures.get('alerts.mean-ack')).toMatchObject({ value: 60, unit: '秒' })
    expect(figures.get('alerts.mean-handle')).toMatchObject({ value: null })
    expect(officer.post).toBe('安全岗 A')
  })
})
