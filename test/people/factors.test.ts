import { TOTP } from 'otpauth'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { AccountRules } from '../../config/accounts.ts'
import { escapeDn } from '../../server/people/directory.ts'
import { ldapDirectory } from '../../server/people/ldap.ts'
import { findRecovery, matchCode, recoveryCode, recoveryHash } from '../../server/people/second-factor.ts'
import { demoConfig } from '../helpers/office.ts'
import { ask, type Office, openOffice, signIn } from '../http/office.ts'
import { type DirectoryService, startSlapd } from '../services.ts'
import { asvs } from '../trust/names.ts'

const STEP = 30_000
let office: Office | undefined
async function open(accounts: Partial<AccountRules> = {}): Promise<Office> {
  office = await openOffice({ roles: ['auditor', 'security-admin'], accounts })
  return office
}
afterEach(async () => {
  await office?.close()
  office = undefined
})

describe('TOTP', () => {
  /** RFC 6238 appendix B, SHA-1, last six digits; secret `12345678901234567890`. */
  const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
  test.each([
    [59, '287082'],
    [1111111109, '081804'],
    [1111111111, '050471'],
    [1234567890, '005924'],
    [2000000000, '279037'],
    [20000000000, '353130'],
  ])('at %i s it is %s', async (seconds, code) => {
    const now = seconds * 1000
    expect(await matchCode(SECRET, code, { now, window: 0, lastStep: null })).toBe(Math.floor(now / STEP))
  })
  test('a step that was used, and any before it, is taken no more', async () => {
    const now = 59_000
    expect(await matchCode(SECRET, '287082', { now, window: 1, lastStep: 0 })).toBe(1)
    expect(await matchCode(SECRET, '287082', { now, window: 1, lastStep: 1 })).toBeUndefined()
    expect(await matchCode(SECRET, '287082', { now, window: 1, lastStep: 2 })).toBeUndefined()
    expect(await matchCode(SECRET, '287082', { now: now + STEP, window: 1, lastStep: 0 })).toBe(1)
    expect(await matchCode(SECRET, '287082', { now: now + 2 * STEP, window: 1, lastStep: 0 })).toBeUndefined()
  })
  test.each(['', '12345', '1234567', 'abcdef', '１２３４５６'])('%j is no code', async (code) => {
    expect(await matchCode(SECRET, code, { now: 59_000, window: 1, lastStep: null })).toBeUndefined()
  })
  test('recovery codes are found whatever their case and blanks, and nothing else is', () => {
    const codes = [recoveryCode(Uint8Array.from([0, 1, 2, 3, 4, 5, 6, 7])), recoveryCode(new Uint8Array(8).fill(29))]
    expect(codes).toEqual(['ABCD-EFGH', '9999-9999'])
    const hashes = codes.map(recoveryHash)
    expect([
      findRecovery(hashes, ' abcd-efgh '),
      findRecovery(hashes, '9999-9999'),
      findRecovery(hashes, 'abcd'),
    ]).toEqual([0, 1, -1])
  })
})

