import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { ApprovalItem } from '../../contract/http/approvals.ts'
import { route } from '../../contract/http/route.ts'
import { approvalsFeature } from '../../server/approvals/index.ts'
import { judgeDecision, judgeWithdrawal } from '../../server/approvals/rules.ts'
import { auditTrail } from '../../server/audit/trail.ts'
import { newId } from '../../server/clock.ts'
import { bind, type DangerousAct, type Records } from '../../server/feature.ts'
import { Refusal } from '../../server/refusal.ts'
import { ask, type Office, openOffice } from '../http/office.ts'

describe('the rule', () => {
  const open = { state: 'proposed', proposedBy: 'a', expiresMs: 100 } as const
  test.each([
    ['another one with the right', open, { username: 'b', mayApprove: true }, 99, undefined],
    ['the proposer, right or no right', open, { username: 'a', mayApprove: true }, 99, 'same-person'],
    ['another one without the right', open, { username: 'b', mayApprove: false }, 99, 'forbidden'],
    ['too late', open, { username: 'b', mayApprove: true }, 100, 'conflict'],
    ['done before', { ...open, state: 'approved' as const }, { username: 'b', mayApprove: true }, 99, 'conflict'],
    ['refused before', { ...open, state: 'rejected' as const }, { username: 'b', mayApprove: true }, 99, 'conflict'],
    ['taken back', { ...open, state: 'withdrawn' as const }, { username: 'b', mayApprove: true }, 99, 'conflict'],
  ])('%s', (_who, proposal, decider, now, refusal) => {
    const judgement = judgeDecision(proposal, decider, now)
    expect(judgement.ok ? undefined : judgement.refusal).toBe(refusal)
  })
  test('only the proposer takes it back, and only while it is open', () => {
    expect(judgeWithdrawal(open, 'a', 99)).toEqual({ ok: true })
    expect(judgeWithdrawal(open, 'b', 99)).toMatchObject({ refusal: 'forbidden' })
    expect(judgeWithdrawal(open, 'a', 100)).toMatchObject({ refusal: 'conflict' })
  })
})

describe('over HTTP', () => {
  const done: { what: string; proposer: string; approver: string }[] = []
  let failNext = false
  const act: DangerousAct<{ what: string }> = {
    kind: 'test.purge',
    name: '清除',
    approve: 'assignments.approve',
    ttlMs: 60_000,
    payload: z.object({ what: z.string() }),
    perform: async (_turn, { what }, by) => {
      if (failNext) throw new Refusal('conflict', '状态已变')
      done.push({ what, ...by })
    },
  }
  const proposeRoute = route({
    id: 'proposeTest',
    method: 'POST',
    path: '/test-acts',
    summary: '提出',
    tag: 't',
    permission: 'wall.view',
    status: 201,
    body: z.object({ what: z.string() }),
    answer: z.object({ id: z.string() }),
  })
  let office: Office
  const late: { records?: Records } = {}
  const records: Records = {
    get read() {
      return (late.records as Records).read
    },
    write: (turn) => (late.records as Records).write(turn),
  }
  const feature = approvalsFeature({ records, audit: auditTrail, acts: () => [act as DangerousAct<never>], newId })
  beforeAll(async () => {
    office = await openOffice({
      routes: [
        ...(feature.routes ?? []),
        bind(proposeRoute, async ({ body, person }) => ({
          id: await records.write((turn) =>
            feature.propose(turn, act, person, {
              subject: body.what,
              summary: `清除 ${body.what}`,
              reason: '测试',
              payload: body,
            }),
          ),
        })),
      ],
    })
    late.records = office.records
    await office.records.migrate(feature.migrations ?? [])
  })
  afterAll(() => office.close())
  beforeEach(() => {
    done.length = 0
    failNext = false
  })
  const post = (role: string, path: string, body: unknown = {}) =>
    ask(office.url, 'POST', `/api/v1${path}`, { token: office.token(role), body })
  let count = 0
  const proposed = async (role = 'case-management'): Promise<string> => {
    count += 1
    const { status, json } = await post(role, '/test-acts', { what: `thing-${count}` })
    expect(status).toBe(201)
    return json.id as string
  }
  const seen = async (role: string): Promise<ApprovalItem[]> =>
    (await ask(office.url, 'GET', '/api/v1/approvals', { token: office.token(role) })).json.items as ApprovalItem[]

  test('it is done once, in the name of both', async () => {
    const id = await proposed()
    const answers = await Promise.all(
      ['chief', 'deputy-chief', 'chief'].map((role) => post(role, `/approvals/${id}/approve`)),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409])
    expect(done).toHaveLength(1)
    expect(done[0]).toMatchObject({ proposer: 'case-management' })
    expect((await post('chief', `/approvals/${id}/approve`)).status).toBe(409)
    expect(done).toHaveLength(1)
  })
  test('nobody approves their own, nobody without the right, and a stranger learns nothing', async () => {
    const id = await proposed('chief')
    expect((await post('chief', `/approvals/${id}/approve`)).json.type).toBe('urn:sanling:problem:same-person')
    expect((await post('inspection', `/approvals/${id}/approve`)).status).toBe(404)
    const own = await proposed('inspection')
    expect((await post('inspection', `/approvals/${own}/approve`)).status).toBe(403)
    expect(done).toEqual([])
  })
  test('an act that can no longer be done settles nothing', async () => {
    const id = await proposed()
    failNext = true
    expect((await post('chief', `/approvals/${id}/approve`)).status).toBe(409)
    failNext = false
    expect((await post('chief', `/approvals/${id}/approve`)).status).toBe(200)
    expect(done).toHaveLength(1)
  })
  test('refused, taken back or too old: never done', async () => {
    const [refused, back, old] = [await proposed(), await proposed(), await proposed()]
    expect((await post('chief', `/approvals/${refused}/reject`, { note: '不同意' })).status).toBe(200)
    expect((await post('case-management', `/approvals/${back}/withdraw`)).status).toBe(200)
    office.clock.pass(60_000)
    for (const id of [refused, back, old]) expect((await post('chief', `/approvals/${id}/approve`)).status).toBe(409)
    expect(done).toEqual([])
    expect((await seen('chief')).find(({ id }) => id === old)).toMatchObject({ state: 'expired', mayDecide: false })
  })
  test('one proposal of a kind about a thing at a time; lists show what concerns the caller', async () => {
    const id = await proposed()
    expect((await post('case-management', '/test-acts', { what: `thing-${count}` })).status).toBe(409)
    expect((await seen('chief')).find((one) => one.id === id)).toMatchObject({ mayDecide: true, mayWithdraw: false })
    expect((await seen('case-management')).find((one) => one.id === id)).toMatchObject({
      mayDecide: false,
      mayWithdraw: true,
    })
    expect((await seen('auditor')).some((one) => one.id === id)).toBe(false)
  })
})
