import { afterEach, describe, expect, test } from 'vitest'
import { ask, type Office, openOffice, signIn } from '../http/office.ts'
import { asvs } from '../trust/names.ts'

const MINUTE = 60_000
let office: Office | undefined
async function open(roles = ['security-officer', 'security-admin']): Promise<Office> {
  office = await openOffice({ roles })
  return office
}
afterEach(async () => {
  await office?.close()
  office = undefined
})
const login = (at: Office, username: string, password: string) =>
  ask(at.url, 'POST', '/api/v1/login', { body: { username, password } })
const me = async (at: Office, cookie: string) => (await ask(at.url, 'GET', '/api/v1/me', { cookie })).status

describe('sign-in', () => {
  test('answers who it is and what the page may offer; the cookie cannot be read or sent from elsewhere', async () => {
    const at = await open()
    const { reply, set, cookie, csrf } = await signIn(at, 'security-officer')
    expect(reply.json).toMatchObject({ username: 'security-officer', via: 'session' })
    expect(reply.json.permissions).toContain('alerts.work')
    expect(set).toMatch(/; HttpOnly/)
    expect(set).toMatch(/; SameSite=Strict/)
    expect(set).not.toMatch(/; Secure/)
    expect((await ask(at.url, 'GET', '/api/v1/me', { cookie })).json.csrf).toBe(csrf)
    expect(at.trail.map(({ kind }) => kind)).toEqual(['login.succeeded'])
  })
  test('over HTTPS the cookie is Secure', async () => {
    office = await openOffice({ roles: ['chief'], http: { secureCookies: true } })
    expect((await signIn(office, 'chief')).set).toMatch(/; Secure/)
  })
  test('a wrong password and an unknown name are told apart by nothing', async () => {
    const at = await open()
    const wrong = await login(at, 'security-officer', 'wrong')
    const unknown = await login(at, 'nobody', 'wrong')
    expect([wrong.status, wrong.json]).toEqual([unknown.status, unknown.json])
    expect(wrong.json.type).toBe('urn:sanling:problem:bad-credentials')
  })
  test('neither the password nor a token is at rest in readable form', async () => {
    const at = await open()
    await signIn(at, 'security-officer')
    const rows = JSON.stringify([
      await at.records.read.withTables<{ account: { password: string } }>().selectFrom('account').selectAll().execute(),
      await at.records.read.withTables<{ api_token: { hash: string } }>().selectFrom('api_token').selectAll().execute(),
    ])
    for (const { password, token } of at.accounts) {
      expect(rows).not.toContain(password)
      expect(rows).not.toContain(token)
    }
    expect(rows).toContain('$argon2id$v=19$m=19456,t=2,p=1$')
  })
})