describe('signing in with a second factor', () => {
  const codeOf = (uri: string, at: Office) => {
    const totp = new URL(uri)
    return new TOTP({ secret: totp.searchParams.get('secret') ?? '' }).generate({ timestamp: at.clock.now() })
  }
  const login = (at: Office, code?: string) =>
    ask(at.url, 'POST', '/api/v1/login', { body: { username: 'auditor', password: at.password('auditor'), code } })
  async function enrolled(at: Office) {
    const { cookie, csrf } = await signIn(at, 'auditor')
    const post = (path: string, body?: unknown) =>
      ask(at.url, 'POST', `/api/v1/me/second-factor${path}`, { cookie, csrf, body })
    const { uri } = (await post('')).json as { uri: string }
    const { recovery } = (await post('/confirm', { code: codeOf(uri, at) })).json as { recovery: string[] }
    return { uri, recovery, post, cookie }
  }

  test('the password alone is not enough; a code counts once, a recovery code once', async () => {
    const at = await open()
    const { uri, recovery } = await enrolled(at)
    expect(recovery).toHaveLength(10)
    expect((await login(at)).json.type).toBe('urn:sanling:problem:second-factor')
    expect((await login(at, codeOf(uri, at))).status).toBe(401)
    at.clock.pass(STEP)
    const code = codeOf(uri, at)
    const both = await Promise.all([login(at, code), login(at, code)])
    expect(both.map(({ status }) => status).sort()).toEqual([200, 401])
    expect((await login(at, recovery[3])).status).toBe(200)
    expect((await login(at, recovery[3])).status).toBe(401)
  })
  test('wrong codes lock like wrong passwords', async () => {
    const at = await open()
    const { uri } = await enrolled(at)
    at.clock.pass(STEP)
    for (let n = 0; n < 5; n += 1) expect((await login(at, '000000')).status).toBe(401)
    expect((await login(at, codeOf(uri, at))).status).toBe(429)
  })
  test(asvs('6.3.1', 'the code that takes it off cannot be guessed in a session either'), async () => {
    const at = await open()
    const { uri, post } = await enrolled(at)
    at.clock.pass(STEP)
    for (let n = 0; n < 5; n += 1) expect((await post('/remove', { code: 'AAAA-AAAA' })).status).toBe(400)
    expect((await post('/remove', { code: codeOf(uri, at) })).json.type).toBe('urn:sanling:problem:locked-out')
  })
  test('where a role asks for it, nothing else is allowed until it is set up', async () => {
    const secondFactor = { ...demoConfig().accounts.secondFactor, requiredRoles: ['auditor'] }
    const at = await open({ secondFactor })
    const { reply } = await signIn(at, 'auditor')
    expect(reply.json).toMatchObject({ secondFactor: 'wanted', permissions: [] })
    const { cookie } = await enrolled(at)
    const me = await ask(at.url, 'GET', '/api/v1/me', { cookie })
    expect(me.json).toMatchObject({ secondFactor: 'on' })
    expect(me.json.permissions).toContain('audit.read')
  })
  test('it is taken off only with a code, and set up only in a session', async () => {
    const at = await open()
    const { uri, post } = await enrolled(at)
    expect((await post('')).status).toBe(409)
    expect((await post('/remove', { code: '000000' })).status).toBe(400)
    at.clock.pass(STEP)
    expect((await post('/remove', { code: codeOf(uri, at) })).status).toBe(204)
    expect((await login(at)).status).toBe(200)
    expect((await ask(at.url, 'POST', '/api/v1/me/second-factor', { token: at.token('auditor') })).status).toBe(403)
  })
})

describe('the office’s directory (a real slapd)', () => {
  let slapd: DirectoryService
  beforeAll(async () => {
    slapd = await startSlapd({ auditor: 'directory secret' })
  })
  afterAll(() => slapd.stop())
  const directory = () => ldapDirectory({ url: slapd.url, startTls: false, userDn: slapd.userDn, timeoutMs: 2000 })

  test('knows its people’s passwords and nobody else’s; an empty one is no password', async () => {
    expect(await directory().knows('auditor', 'directory secret')).toBe(true)
    expect(await directory().knows('auditor', 'wrong')).toBe(false)
    expect(await directory().knows('nobody', 'directory secret')).toBe(false)
    expect(await directory().knows('auditor', '')).toBe(false)
    expect(await directory().knows('auditor,ou=people', 'directory secret')).toBe(false)
    expect(escapeDn('a,b=c\\')).toBe('a\\2cb\\3dc\\5c')
  })
  test('an account of the directory signs in by it, and its old password here is dead', async () => {
    office = await openOffice({ roles: ['auditor'], directory: directory() })
    const at = office
    type Tables = { account: { source: string | null; username: string } }
    await at.records.write(async ({ tx }) => {
      await tx
        .withTables<Tables>()
        .updateTable('account')
        .set({ source: 'ldap' })
        .where('username', '=', 'auditor')
        .execute()
    })
    const login = (password: string) =>
      ask(at.url, 'POST', '/api/v1/login', { body: { username: 'auditor', password } })
    expect((await login(at.password('auditor'))).status).toBe(401)
    expect((await login('directory secret')).status).toBe(200)
  })
  test('a directory that is away is not a yes, and says what to do', async () => {
    const away = ldapDirectory({ url: 'ldap://127.0.0.1:1', startTls: false, userDn: slapd.userDn, timeoutMs: 500 })
    await expect(away.knows('auditor', 'directory secret')).rejects.toThrow('单位目录服务暂时连不上')
  })
})
