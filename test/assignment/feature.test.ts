import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ChainEntry } from '../../contract/chain.ts'
import { PANELS } from '../../contract/panels/index.ts'
import { verifyDraws } from '../../contract/verify-draws.ts'
import type { Principal } from '../../server/feature.ts'
import { tick } from '../helpers/records.ts'
import {
  type Answer,
  chief,
  type Drawn,
  hashOf,
  inspector,
  manager,
  NOON,
  nonce,
  type Office,
  office,
  who,
} from './office.ts'

describe('a draw with one contributor', () => {
  let o: Office
  beforeEach(async () => {
    o = await office(['case-management'])
  })
  afterEach(() => o.records.close())
  const draw = (caseId: string) => o.call<Drawn>('createDraw', manager, { body: { caseId } })
  const give = (drawId: string, person: Principal, value: string) =>
    o.call<Answer>('contributeToDraw', person, { params: { id: drawId }, body: { nonce: value } })

  it('is committed, completed, verified by anyone, and the case has a handler', async () => {
    const [caseId = ''] = await o.unassigned()
    const { drawId, entry } = await draw(caseId)
    const done = await give(drawId, manager, nonce())
    expect(done.state).toBe('completed')
    expect(done.entry?.body).toMatchObject({ commitment: entry.hash })
    const verdict = await verifyDraws(await o.chain())
    expect(verdict).toMatchObject({ ok: true, draws: 1 })
    expect(await o.unassigned()).not.toContain(caseId)
    const detail = await o.call<{ entries: ChainEntry[]; waitingFor: string[]; winnerName: string }>(
      'getDraw',
      manager,
      { params: { id: drawId } },
    )
    expect(detail.entries.map(({ type }) => type)).toEqual(['draw.committed', 'draw.completed'])
    expect(detail.winnerName).not.toBe('')
    expect(o.anchored.map(({ type }) => type)).toEqual(['draw.committed', 'draw.completed'])
  })
  it('a double click, a replayed contribution, two at once: one effect', async () => {
    const [caseId = ''] = await o.unassigned()
    const [first, second] = await Promise.all([draw(caseId), draw(caseId)])
    expect(second.drawId).toBe(first.drawId)
    const value = nonce()
    const answers = await Promise.allSettled([
      give(first.drawId, manager, value),
      give(first.drawId, manager, value),
      give(first.drawId, manager, nonce()),
    ])
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected'])
    const text = await o.chain()
    expect(text.match(/draw\.completed/g)).toHaveLength(1)
    await expect(draw(caseId)).rejects.toMatchObject({ id: 'conflict' })
  })
  it('refuses the wrong role, a member of the pool, a hash, and an unknown draw', async () => {
    const [caseId = ''] = await o.unassigned()
    const { drawId } = await draw(caseId)
    await expect(give(drawId, inspector, nonce())).rejects.toMatchObject({ id: 'forbidden' })
    await expect(give(drawId, who('prosecutor', ['case-management']), nonce())).rejects.toMatchObject({
      id: 'forbidden',
    })
    await expect(
      o.call('contributeToDraw', manager, { params: { id: drawId }, body: { nonceHash: nonce() } }),
    ).rejects.toMatchObject({ id: 'unprocessable' })
    await expect(give('d-none', manager, nonce())).rejects.toMatchObject({ id: 'not-found' })
    expect((await give(drawId, manager, nonce())).state).toBe('completed')
  })
  it('cancels never silently, and not by who asked for it', async () => {
    const [caseId = ''] = await o.unassigned()
    const { drawId } = await draw(caseId)
    const cancel = (person: Principal) =>
      o.call<Answer>('cancelDraw', person, { params: { id: drawId }, body: { reason: '承办人名单有误' } })
    await expect(cancel(manager)).rejects.toMatchObject({ id: 'same-person' })
    expect((await cancel(chief)).entry?.body).toMatchObject({ reason: '承办人名单有误', approvedBy: 'chief' })
    await expect(give(drawId, manager, nonce())).rejects.toMatchObject({ id: 'conflict' })
    expect((await verifyDraws(await o.chain())).ok).toBe(true)
    expect((await draw(caseId)).drawId).not.toBe(drawId)
  })
  it('an unfinished draw raises an alert once and its end clears it', async () => {
    const [caseId = ''] = await o.unassigned()
    const { drawId } = await draw(caseId)
    await tick(o.records, o.assignment, 'draws-unfinished')
    expect(o.alerts.raised).toEqual([])
    o.records.clock.ms += 11 * 60_000
    await tick(o.records, o.assignment, 'draws-unfinished')
    await tick(o.records, o.assignment, 'draws-unfinished')
    expect(o.alerts.raised.map(({ rule }) => rule)).toEqual(['draw.unfinished'])
    await give(drawId, manager, nonce())
    expect(o.alerts.open.size).toBe(0)
  })
  it('loads grow by the weight, leave keeps a member out, every change stands in the chain', async () => {
    const members = async () =>
      (await o.call<{ items: { id: string; load: number; onLeave: boolean }[] }>('loadLedger', manager)).items
    const before = await members()
    await o.call('addLeave', chief, {
      params: { id: 'p07' },
      body: { from: '2026-11-20', to: '2026-11-30', reason: '年休假四日' },
    })
    for (const caseId of (await o.unassigned()).slice(0, 12)) await give((await draw(caseId)).drawId, manager, nonce())
    const after = await members()
    expect(after.reduce((sum, { load }) => sum + load, 0) - before.reduce((sum, { load }) => sum + load, 0)).toBe(
      12_000,
    )
    expect(after.find(({ id }) => id === 'p07')).toMatchObject({ onLeave: true, load: 0 })
    const text = await o.chain()
    expect(text).toContain('"change":"leave"')
    expect(await verifyDraws(text)).toMatchObject({ ok: true, draws: 12 })
    // The day after: credit for yesterday's absence, once.
    o.records.clock.ms += 24 * 3_600_000
    await tick(o.records, o.assignment, 'absence-credit')
    await tick(o.records, o.assignment, 'absence-credit')
    const credited = (await members()).find(({ id }) => id === 'p07')?.load ?? 0
    expect(credited).toBeGreaterThan(0)
    expect((await o.chain()).match(/absence-credit/g)).toHaveLength(1)
  })
  it('designates from the closed list by two people, and counts it as load', async () => {
    const [caseId = ''] = await o.unassigned()
    const propose = (body: object) =>
      o.call<{ id: string }>('proposeDesignation', manager, {
        body: { caseId, member: 'p22', note: '涉众案件由专班办理', interference: '无', ...body },
      })
    await expect(propose({ reason: 'BECAUSE' })).rejects.toMatchObject({ id: 'unprocessable' })
    await expect(propose({ reason: 'OTHER', note: '太短了呢' })).rejects.toMatchObject({ id: 'unprocessable' })
    const { id } = await propose({ reason: 'MAJOR_COMPLEX' })
    const approve = (person: Principal) =>
      o.call<{ entry: ChainEntry }>('approveDesignation', person, { params: { id }, body: { note: '' } })
    await expect(approve(manager)).rejects.toMatchObject({ id: 'same-person' })
    const [one, two] = await Promise.allSettled([approve(chief), approve(who('deputy-chief', ['deputy-chief']))])
    expect([one.status, two.status].sort()).toEqual(['fulfilled', 'rejected'])
    expect(await o.unassigned()).not.toContain(caseId)
    const panel = PANELS.draw.parse(await o.assignment.panels?.[0]?.load(NOON))
    expect(panel).toMatchObject({ designated: 1, random: 0, byReason: [{ reason: '重大疑难复杂', count: 1 }] })
  })
  it('changes a handler by a new draw without the old one', async () => {
    const [caseId = ''] = await o.unassigned()
    const first = await draw(caseId)
    const winner = (await give(first.drawId, manager, nonce())).entry?.body.winner
    const { id } = await o.call<{ id: string }>('proposeHandlerChange', manager, {
      body: { caseId, reason: 'RECUSAL', note: '承办人申请回避', interference: '无' },
    })
    const { drawId } = await o.call<{ drawId: string }>('approveDesignation', chief, {
      params: { id },
      body: { note: '' },
    })
    const again = await give(drawId, manager, nonce())
    expect(again.entry?.body.winner).not.toBe(winner)
    const detail = await o.call<{ body: { excluded: { id: string; reason: string }[] } }>('getDraw', manager, {
      params: { id: drawId },
    })
    expect(detail.body.excluded).toContainEqual({ id: winner, reason: 'recusal' })
    expect((await verifyDraws(await o.chain())).ok).toBe(true)
  })
  it('fits its panels', async () => {
    for (const caseId of (await o.unassigned()).slice(0, 5)) await give((await draw(caseId)).drawId, manager, nonce())
    expect(PANELS.draw.parse(await o.assignment.panels?.[0]?.load(NOON))).toMatchObject({ random: 5, randomShare: 100 })
    expect(PANELS.fairness.parse(await o.assignment.panels?.[1]?.load(NOON)).draws).toBe(5)
    expect(await o.assignment.figures?.[0]?.list(NOON)).toHaveLength(4)
  })
})