describe('lock-out', () => {
  test('five failures close the account for 30 minutes, the right password included', async () => {
    const at = await open()
    for (let n = 0; n < 5; n++) expect((await login(at, 'security-officer', 'wrong')).status).toBe(401)
    const locked = await login(at, 'security-officer', at.password('security-officer'))
    expect([locked.status, locked.json.type]).toEqual([429, 'urn:sanling:problem:locked-out'])
    expect((await login(at, 'security-admin', at.password('security-admin'))).status).toBe(200)
    at.clock.pass(30 * MINUTE - 1)
    expect((await login(at, 'security-officer', at.password('security-officer'))).status).toBe(429)
    at.clock.pass(1)
    expect((await login(at, 'security-officer', at.password('security-officer'))).status).toBe(200)
    expect(at.trail.filter(({ kind }) => kind === 'login.failed')).toHaveLength(5)
  })
  test('a clock that was set back by an hour stretches neither the lock nor a session', async () => {
    const at = await open()
    const { cookie } = await signIn(at, 'security-admin')
    for (let n = 0; n < 5; n++) await login(at, 'security-officer', 'wrong')
    at.clock.pass(-60 * MINUTE)
    const right = () => login(at, 'security-officer', at.password('security-officer'))
    expect((await right()).json.type).toBe('urn:sanling:problem:locked-out')
    await at.tick('people.clock')
    at.clock.pass(30 * MINUTE)
    expect((await right()).status).toBe(200)
    expect(await me(at, cookie)).toBe(401)
  })
  test('an unknown name locks like a known one', async () => {
    const at = await open()
    for (let n = 0; n < 5; n++) await login(at, 'nobody', 'wrong')
    expect((await login(at, 'nobody', 'wrong')).status).toBe(429)
  })
  test('many attempts at once do not get past the count', async () => {
    const at = await open()
    const replies = await Promise.all(Array.from({ length: 12 }, () => login(at, 'security-officer', 'wrong')))
    expect(replies.filter(({ status }) => status === 401)).toHaveLength(5)
    expect(replies.filter(({ status }) => status === 429)).toHaveLength(7)
  })
  test('a success forgets the failures before it', async () => {
    const at = await open()
    for (let n = 0; n < 4; n++) await login(at, 'security-officer', 'wrong')
    await signIn(at, 'security-officer')
    for (let n = 0; n < 4; n++) expect((await login(at, 'security-officer', 'wrong')).status).toBe(401)
    expect((await login(at, 'security-officer', at.password('security-officer'))).status).toBe(200)
  })
  test(asvs('6.3.1', 'a session that was taken over guesses the password no better than a stranger'), async () => {
    const at = await open()
    const { cookie, csrf } = await signIn(at, 'security-officer')
    const change = (current: string) =>
      ask(at.url, 'POST', '/api/v1/me/password', { cookie, csrf, body: { current, next: 'long enough it is' } })
    const guesses = await Promise.all(Array.from({ length: 8 }, (_, n) => change(`guess ${n}`)))
    expect(guesses.map(({ status }) => status).filter((status) => status === 400)).toHaveLength(5)
    expect((await change(at.password('security-officer'))).json.type).toBe('urn:sanling:problem:locked-out')
    expect((await login(at, 'security-officer', at.password('security-officer'))).json.type).toBe(
      'urn:sanling:problem:locked-out',
    )
    at.clock.pass(31 * 60_000)
    expect((await login(at, 'security-officer', at.password('security-officer'))).status).toBe(200)
  })
  test('one address cannot try names without end', async () => {
    const at = await open()
    const replies = []
    for (let n = 0; n < 62; n++) replies.push(await login(at, `guess-${n}`, 'wrong'))
    expect(replies.at(-1)?.json.type).toBe('urn:sanling:problem:too-many-requests')
  })
})

describe('session', () => {
  test('signing in ends the session that the browser brought along', async () => {
    const at = await open()
    const planted = await signIn(at, 'security-admin')
    const mine = await signIn(at, 'security-officer', planted.cookie)
    expect(mine.cookie).not.toBe(planted.cookie)
    expect(await me(at, planted.cookie)).toBe(401)
    expect(await me(at, mine.cookie)).toBe(200)
    expect(at.revoked).toHaveLength(1)
  })
  test('ends after 30 idle minutes, and each call counts as activity', async () => {
    const at = await open()
    const { cookie } = await signIn(at, 'security-officer')
    for (let n = 0; n < 3; n++) {
      at.clock.pass(29 * MINUTE)
      expect(await me(at, cookie)).toBe(200)
    }
    at.clock.pass(30 * MINUTE)
    expect(await me(at, cookie)).toBe(401)
  })
  test('ends after 12 hours whatever happens', async () => {
    const at = await open()
    const { cookie } = await signIn(at, 'security-officer')
    for (let n = 0; n < 26; n++) {
      at.clock.pass(27 * MINUTE)
      expect(await me(at, cookie)).toBe(200)
    }
    at.clock.pass(20 * MINUTE)
    expect(await me(at, cookie)).toBe(401)
  })
  test('sign-out ends it, and its cookie is taken back', async () => {
    const at = await open()
    const { cookie, csrf } = await signIn(at, 'security-officer')
    const reply = await ask(at.url, 'POST', '/api/v1/logout', { cookie, csrf })
    expect([reply.status, reply.headers.getSetCookie()[0]]).toEqual([204, expect.stringContaining('Max-Age=0')])
    expect(await me(at, cookie)).toBe(401)
  })
  test.each(['x', '', 'a.b', 'ä'])('a forged cookie %j is nobody', async (forged) => {
    const at = await open()
    const { cookie } = await signIn(at, 'security-officer')
    expect(
      await me(at, `${cookie}${forged}` === cookie ? 'sanling_session=' : `${cookie}${encodeURIComponent(forged)}`),
    ).toBe(401)
  })
  test('a new password ends all other sessions and must be long', async () => {
    const at = await open()
    const here = await signIn(at, 'security-officer')
    const there = await signIn(at, 'security-officer')
    const change = (current: string, next: string) =>
      ask(at.url, 'POST', '/api/v1/me/password', { cookie: here.cookie, csrf: here.csrf, body: { current, next } })
    expect((await change(at.password('security-officer'), 'short')).status).toBe(400)
    expect((await change('wrong', 'long enough it is')).status).toBe(400)
    expect((await change(at.password('security-officer'), 'long enough it is')).status).toBe(204)
    expect([await me(at, here.cookie), await me(at, there.cookie)]).toEqual([200, 401])
    expect((await login(at, 'security-officer', 'long enough it is')).status).toBe(200)
  })
})

