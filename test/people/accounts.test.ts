import { afterEach, describe, expect, test } from 'vitest'
import type { AccountRules } from '../../config/accounts.ts'
import { hashPassword } from '../../server/people/password.ts'
import { passwordFault, passwordIsOld, rolesClash } from '../../server/people/policy.ts'
import { demoConfig } from '../helpers/office.ts'
import { ask, type Office, openOffice, signIn } from '../http/office.ts'
import { asvs } from '../trust/names.ts'

const RULES: AccountRules = demoConfig().accounts
const DAY = 86_400_000
let office: Office | undefined
async function open(accounts: Partial<AccountRules> = {}): Promise<Office> {
  office = await openOffice({
    approvals: true,
    accounts,
    roles: ['system-admin', 'security-admin', 'auditor', 'case-management', 'security-officer'],
  })
  return office
}
afterEach(async () => {
  await office?.close()
  office = undefined
})
const post = (at: Office, role: string, path: string, body: unknown = {}) =>
  ask(at.url, 'POST', `/api/v1${path}`, { token: at.token(role), body })
const login = (at: Office, username: string, password: string) =>
  ask(at.url, 'POST', '/api/v1/login', { body: { username, password } })
const fresh = { username: 'li.si', name: '李四', roles: ['prosecutor'], reason: '新入职' }

describe('三员分立', () => {
  test('nobody holds two of the three', () => {
    expect(rolesClash(RULES, ['system-admin', 'auditor'])).toContain('三员分立')
    expect(rolesClash(RULES, ['security-admin', 'system-admin', 'chief'])).toContain('三员分立')
    expect(rolesClash(RULES, ['system-admin', 'chief'])).toBeUndefined()
  })
  test('an account is there when the other administrator has approved it, not before', async () => {
    const at = await open()
    const { status, json } = await post(at, 'system-admin', '/accounts', fresh)
    expect(status).toBe(201)
    const password = json.initialPassword as string
    expect((await login(at, 'li.si', password)).status).toBe(401)
    expect((await post(at, 'system-admin', `/approvals/${json.approvalId}/approve`)).status).not.toBe(200)
    expect((await post(at, 'auditor', `/approvals/${json.approvalId}/approve`)).status).toBe(404)
    expect((await post(at, 'security-admin', `/approvals/${json.approvalId}/approve`)).status).toBe(200)
    const first = await login(at, 'li.si', password)
    expect(first.json).toMatchObject({ mustChangePassword: true, permissions: [] })
    expect(at.trail.map(({ kind }) => kind)).toContain('login.succeeded')
  })
  test('the plain password is in no table and in no proposal', async () => {
    const at = await open()
    const { json } = await post(at, 'system-admin', '/accounts', fresh)
    const rows = await at.records.read
      .withTables<{ approval: { payload: string } }>()
      .selectFrom('approval')
      .selectAll()
      .execute()
    expect(JSON.stringify(rows)).not.toContain(json.initialPassword)
    expect((await ask(at.url, 'GET', '/api/v1/approvals', { token: at.token('security-admin') })).text).not.toContain(
      'argon2',
    )
  })
  test('clashing or unknown roles, a known name, and oneself are refused', async () => {
    const at = await open()
    expect((await post(at, 'system-admin', '/accounts', { ...fresh, roles: ['system-admin', 'auditor'] })).status).toBe(
      422,
    )
    expect((await post(at, 'system-admin', '/accounts', { ...fresh, roles: ['king'] })).status).toBe(422)
    expect((await post(at, 'system-admin', '/accounts', { ...fresh, username: 'auditor' })).status).toBe(409)
    const own = await post(at, 'security-admin', '/accounts/id-security-admin/roles', {
      roles: ['chief'],
      reason: '我想',
    })
    expect(own.json.type).toBe('urn:sanling:problem:same-person')
    for (const role of ['auditor', 'case-management'])
      expect(
        (await post(at, role, '/accounts/id-case-management/roles', { roles: ['chief'], reason: '理由' })).status,
      ).toBe(403)
  })
  test('a changed role counts at once: the session stays, its rights and its sockets do not', async () => {
    const at = await open()
    const { cookie } = await signIn(at, 'case-management')
    const { json } = await post(at, 'security-admin', '/accounts/id-case-management/roles', {
      roles: ['security-officer'],
      reason: '轮岗',
    })
    expect((await post(at, 'system-admin', `/approvals/${json.approvalId}/approve`)).status).toBe(200)
    const me = await ask(at.url, 'GET', '/api/v1/me', { cookie })
    expect(me.json.permissions).toContain('alerts.work')
    expect(me.json.permissions).not.toContain('draws.write')
    expect(at.revoked).toContainEqual({ accountId: 'id-case-management', exceptSessionId: null })
  })
  test('a disabled account is out at once, and comes back by two', async () => {
    const at = await open()
    const { cookie } = await signIn(at, 'case-management')
    expect((await post(at, 'security-admin', '/accounts/id-case-management/disable', { reason: '离岗' })).status).toBe(
      204,
    )
    expect((await ask(at.url, 'GET', '/api/v1/me', { cookie })).status).toBe(401)
    expect((await ask(at.url, 'GET', '/api/v1/me', { token: at.token('case-management') })).status).toBe(401)
    const { json } = await post(at, 'security-admin', '/accounts/id-case-management/enable', { reason: '返岗' })
    expect((await login(at, 'case-management', at.password('case-management'))).status).toBe(401)
    expect((await post(at, 'system-admin', `/approvals/${json.approvalId}/approve`)).status).toBe(200)
    expect((await login(at, 'case-management', at.password('case-management'))).status).toBe(200)
  })
  test('a reset password ends every session of the account, and must be changed', async () => {
    const at = await open()
    const { cookie } = await signIn(at, 'auditor')
    const { json } = await post(at, 'system-admin', '/accounts/id-auditor/password', { reason: '遗忘' })
    expect((await post(at, 'security-admin', `/approvals/${json.approvalId}/approve`)).status).toBe(200)
    expect((await ask(at.url, 'GET', '/api/v1/me', { cookie })).status).toBe(401)
    expect((await login(at, 'auditor', at.password('auditor'))).status).toBe(401)
    expect((await login(at, 'auditor', json.initialPassword as string)).json).toMatchObject({
      mustChangePassword: true,
    })
  })
  test('a locked account is opened by the security administrator', async () => {
    const at = await open()
    for (let n = 0; n < 5; n += 1) await login(at, 'auditor', 'wrong')
    expect((await login(at, 'auditor', at.password('auditor'))).status).toBe(429)
    expect((await post(at, 'security-admin', '/accounts/id-auditor/unlock', { reason: '本人确认' })).status).toBe(204)
    expect((await login(at, 'auditor', at.password('auditor'))).status).toBe(200)
  })
})

