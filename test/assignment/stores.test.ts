import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AssignMember } from '../../contract/http/assignment.ts'
import type { Designation } from '../../contract/http/draws.ts'
import { verifyDraws } from '../../contract/verify-draws.ts'
import type { Principal } from '../../server/feature.ts'
import type { RecordsOptions } from '../../server/records/store.ts'
import { tick } from '../helpers/records.ts'
import { startPostgres, temporaryFolder } from '../services.ts'
import {
  type Answer,
  chief,
  type Drawn,
  hashOf,
  inspector,
  manager,
  nonce,
  type Office,
  office,
  who,
} from './office.ts'

/** Draws, designations, the load ledger and their races, the same on every database. */
const postgres = await startPostgres()
afterAll(() => postgres.stop())

const STORES: [string, () => Promise<RecordsOptions>][] = [
  ['SQLite', async () => ({ kind: 'sqlite', file: join(temporaryFolder('draws'), 'records.sqlite') })],
  ['PostgreSQL', async () => ({ kind: 'postgres', url: await postgres.freshDatabase() })],
]
const deputy = who('deputy-chief', ['deputy-chief'])
const DAY = 86_400_000

describe.each(STORES)('assignment on %s', (_name, fresh) => {
  let o: Office
  const open = async (contributors: string[], rules = {}) => {
    o = await office(contributors, { options: await fresh(), rules })
  }
  afterEach(() => o.records.close())
  const draw = (caseId: string) => o.call<Drawn>('createDraw', manager, { body: { caseId } })
  const send = (drawId: string, person: Principal, body: object) =>
    o.call<Answer>('contributeToDraw', person, { params: { id: drawId }, body })
  const drawn = async (caseId: string) => send((await draw(caseId)).drawId, manager, { nonce: nonce() })
  const propose = (caseId: string, over: object = {}) =>
    o.call<Designation>('proposeDesignation', manager, {
      body: { caseId, member: 'p22', reason: 'MAJOR_COMPLEX', note: '涉众案件由专班办理', interference: '无', ...over },
    })
  const decide = (id: string, person: Principal, yes = true) =>
    o.call<{ designation: Designation; entry: object | null; drawId: string | null }>(
      yes ? 'approveDesignation' : 'rejectDesignation',
      person,
      { params: { id }, body: { note: yes ? '同意' : '理由不充分' } },
    )
  const members = async (person = manager) => (await o.call<{ items: AssignMember[] }>('listMembers', person)).items
  const outcomes = async (...tries: Promise<unknown>[]) =>
    (await Promise.allSettled(tries)).map(({ status }) => status).toSorted()
  const ONE = ['fulfilled', 'rejected']

  describe('one contributor', () => {
    beforeEach(() => open(['case-management']))

    it('races: draw, contribute, cancel, approve and reject have one effect each', async () => {
      const [first = '', second = '', third = ''] = await o.unassigned()
      const [a, b] = await Promise.all([draw(first), draw(first)])
      expect(b.drawId).toBe(a.drawId)
      const cancel = o.call('cancelDraw', chief, { params: { id: a.drawId }, body: { reason: '名单有误，撤销' } })
      expect(await outcomes(send(a.drawId, manager, { nonce: nonce() }), cancel)).toEqual(ONE)
      const { id } = await propose(second)
      expect(await outcomes(decide(id, chief), decide(id, deputy, false))).toEqual(ONE)
      const rejected = await propose(third)
      expect(await outcomes(decide(rejected.id, chief, false), decide(rejected.id, deputy, false))).toEqual(ONE)
      const text = await o.chain()
      expect(text.match(/draw\.(completed|cancelled)/g)).toHaveLength(1)
      expect((await verifyDraws(text)).failures).toEqual([])
    })
    it('a designation is not overtaken by a draw, nor a draw by a designation', async () => {
      const [caseId = ''] = await o.unassigned()
      const { id } = await propose(caseId)
      await draw(caseId)
      await expect(decide(id, chief)).rejects.toMatchObject({ id: 'conflict' })
      await expect(propose(caseId)).rejects.toMatchObject({ id: 'conflict' })
    })
    it('OTHER needs two people besides the one who proposed', async () => {
      const [caseId = ''] = await o.unassigned()
      const { id } = await propose(caseId, { reason: 'OTHER', note: '本案另有特殊情况，须由其承办，详见所附情况说明' })
      await expect(decide(id, manager)).rejects.toMatchObject({ id: 'same-person' })
      const first = await decide(id, chief)
      expect(first).toMatchObject({ entry: null, designation: { state: 'proposed', firstApprovedBy: 'chief' } })
      await expect(decide(id, chief)).rejects.toMatchObject({ id: 'same-person' })
      expect(await o.unassigned()).toContain(caseId)
      const second = await decide(id, deputy)
      expect(second).toMatchObject({
        entry: { body: { approvedBy: 'deputy-chief', firstApprovedBy: 'chief' } },
        designation: { state: 'approved', decidedNote: '同意' },
      })
      expect(await o.unassigned()).not.toContain(caseId)
    })
    it('pages through designations, newest first, with words for people', async () => {
      for (const caseId of (await o.unassigned()).slice(0, 5)) await propose(caseId)
      const seen: string[] = []
      for (let cursor: string | undefined; ; ) {
        const page = await o.call<{ items: Designation[]; cursor: string | null }>('listDesignations', manager, {
          query: { limit: 2, ...(cursor ? { cursor } : {}) },
        })
        seen.push(...page.items.map(({ id }) => id))
        expect(page.items[0]).toMatchObject({ reasonName: '重大疑难复杂', memberName: '姜大', kind: 'designate' })
        if (page.cursor === null) break
        cursor = page.cursor
      }
      expect(new Set(seen).size).toBe(5)
    })
    it('explains every line of a load, and the lines add up to it', async () => {
      const ids = await o.unassigned()
      await o.call('addLeave', manager, {
        params: { id: 'p08' },
        body: { from: '2026-11-24', to: '2026-11-26', reason: '年休假三日' },
      })
      for (const caseId of ids.slice(0, 8)) await drawn(caseId)
      const { id } = await propose(ids[8] ?? '', { member: 'p09' })
      await decide(id, chief)
      const change = await o.call<Designation>('proposeHandlerChange', manager, {
        body: { caseId: ids[8] ?? '', reason: 'OVERLOAD', note: '负荷明显过重', interference: '无' },
      })
      const changed = await decide(change.id, chief)
      expect(changed.designation.drawId).toBe(changed.drawId)
      // Down for three days: the absences are made up for, once each.
      o.records.clock.ms += 3 * DAY
      await tick(o.records, o.assignment, 'absence-credit')
      await tick(o.records, o.assignment, 'absence-credit')
      type Ledger = {
        items: { id: string; amount: number; what: string; kind: string }[]
        load: number
        cursor: string | null
        totals: { amount: number }[]
      }
      const kinds = new Set<string>()
      for (const member of await members()) {
        const rows: Ledger['items'] = []
        for (let cursor: string | undefined; ; ) {
          const page: Ledger = await o.call<Ledger>('explainLoad', manager, {
            params: { id: member.id },
            query: { limit: 2, ...(cursor ? { cursor } : {}) },
          })
          rows.push(...page.items)
          expect(page.totals.reduce((sum, { amount }) => sum + amount, 0)).toBe(member.load)
          if (page.cursor === null) break
          cursor = page.cursor
        }
        expect(new Set(rows.map((row) => row.id)).size).toBe(rows.length)
        expect(rows.reduce((sum, { amount }) => sum + amount, 0)).toBe(member.load)
        for (const { what, kind } of rows) {
          expect(what).toMatch(kind === 'absence' ? /请假：在岗人员当日分得 .* 折算/ : /示检刑诉受/)
          kinds.add(kind)
        }
      }
      expect(kinds).toEqual(new Set(['draw', 'designated', 'moved', 'absence']))
      expect((await verifyDraws(await o.chain())).ok).toBe(true)
    })
    it('members change with a reason, each change an entry; who may not read cases sees no recusals', async () => {
      const [caseId = ''] = await o.unassigned()
      const change = (id: string, body: object) => o.call(id, manager, { params: { id: 'p07' }, body })
      await change('changeMember', { cap: 50, specialities: ['知识产权', '未成年人检察'], reason: '新任员额三个月' })
      await change('addRecusal', { caseId, reason: '与被害人有亲属关系' })
      await change('addLeave', { from: '2026-11-25', to: '2026-11-30', reason: '年休假六日' })
      const [one] = (await members()).filter(({ id }) => id === 'p07')
      expect(one).toMatchObject({
        cap: 50,
        specialities: ['未成年人检察', '知识产权'],
        recusals: [{ caseId }],
        leave: [{ from: '2026-11-25', to: '2026-11-30' }],
        away: null,
      })
      const stranger = { ...manager, permissions: new Set<string>() }
      expect((await members(stranger)).find(({ id }) => id === 'p07')?.recusals).toEqual([])
      const leave = one?.leave[0]?.id ?? ''
      const end = (to: string) =>
        o.call('endLeave', manager, { params: { id: 'p07', leave }, body: { to, reason: '提前返岗工作' } })
      await expect(end('2026-12-01')).rejects.toMatchObject({ id: 'unprocessable' })
      await end('2026-11-27')
      o.records.clock.ms += 4 * DAY
      await expect(end('2026-11-25')).rejects.toMatchObject({ id: 'unprocessable' })
      const text = await o.chain()
      for (const word of ['"change":"changed"', '"change":"recusal"', '"change":"leave"', '"change":"leave-ended"'])
        expect(text).toContain(word)
    })
    it('more designated cases than the rules allow raise one alert, which goes when the share is right again', async () => {
      const ids = await o.unassigned()
      const designate = async (caseId: string) => decide((await propose(caseId)).id, chief)
      for (const caseId of ids.slice(0, 6)) await designate(caseId)
      await tick(o.records, o.assignment, 'draw.designated-share')
      // Six cases say nothing yet.
      expect(o.alerts.raised).toEqual([])
      for (const caseId of ids.slice(6, 21)) await drawn(caseId)
      await tick(o.records, o.assignment, 'draw.designated-share')
      await tick(o.records, o.assignment, 'draw.designated-share')
      expect(o.alerts.raised).toHaveLength(1)
      expect([...o.alerts.open.values()]).toMatchObject([{ rule: 'draw.designated-share', values: { percent: 28.6 } }])
      for (const caseId of ids.slice(21, 30)) await drawn(caseId)
      await tick(o.records, o.assignment, 'draw.designated-share')
      expect(o.alerts.open.size).toBe(0)
    })
    it('fairness answers in words whether there is much or nothing', async () => {
      type Page = { draws: number; questions: { words: string; p: number | null; cells: object[] }[]; smallPools: [] }
      const page = () => o.call<Page>('drawFairness', manager)
      expect(await page()).toMatchObject({ draws: 0, smallPools: [] })
      for (const caseId of (await o.unassigned()).slice(0, 25)) await drawn(caseId)
      const full = await page()
      expect(full.draws).toBe(25)
      for (const { words } of full.questions) expect(words).not.toBe('')
      expect(full.questions.find(({ cells }) => cells.length > 5)).toBeDefined()
    })
  })

  it('two contributors at once: both hashes stand, then both nonces, one result', async () => {
    await open(['case-management', 'inspection'])
    const [caseId = ''] = await o.unassigned()
    const { drawId } = await draw(caseId)
    const [a, b] = [nonce(), nonce()]
    const hashes = await Promise.all([
      send(drawId, manager, { nonceHash: hashOf(a) }),
      send(drawId, inspector, { nonceHash: hashOf(b) }),
      send(drawId, manager, { nonceHash: hashOf(a) }),
    ])
    expect(hashes.map(({ state }) => state)).toContain('contributed')
    const reveals = await Promise.all([
      send(drawId, manager, { nonce: a }),
      send(drawId, inspector, { nonce: b }),
      send(drawId, inspector, { nonce: b }),
    ])
    expect(reveals.map(({ state }) => state)).toContain('completed')
    const text = await o.chain()
    expect(text.match(/draw\.contributed/g)).toHaveLength(2)
    expect(text.match(/draw\.completed/g)).toHaveLength(1)
    expect(await verifyDraws(text)).toMatchObject({ ok: true, draws: 1 })
  })
  it('a case that needs a speciality is drawn among those who have it, or not at all', async () => {
    await open(['case-management'], { specialities: { 'prosecution-review': '知识产权' } })
    const [caseId = ''] = await o.unassigned()
    await expect(draw(caseId)).rejects.toMatchObject({ id: 'unprocessable' })
    await o.call('changeMember', manager, {
      params: { id: 'p10' },
      body: { specialities: ['知识产权'], reason: '取得专业资格' },
    })
    const { entry, drawId } = await draw(caseId)
    expect(entry.body).toMatchObject({ pool: [{ id: 'p10' }] })
    expect(JSON.stringify(entry.body)).toContain('"reason":"speciality"')
    expect((await send(drawId, manager, { nonce: nonce() })).entry?.body.winner).toBe('p10')
  })
})
