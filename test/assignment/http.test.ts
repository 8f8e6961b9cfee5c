import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Designation } from '../../contract/http/draws.ts'
import type { Principal } from '../../server/feature.ts'
import { ask, openOffice, permissions, type Office as Web } from '../http/office.ts'
import { nonce, type Office, office, who } from './office.ts'

/** The rules of two people hold through HTTP for somebody who holds every role at once, and races have one effect. */
const may = (roles: string[]) => new Set(roles.flatMap((role) => permissions.roles[role]?.grants ?? []))
const person = (username: string, roles: string[]): Principal => ({
  ...who(username, roles),
  permissions: may(roles),
  via: 'token',
})
const PEOPLE: Record<string, Principal> = Object.fromEntries(
  [
    person('both', ['case-management', 'chief', 'inspection']),
    person('case-management', ['case-management']),
    person('chief', ['chief']),
    person('deputy-chief', ['deputy-chief']),
  ].map((one) => [one.username, one]),
)

describe('assignment through HTTP', () => {
  let o: Office
  let web: Web
  beforeEach(async () => {
    o = await office(['case-management'])
    web = await openOffice({
      routes: o.assignment.routes ?? [],
      roles: ['chief'],
      http: { authenticate: async ({ authorization }) => PEOPLE[String(authorization).replace('Bearer ', '')] },
    })
  })
  afterEach(async () => {
    await web.close()
    await o.records.close()
  })
  const send = (token: string, method: string, path: string, body?: object) =>
    ask(web.url, method, `/api/v1${path}`, { token, ...(body ? { body } : {}) })
  const propose = async (token: string, caseId: string, over: object = {}) => {
    const body = {
      caseId,
      member: 'p22',
      reason: 'MAJOR_COMPLEX',
      note: '涉众案件由专班办理',
      interference: '无',
      ...over,
    }
    const reply = await send(token, 'POST', '/assignments/designate', body)
    expect(reply.status).toBe(201)
    return reply.json as unknown as Designation
  }

  it('nobody approves, rejects or cancels what they began, whatever roles they hold', async () => {
    const [first = '', second = '', third = ''] = await o.unassigned()
    const { id } = await propose('both', first)
    const own = await send('both', 'POST', `/assignments/${id}/approve`, { note: '' })
    expect([own.status, own.json.type]).toEqual([403, 'urn:sanling:problem:same-person'])
    expect((await send('both', 'POST', `/assignments/${id}/reject`, { note: '不同意此事' })).status).toBe(403)
    expect(await o.unassigned()).toContain(first)
    const other = await propose('both', second, {
      reason: 'OTHER',
      note: '本案另有特殊情况，须由其承办，详见所附情况说明',
    })
    expect((await send('chief', 'POST', `/assignments/${other.id}/approve`, { note: '' })).json.entry).toBe(null)
    for (const token of ['both', 'chief'])
      expect((await send(token, 'POST', `/assignments/${other.id}/approve`, { note: '' })).status).toBe(403)
    expect((await send('deputy-chief', 'POST', `/assignments/${other.id}/approve`, { note: '' })).status).toBe(200)
    const { drawId } = (await send('both', 'POST', '/draws', { caseId: third })).json
    const cancel = await send('both', 'POST', `/draws/${drawId}/cancel`, { reason: '名单有误，撤销' })
    expect([cancel.status, cancel.json.type]).toEqual([403, 'urn:sanling:problem:same-person'])
  })
  it('races: approve and reject, contribute twice, draw and cancel', async () => {
    const [first = '', second = ''] = await o.unassigned()
    const { id } = await propose('case-management', first)
    const decided = await Promise.all([
      send('chief', 'POST', `/assignments/${id}/approve`, { note: '同意' }),
      send('deputy-chief', 'POST', `/assignments/${id}/approve`, { note: '同意' }),
      send('deputy-chief', 'POST', `/assignments/${id}/reject`, { note: '理由不充分' }),
    ])
    expect(decided.map(({ status }) => status).toSorted()).toEqual([200, 409, 409])
    expect(decided.find(({ status }) => status === 409)?.json.detail).toBe('这份申请已有决定')
    const { drawId } = (await send('case-management', 'POST', '/draws', { caseId: second })).json
    const same = nonce()
    const given = await Promise.all(
      [same, same, nonce()].map((value) =>
        send('case-management', 'POST', `/draws/${drawId}/contributions`, { nonce: value }),
      ),
    )
    expect(given.map(({ status }) => status).toSorted()).toEqual([200, 200, 409])
    expect((await o.chain()).match(/draw\.completed/g)).toHaveLength(1)
    expect((await send('chief', 'POST', `/draws/${drawId}/cancel`, { reason: '名单有误，撤销' })).status).toBe(409)
  })
  it('lists are bounded, and every answer is what it says to be', async () => {
    for (const caseId of (await o.unassigned()).slice(0, 3)) await propose('case-management', caseId)
    for (const path of ['/draws', '/assignments', '/assignments/load/p07']) {
      for (const limit of ['0', '1001', 'x'])
        expect((await send('chief', 'GET', `${path}?limit=${limit}`)).status).toBe(400)
      expect((await send('chief', 'GET', `${path}?limit=2`)).status).toBe(200)
    }
    for (const path of ['/assignments/members', '/assignments/load', '/draws/fairness'])
      expect((await send('chief', 'GET', path)).status).toBe(200)
    expect((await send('chief', 'GET', '/assignments/load/nobody')).status).toBe(404)
  })
})