describe('passwords', () => {
  test.each([
    ['zhang.san and more', '口令不能包含用户名或姓名'],
    ['我是张三我是张三我是', '口令不能包含用户名或姓名'],
    ['aaaaaaaaaaaab', '口令不能只由几个相同的字符组成'],
    ['Password 1234', '这是常见口令，请换一个'],
    ['ＱｗｅｒｔｙＵｉｏｐ１２', '这是常见口令，请换一个'],
    ['correct horse battery', undefined],
  ])('%s', async (wanted, fault) => {
    expect(await passwordFault(RULES.password, wanted, { username: 'zhang.san', name: '张三', former: [] })).toBe(fault)
  })
  test('the last five do not come back, the sixth may', async () => {
    const former = await Promise.all(
      ['one', 'two', 'three', 'four', 'five', 'six'].map((n) => hashPassword(`old password ${n}`)),
    )
    const whose = { username: 'x', name: '某', former }
    expect(await passwordFault(RULES.password, 'old password five', { ...whose, username: 'zz' })).toContain(
      '最近 5 次',
    )
    expect(await passwordFault(RULES.password, 'old password six', { ...whose, username: 'zz' })).toBeUndefined()
  })
  test('age', () => {
    expect([passwordIsOld(RULES.password, 0, 90 * DAY - 1), passwordIsOld(RULES.password, 0, 90 * DAY)]).toEqual([
      false,
      true,
    ])
    expect(passwordIsOld({ ...RULES.password, maxDays: 0 }, 0, 9000 * DAY)).toBe(false)
  })
  test('an old one must be changed at the next sign-in, and gives no right until then', async () => {
    const at = await open()
    at.clock.pass(90 * DAY)
    const { reply, cookie, csrf } = await signIn(at, 'auditor')
    expect(reply.json).toMatchObject({ mustChangePassword: true, permissions: [] })
    expect((await ask(at.url, 'GET', '/api/v1/accounts', { cookie })).status).toBe(403)
    const change = (next: string) =>
      ask(at.url, 'POST', '/api/v1/me/password', { cookie, csrf, body: { current: at.password('auditor'), next } })
    expect((await change(at.password('auditor'))).status).toBe(400)
    expect((await change('a quite new password')).status).toBe(204)
    expect((await ask(at.url, 'GET', '/api/v1/accounts', { cookie })).status).toBe(200)
  })
})