describe('tokens and wall keys', () => {
  test('a token works until it runs out or is revoked', async () => {
    const at = await open()
    const { cookie, csrf } = await signIn(at, 'security-officer')
    const made = await ask(at.url, 'POST', '/api/v1/me/tokens', { cookie, csrf, body: { label: 'x', days: 1 } })
    const token = String(made.json.token)
    const use = async () => (await ask(at.url, 'GET', '/api/v1/me', { token })).status
    expect([made.status, await use()]).toEqual([201, 200])
    at.clock.pass(24 * 60 * MINUTE)
    expect(await use()).toBe(401)
    const again = await signIn(at, 'security-officer')
    const second = await ask(at.url, 'POST', '/api/v1/me/tokens', { ...again, body: { label: 'y' } })
    await ask(at.url, 'DELETE', `/api/v1/me/tokens/${second.json.id}`, again)
    expect((await ask(at.url, 'GET', '/api/v1/me', { token: String(second.json.token) })).status).toBe(401)
  })
  test('somebody else cannot revoke it', async () => {
    const at = await open()
    const owner = await signIn(at, 'security-officer')
    const { json } = await ask(at.url, 'POST', '/api/v1/me/tokens', { ...owner, body: { label: 'x' } })
    const stranger = await signIn(at, 'security-admin')
    expect((await ask(at.url, 'DELETE', `/api/v1/me/tokens/${json.id}`, stranger)).status).toBe(404)
  })
  test('a wall key gives the screen a cookie of its own that may look and nothing else', async () => {
    const at = await open()
    const entry = await ask(at.url, 'POST', '/api/v1/public/wall-entry', { body: { key: at.wallKey } })
    const cookie = entry.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    expect(await me(at, cookie)).toBe(200)
    expect((await ask(at.url, 'GET', '/api/v1/accounts', { cookie })).status).toBe(403)
    expect((await ask(at.url, 'POST', '/api/v1/me/tokens', { cookie, body: { label: 'x' } })).status).toBe(403)
    expect((await ask(at.url, 'POST', '/api/v1/public/wall-entry', { body: { key: 'x' } })).status).toBe(401)
  })
  test('a revoked wall key is dead at once, and its screens are cut', async () => {
    const at = await open()
    const admin = await signIn(at, 'security-admin')
    const made = await ask(at.url, 'POST', '/api/v1/wall-keys', { ...admin, body: { label: '门厅' } })
    const entry = await ask(at.url, 'POST', '/api/v1/public/wall-entry', { body: { key: made.json.key } })
    const cookie = entry.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    expect(await me(at, cookie)).toBe(200)
    expect((await ask(at.url, 'DELETE', `/api/v1/wall-keys/${made.json.id}`, admin)).status).toBe(204)
    expect(await me(at, cookie)).toBe(401)
    expect(at.revoked).toContainEqual({ wallKeyId: made.json.id })
  })
  test('accounts are listed without anything that opens a door', async () => {
    const at = await open()
    const { cookie } = await signIn(at, 'security-admin')
    const { json, text } = await ask(at.url, 'GET', '/api/v1/accounts', { cookie })
    expect((json.items as unknown[]).length).toBe(2)
    expect(text).not.toMatch(/argon2|hash/)
  })
})

test('a full disk shuts nobody out: the sign of life of a wall or a session may stay the older one', async () => {
  const at = await open()
  const { cookie } = await signIn(at, 'security-officer')
  at.clock.pass(2 * MINUTE)
  const { write } = at.records
  at.records.write = async () => {
    throw Object.assign(new Error('database or disk is full'), { errcode: 13 })
  }
  expect(await at.people.authenticate({ wallKey: at.wallKey })).toBeDefined()
  expect(await me(at, cookie)).toBe(200)
  at.records.write = write
})
