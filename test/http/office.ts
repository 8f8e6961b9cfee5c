import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { AccountRules } from '../../config/accounts.ts'
import { Permissions } from '../../config/schema.ts'
import { approvalsFeature } from '../../server/approvals/index.ts'
import { auditMigrations } from '../../server/audit/index.ts'
import type { AuditEntry } from '../../server/audit/journal.ts'
import { auditTrail } from '../../server/audit/trail.ts'
import { newId, randomOctets, randomToken } from '../../server/clock.ts'
import type { BoundRoute } from '../../server/feature.ts'
import { createApp } from '../../server/http/app.ts'
import type { HttpDeps } from '../../server/http/deps.ts'
import type { Directory } from '../../server/people/directory.ts'
import { openPeople, type People } from '../../server/people/index.ts'
import { ensureDemo } from '../../server/people/registry.ts'
import type { Revoked } from '../../server/people/routes.ts'
import { RecordStore } from '../../server/records/store.ts'
import { Sealer } from '../../server/records/suite.ts'
import { demoConfig } from '../helpers/office.ts'
import { freshRecords } from '../helpers/stores.ts'

export const permissions = Permissions.parse(
  parse(readFileSync(new URL('../../config/rules/permissions.yaml', import.meta.url), 'utf8')),
)

/** A clock that the test moves. */
export class FakeClock {
  #now: number
  constructor(now = Date.UTC(2026, 10, 24, 1)) {
    this.#now = now
  }
  now = (): number => this.#now
  pass(ms: number): void {
    this.#now += ms
  }
}

export interface Office {
  url: string
  clock: FakeClock
  people: People
  records: RecordStore
  trail: AuditEntry[]
  revoked: Revoked[]
  failures: unknown[]
  server: Server
  accounts: readonly { username: string; password: string; token: string }[]
  wallKey: string
  token(role: string): string
  password(role: string): string
  /** Runs one of people's ticks. */
  tick(name: string): Promise<void>
  close(): Promise<void>
}

/** The real people and http rooms on a real port over a real store, with whatever routes a test adds. */
export async function openOffice(
  options: {
    routes?: readonly BoundRoute[]
    roles?: readonly string[]
    http?: Partial<HttpDeps>
    /** With the two-person rule behind accounts. */
    approvals?: boolean
    accounts?: Partial<AccountRules>
    directory?: Directory
  } = {},
): Promise<Office> {
  const dir = mkdtempSync(join(tmpdir(), 'sanling-http-'))
  const clock = new FakeClock()
  const records = new RecordStore(await freshRecords(join(dir, 'records.sqlite')), {
    now: clock.now,
    committed: () => undefined,
    failed: () => undefined,
  })
  const trail: AuditEntry[] = []
  const revoked: Revoked[] = []
  const failures: unknown[] = []
  const approvals = approvalsFeature({
    records,
    audit: auditTrail,
    acts: () => people.feature.acts ?? [],
    newId,
  })
  const people: People = openPeople({
    records,
    clock,
    config: { ...demoConfig(), permissions, accounts: { ...demoConfig().accounts, ...options.accounts } },
    approvals,
    directory: options.directory,
    randomBytes: randomOctets,
    sealer: new Sealer({ suite: 'guomi', secret: randomToken(), use: 'people.factor', randomBytes: randomOctets }),
    cookieKey: randomToken(),
    newId,
    randomToken,
    revoked: (who) => revoked.push(who),
    audit: {
      record: async (tx, at, entry) => {
        trail.push(entry)
        await auditTrail.record(tx, at, entry)
      },
    },
  })
  const ofApprovals = options.approvals ? approvals : undefined
  await records.migrate([...(people.feature.migrations ?? []), ...auditMigrations, ...(ofApprovals?.migrations ?? [])])
  const accounts = (options.roles ?? Object.keys(permissions.roles)).map((role) => ({
    id: `id-${role}`,
    username: role,
    name: permissions.roles[role]?.name ?? role,
    roles: [role],
    department: null,
    post: '岗',
    password: randomToken(12),
    token: randomToken(),
  }))
  const wallKey = randomToken()
  await ensureDemo(records, accounts, wallKey, newId)
  const app = createApp({
    routes: [...(people.feature.routes ?? []), ...(ofApprovals?.routes ?? []), ...(options.routes ?? [])],
    authenticate: (shown) => people.authenticate(shown),
    csrfOf: (sessionId) => people.csrfOf(sessionId),
    clock,
    origins: [],
    secureCookies: false,
    trustedProxies: [],
    webDist: join(dir, 'dist'),
    readiness: async () => ({ ready: true, parts: { records: true } }),
    metrics: async () => 'up 1\n',
    failed: (error) => failures.push(error),
    newId,
    checkAnswers: true,
    ...options.http,
  })
  const server = createServer(app.callback())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const of = (role: string) => {
    const account = accounts.find(({ username }) => username === role)
    if (!account) throw new Error(`no account ${role}`)
    return account
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    clock,
    people,
    records,
    trail,
    revoked,
    failures,
    server,
    accounts,
    wallKey,
    token: (role) => of(role).token,
    password: (role) => of(role).password,
    async tick(name) {
      const tick = people.feature.ticks?.find((one) => one.name === name)
      if (tick) await records.write((turn) => tick.run(turn))
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await records.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

export interface Reply {
  status: number
  headers: Headers
  json: Record<string, unknown>
  text: string
}

/** One request; `token` and `cookie` as given, a body as JSON unless it is a string. */
export async function ask(
  base: string,
  method: string,
  path: string,
  options: { token?: string; cookie?: string; csrf?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Reply> {
  const headers: Record<string, string> = { ...options.headers }
  if (options.token) headers.authorization = `Bearer ${options.token}`
  if (options.cookie) headers.cookie = options.cookie
  if (options.csrf) headers['x-csrf-token'] = options.csrf
  if (options.body !== undefined) headers['content-type'] ??= 'application/json'
  const body = typeof options.body === 'string' ? options.body : JSON.stringify(options.body)
  const answer = await fetch(base + path, {
    method,
    headers,
    redirect: 'manual',
    ...(options.body === undefined ? {} : { body }),
  })
  const text = await answer.text()
  const json = /json/.test(answer.headers.get('content-type') ?? '') ? JSON.parse(text) : {}
  return { status: answer.status, headers: answer.headers, json, text }
}

/** Signs in and answers what a browser then sends along. */
export async function signIn(office: Office, role: string, cookie?: string) {
  const body = { username: role, password: office.password(role) }
  const reply = await ask(office.url, 'POST', '/api/v1/login', { body, ...(cookie ? { cookie } : {}) })
  const set = reply.headers.getSetCookie()[0] ?? ''
  return { reply, set, cookie: set.split(';')[0] ?? '', csrf: String(reply.json.csrf) }
}