describe('sessions', () => {
  test('are listed, and one of them can be ended, the own or (by the security administrator) another’s', async () => {
    const at = await open()
    const [one, two] = [await signIn(at, 'auditor'), await signIn(at, 'auditor')]
    const mine = (await ask(at.url, 'GET', '/api/v1/me/sessions', { cookie: one.cookie })).json.items as {
      id: string
      own: boolean
    }[]
    expect(mine).toHaveLength(2)
    const other = mine.find(({ own }) => !own)?.id ?? ''
    const gone = await ask(at.url, 'DELETE', `/api/v1/me/sessions/${other}`, { cookie: one.cookie, csrf: one.csrf })
    expect(gone.status).toBe(204)
    expect((await ask(at.url, 'GET', '/api/v1/me', { cookie: two.cookie })).status).toBe(401)
    expect(at.revoked).toContainEqual({ sessionId: other })
    const own = mine.find((session) => session.own)?.id ?? ''
    const path = `/api/v1/accounts/id-auditor/sessions/${own}`
    expect((await ask(at.url, 'DELETE', path, { token: at.token('system-admin') })).status).toBe(403)
    expect((await ask(at.url, 'DELETE', path, { token: at.token('security-admin') })).status).toBe(204)
    expect((await ask(at.url, 'GET', '/api/v1/me', { cookie: one.cookie })).status).toBe(401)
  })
  test('nobody ends a stranger’s session by its number', async () => {
    const at = await open()
    const [mine, theirs] = [await signIn(at, 'auditor'), await signIn(at, 'security-officer')]
    const [session] = (await ask(at.url, 'GET', '/api/v1/me/sessions', { cookie: theirs.cookie })).json.items as {
      id: string
    }[]
    const answer = await ask(at.url, 'DELETE', `/api/v1/me/sessions/${session?.id}`, {
      cookie: mine.cookie,
      csrf: mine.csrf,
    })
    expect(answer.status).toBe(404)
    expect((await ask(at.url, 'GET', '/api/v1/me', { cookie: theirs.cookie })).status).toBe(200)
  })
})

describe('tokens', () => {
  test('carry no more than their scope, and nobody gives away what is not theirs', async () => {
    const at = await open()
    const { cookie, csrf } = await signIn(at, 'security-officer')
    const make = (scopes: string[] | null) =>
      ask(at.url, 'POST', '/api/v1/me/tokens', { cookie, csrf, body: { label: '看板', days: 1, scopes } })
    const { json } = await make(['figures.read'])
    const me = await ask(at.url, 'GET', '/api/v1/me', { token: json.token as string })
    expect(me.json.permissions).toEqual(['figures.read'])
    expect((await make(['people.manage'])).status).toBe(400)
    expect((await make(null)).json.scopes).toBeNull()
  })

  test(asvs('8.3.1', 'a token of some scope makes none that may more or lives longer, and revokes none'), async () => {
    const at = await open()
    const { cookie, csrf } = await signIn(at, 'security-officer')
    const first = await ask(at.url, 'POST', '/api/v1/me/tokens', {
      cookie,
      csrf,
      body: { label: '看板', days: 1, scopes: ['figures.read'] },
    })
    const token = String(first.json.token)
    const make = (more: object) =>
      ask(at.url, 'POST', '/api/v1/me/tokens', { token, body: { label: '更多', days: 300, ...more } })
    expect((await make({})).status).toBe(403)
    expect((await make({ scopes: null })).status).toBe(403)
    expect((await make({ scopes: ['alerts.read'] })).status).toBe(400)
    const child = await make({ scopes: ['figures.read'] })
    expect(child.json).toMatchObject({ scopes: ['figures.read'], expiresAt: first.json.expiresAt })
    expect((await ask(at.url, 'DELETE', `/api/v1/me/tokens/${child.json.id}`, { token })).status).toBe(403)
    expect((await ask(at.url, 'DELETE', `/api/v1/me/tokens/${child.json.id}`, { cookie, csrf })).status).toBe(204)
  })

  test(asvs('6.3.3', 'a sign-in that is not complete gets no token past what it still has to do'), async () => {
    const at = await open({ secondFactor: { ...RULES.secondFactor, requiredRoles: ['security-officer'] } })
    const { cookie, csrf } = await signIn(at, 'security-officer')
    for (const scopes of [null, ['alerts.read']]) {
      const answer = await ask(at.url, 'POST', '/api/v1/me/tokens', { cookie, csrf, body: { label: 'x', scopes } })
      expect([scopes, [400, 403].includes(answer.status)]).toEqual([scopes, true])
    }
  })
})

describe('a wall key for one screen', () => {
  test('is taken by the first that shows it; the key alone opens nothing any more', async () => {
    const at = await open()
    const made = await post(at, 'security-admin', '/wall-keys', { label: '指挥大厅', bind: true })
    const key = made.json.key as string
    expect(made.json.binding).toBe('device')
    expect(await at.people.authenticate({ wallKey: key })).toBeUndefined()
    const enter = (cookie?: string) =>
      ask(at.url, 'POST', '/api/v1/public/wall-entry', { body: { key }, ...(cookie ? { cookie } : {}) })
    const first = await enter()
    expect(first.status).toBe(200)
    const cookie = (first.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
    expect(await at.people.authenticate({ cookie })).toMatchObject({ via: 'wall-key' })
    expect((await enter()).status).toBe(401)
    expect((await enter(cookie)).status).toBe(200)
    const keys = (await ask(at.url, 'GET', '/api/v1/wall-keys', { token: at.token('security-admin') })).json.items as {
      label: string
      binding: string
    }[]
    expect(keys.find(({ label }) => label === '指挥大厅')?.binding).toBe('bound')
  })
})