describe('a draw with two contributors', () => {
  let o: Office
  beforeEach(async () => {
    o = await office(['case-management', 'inspection'])
  })
  afterEach(() => o.records.close())
  const send = (drawId: string, person: Principal, body: object) =>
    o.call<Answer>('contributeToDraw', person, { params: { id: drawId }, body })

  it('takes hashes first, then what they promised', async () => {
    const [caseId = ''] = await o.unassigned()
    const { drawId } = await o.call<Drawn>('createDraw', manager, { body: { caseId } })
    const [a, b] = [nonce(), nonce()]
    await expect(send(drawId, manager, { nonce: a })).rejects.toMatchObject({ id: 'conflict' })
    expect((await send(drawId, manager, { nonceHash: hashOf(a) })).state).toBe('committed')
    await expect(send(drawId, manager, { nonceHash: hashOf(b) })).rejects.toMatchObject({ id: 'conflict' })
    await expect(send(drawId, manager, { nonce: a })).rejects.toMatchObject({ id: 'conflict' })
    expect((await send(drawId, inspector, { nonceHash: hashOf(b) })).state).toBe('contributed')
    await expect(send(drawId, manager, { nonce: b })).rejects.toMatchObject({ id: 'unprocessable' })
    const [one, two] = await Promise.all([send(drawId, manager, { nonce: a }), send(drawId, inspector, { nonce: b })])
    expect([one.state, two.state].sort()).toEqual(['completed', 'contributed'])
    expect(await verifyDraws(await o.chain())).toMatchObject({ ok: true, draws: 1 })
  })
  it('one person cannot fill both roles', async () => {
    const both = who('both', ['case-management', 'inspection'])
    const [caseId = ''] = await o.unassigned()
    const { drawId } = await o.call<Drawn>('createDraw', manager, { body: { caseId } })
    const a = nonce()
    await send(drawId, both, { nonceHash: hashOf(a) })
    await expect(send(drawId, both, { nonceHash: nonce() })).rejects.toMatchObject({ id: 'conflict' })
    await expect(send(drawId, manager, { nonceHash: nonce() })).rejects.toMatchObject({ id: 'conflict' })
    expect((await send(drawId, inspector, { nonceHash: nonce() })).state).toBe('contributed')
  })
  it('shows on cancellation what it would have been', async () => {
    const [caseId = ''] = await o.unassigned()
    const { drawId } = await o.call<Drawn>('createDraw', manager, { body: { caseId } })
    const [a, b] = [nonce(), nonce()]
    await send(drawId, manager, { nonceHash: hashOf(a) })
    await send(drawId, inspector, { nonceHash: hashOf(b) })
    await send(drawId, manager, { nonce: a })
    const { entry } = await o.call<Answer>('cancelDraw', chief, {
      params: { id: drawId },
      body: { reason: '督察岗位不再公开' },
    })
    expect(entry?.body).toMatchObject({ contributions: [{ role: 'case-management', nonce: a }] })
    expect((await verifyDraws(await o.chain())).ok).toBe(true)
  })
})
