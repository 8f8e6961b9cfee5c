import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import mqtt, { type MqttClient } from 'mqtt'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { EVENT_TYPES } from '../../contract/catalogue.ts'
import { isMarked } from '../../web/desk/shell/marked.ts'
import { bookOf, parts, zipOf } from '../collectors/cases/build.ts'
import { type Demo, Product } from '../commands/product.ts'
import { BROKEN, CANARY, HOSTILE, hostileValue } from './corpus.ts'
import { call, grants, ROLES, tokenOf, until } from './kit.ts'
import { asvs } from './names.ts'

/**
 * Everything hostile, through every opening of the running product: nothing may run, nothing comes back as markup,
 * nothing is an inner error. At the end a browser looks at what was stored.
 */
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 })
const product = new Product({ env: { SANLING_OFFICE: 'off' } })
let demo: Demo
let turn = 0
/** The next hostile text: every opening meets all of them sooner or later. */
const next = (): string => HOSTILE[turn++ % HOSTILE.length] ?? ''

interface Operation {
  method: string
  path: string
  permission: string | undefined
  query: string[]
  body: object | undefined
}
let operations: Operation[] = []
/** They would end the caller's own session or the product. */
const LEFT_OUT = /^\/(logout|me\/|sessions|people\/|accounts|wall-keys)|restart|backup/

beforeAll(async () => {
  demo = await product.launch().ready(120_000)
  type Spoken = {
    'x-permission'?: string
    parameters?: { name: string; in: string }[]
    requestBody?: { content: Record<string, { schema: object }> }
  }
  const { paths } = (await call(demo.url, 'GET', '/api/v1/openapi.json')).json as {
    paths: Record<string, Record<string, Spoken>>
  }
  operations = Object.entries(paths)
    .flatMap(([path, item]) =>
      Object.entries(item).map(([method, one]) => ({
        method: method.toUpperCase(),
        path,
        permission: one['x-permission'],
        query: (one.parameters ?? []).filter((parameter) => parameter.in === 'query').map(({ name }) => name),
        body: one.requestBody?.content['application/json']?.schema,
      })),
    )
    .filter(({ path }) => !LEFT_OUT.test(path.replace('/api/v1', '')))
})
afterAll(() => product.stop())

/** Errors that the server did not expect: said in its log and nowhere else. */
function innerErrors(): string[] {
  const folder = join(product.dataDir, 'logs')
  if (!existsSync(folder)) return []
  return readdirSync(folder).flatMap((name) =>
    readFileSync(join(folder, name), 'utf8')
      .split('\n')
      .filter((line) => /接口出错|未能处理事件/.test(line)),
  )
}

/** Callers of a role that may; spread, so that no token's measure is full. */
function callerOf({ permission }: Operation, nth: number): string | undefined {
  if (permission === undefined) return undefined
  const able = Object.keys(ROLES).filter((role) => permission === 'signed-in' || grants(role, permission))
  return tokenOf(demo, able[nth % able.length] ?? '')
}

const fill = (path: string, value: (name: string) => string) =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(value(name).toWellFormed()))

async function hit(operation: Operation, path: string, nth: number, body: unknown): Promise<string | undefined> {
  const { method } = operation
  const token = callerOf(operation, nth)
  const ask = () =>
    call(demo.url, method, path, {
      ...(token === undefined ? {} : { token }),
      ...(method === 'GET' || body === undefined ? {} : { body }),
    })
  // A kept connection may have been closed just then; one that is closed twice was closed by what we said.
  const answer = await ask()
    .catch(ask)
    .catch((error: Error) => ({
      status: 0,
      text: String(error),
      headers: new Headers(),
    }))
  if (answer.status === 429) {
    await new Promise((done) => setTimeout(done, 300))
    return hit(operation, path, nth + 1, body)
  }
  const type = answer.headers.get('content-type') ?? ''
  const told = `${method} ${path.slice(0, 120)} → ${answer.status} ${type}`
  if (answer.status === 0 || (answer.status >= 500 && answer.status !== 503)) return told
  if (/html|svg|javascript/.test(type) && answer.text.includes('data-canary')) return `${told} reflects markup`
  if (answer.headers.get('x-content-type-options') !== 'nosniff') return `${told} may be sniffed`
  if (/canary/i.test(JSON.stringify([...answer.headers]))) return `${told} writes a header`
  return undefined
}

async function each<Item>(list: readonly Item[], act: (item: Item, nth: number) => Promise<string | undefined>) {
  const found: string[] = []
  for (let at = 0; at < list.length; at += 6)
    for (const line of await Promise.all(list.slice(at, at + 6).map((item, n) => act(item, at + n))))
      if (line !== undefined) found.push(line)
  return found
}

describe('HTTP', () => {
  test(
    asvs('1.2.4', 'no address, filter or field makes a statement, a header, markup or an inner error of it'),
    async () => {
      expect(operations.length).toBeGreaterThan(150)
      const rounds = operations.flatMap((operation) => [operation, operation])
      const wrong = await each(rounds, (operation, nth) => {
        const query = new URLSearchParams(operation.query.map((name) => [name, next()]))
        const path = `${fill(operation.path, next)}${operation.query.length > 0 ? `?${query}` : ''}`
        return hit(operation, path, nth, operation.body && hostileValue(operation.body, next))
      })
      expect(wrong).toEqual([])
      expect(innerErrors()).toEqual([])
    },
  )

  test(asvs('2.2.1', 'whatever stands in a cursor is a page, a refusal or nothing'), async () => {
    const ODD = [
      '%',
      '%E0%A4%A~x',
      '~',
      'a~b~c',
      '-1',
      '9'.repeat(200),
      '1e999',
      'null',
      '{}',
      '[]',
      '"',
      "'",
      'AAAA',
      '0.5~',
    ]
    const paged = operations.filter(({ method, query }) => method === 'GET' && query.includes('cursor'))
    expect(paged.length).toBeGreaterThan(20)
    const asked = paged.flatMap((operation) => ODD.map((cursor) => [operation, cursor] as const))
    const wrong = await each(asked, ([operation, cursor], nth) =>
      hit(operation, `${fill(operation.path, () => 'x')}?cursor=${encodeURIComponent(cursor)}`, nth, undefined),
    )
    expect(wrong).toEqual([])
    expect(innerErrors()).toEqual([])
  })

  test(asvs('1.2.1', 'what fits its schema is stored as the text it is, on things that exist'), async () => {
    const ids = new Map<string, string[]>()
    for (const operation of operations.filter(({ method, path }) => method === 'GET' && !path.includes('{'))) {
      const token = callerOf(operation, 0)
      const { json } = await call(demo.url, 'GET', operation.path, token === undefined ? {} : { token })
      const items = Array.isArray(json.items) ? (json.items as { id?: unknown }[]) : []
      const found = items.flatMap(({ id }) => (typeof id === 'string' ? [id] : []))
      if (found.length > 0) ids.set(operation.path, found)
    }
    expect(ids.size).toBeGreaterThan(5)
    const writes = operations.filter(({ method, body }) => method !== 'GET' && body !== undefined)
    const wrong = await each(
      [...writes, ...writes].map((operation, at) => [operation, at] as const),
      ([operation], nth) => {
        const known = ids.get(operation.path.slice(0, operation.path.indexOf('/{'))) ?? []
        const path = fill(operation.path, () => known[nth % Math.max(1, known.length)] ?? next())
        return hit(operation, path, nth, hostileValue(operation.body, next))
      },
    )
    expect(wrong).toEqual([])
    expect(innerErrors()).toEqual([])
  })

  test(asvs('1.5.2', 'bodies that break parsers are refused or taken, never an inner error'), async () => {
    const bodies = operations.filter(({ method }) => method !== 'GET')
    const wrong = await each(
      bodies.map((operation, at) => [operation, BROKEN[at % BROKEN.length] ?? ''] as const),
      ([operation, body], nth) => hit(operation, fill(operation.path, next), nth, body),
    )
    expect(wrong).toEqual([])
    const ingest = operations.find(({ path }) => path === '/api/v1/ingest')
    if (!ingest) throw new Error('no ingest')
    expect(await each(BROKEN, (body, nth) => hit(ingest, ingest.path, nth, body))).toEqual([])
    expect(innerErrors()).toEqual([])
  })
})

const SITE = 'demo'
const join_ = (): Promise<MqttClient> =>
  mqtt.connectAsync(demo.mqtt.url, {
    username: demo.mqtt.username,
    password: demo.mqtt.password,
    clientId: `trust-${turn++}`,
    reconnectPeriod: 0,
  })
const envelope = (id: string, type: string, more: object) => ({
  v: 1,
  id,
  type,
  site: SITE,
  collector: 'probe',
  observed_at: new Date().toISOString(),
  ...more,
})

describe('MQTT', () => {
  const KEYS =
    'name message title text reason virus_name path host ip user user_name person device device_name door room place post department process url remark detail action result file software caseNo caseName checkpoint route card status ' +
    '__proto__ constructor toString'

  test(
    asvs('2.2.1', 'payloads of every event type with hostile texts in every key are stored or quarantined'),
    async () => {
      const client = await join_()
      const receipts = new Set<string>()
      client.on('message', (_topic, payload) => {
        const { ids, rejected } = JSON.parse(payload.toString()) as { ids: string[]; rejected: { id: string | null }[] }
        for (const id of [...ids, ...rejected.map((one) => one.id ?? '')]) receipts.add(id)
      })
      await client.subscribeAsync(`jc/v1/${SITE}/_receipt/probe`, { qos: 1 })
      const sent: string[] = []
      for (const [type, { domain = 'infra' }] of Object.entries(EVENT_TYPES))
        for (const round of [1, 2]) {
          const id = `trust-${sent.length}`
          const data = Object.fromEntries(
            KEYS.split(' ').map((key) => [key, round === 1 ? next() : [next(), { [next()]: 1e308 }]]),
          )
          const event = envelope(id, type, {
            object: next().slice(0, 128) || 'x',
            device: next().slice(0, 128) || 'x',
            data,
          })
          sent.push(id)
          await client.publishAsync(`jc/v1/${SITE}/${domain}/probe/evt/x`, JSON.stringify(event), { qos: 1 })
        }
      await until(() => (sent.every((id) => receipts.has(id)) ? true : undefined))
      for (const body of BROKEN)
        await client.publishAsync(`jc/v1/${SITE}/terminal/probe/evt/x`, Buffer.from(body), { qos: 1 })
      for (const word of ['met/collector_health', 'status'])
        for (const body of [
          ...BROKEN,
          JSON.stringify({ v: 1, state: 'degraded', since: new Date().toISOString(), reason: HOSTILE[0] }),
        ])
          await client.publishAsync(`jc/v1/${SITE}/terminal/probe/${word}`, Buffer.from(body), { qos: 1 })
      const last = envelope('trust-last', 'door.forced', { object: 'door:E1', data: {} })
      await client.publishAsync(`jc/v1/${SITE}/access/probe/evt/x`, JSON.stringify(last), { qos: 1 })
      await until(() => (receipts.has('trust-last') ? true : undefined))
      await client.endAsync()
      expect((await call(demo.url, 'GET', '/readyz')).status).toBe(200)
      expect(innerErrors()).toEqual([])
      expect(({} as { polluted?: number }).polluted).toBeUndefined()
    },
  )

  test.each([
    `jc/v1/${SITE}/access/hik-main/evt/x`,
    `jc/v1/${SITE}/_receipt/probe`,
    `jc/v1/${SITE}/_dlq/hik-main`,
    `jc/v1/other/access/probe/evt/x`,
    '$SYS/broker/version',
    `jc/v1/${SITE}/access/probe`,
    `jc/v1/${SITE}/<img src=x>/probe/evt/x`,
    `jc/v1/${SITE}/access/probe\u0001/evt/x`,
    'x',
  ])(asvs('8.3.1', 'a topic that is not the sender’s ends the connection: %j'), async (topic) => {
    const client = await join_()
    const closed = new Promise<string>((resolve) => client.once('close', () => resolve('closed')))
    client.on('error', () => undefined)
    client.publish(topic, '{}', { qos: 1 }, () => undefined)
    expect(await closed).toBe('closed')
    client.end(true)
  })
})

describe('files that are read', () => {
  const HEADER = [
    '序号',
    '信访编号',
    '信访人',
    '联系电话',
    '信访日期',
    '信访形式',
    '信访类别',
    '主要诉求',
    '承办人',
    '问题属地',
  ]
  const rows = HOSTILE.map((text, n) => [
    `${n}`,
    `XSS-${n}`,
    text,
    text,
    '2026-11-20',
    '来信',
    '控告',
    `${text} 请求处理此事项`,
    '',
    text,
  ])
  const upload = (name: string, body: Uint8Array, dry: boolean) =>
    call(demo.url, 'POST', `/api/v1/petition-imports?name=${encodeURIComponent(name)}&dryRun=${dry}`, {
      token: tokenOf(demo, 'case-management'),
      body,
      headers: { 'content-type': 'application/octet-stream' },
    })

  test(
    asvs('1.5.1', 'XXE: a workbook that declares entities or links outside is refused and asks nobody'),
    async () => {
      const asked: string[] = []
      const trap = createServer((req, res) => {
        asked.push(req.url ?? '')
        res.end('trap')
      })
      await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve))
      const url = `http://127.0.0.1:${(trap.address() as AddressInfo).port}/x`
      const good = [...parts([{ rows: [HEADER, ...rows.slice(0, 2)] }])].map(([name, data]) => ({ name, data }))
      const doctype = `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd"><!ENTITY % p SYSTEM "${url}"> %p;]>`
      const evil = [
        good.map((part) => (part.name.includes('sheet1') ? { ...part, data: `${doctype}${part.data}` } : part)),
        [...good, { name: 'xl/externalLinks/externalLink1.xml', data: `<externalLink href="${url}"/>` }],
        [...good, { name: '../../../tmp/canary.txt', data: 'x' }],
        [...good, { name: 'xl/vbaProject.bin', data: 'x' }],
      ]
      try {
        for (const part of evil) {
          const answer = await upload('a.xlsx', zipOf(part), false)
          expect(answer.status).toBeGreaterThanOrEqual(400)
          expect(answer.status).toBeLessThan(500)
          expect(answer.text).not.toContain('root:')
        }
        expect(asked).toEqual([])
      } finally {
        await new Promise((resolve) => trap.close(resolve))
      }
    },
  )

  test(asvs('1.2.10', 'formulas in cells are read as text, and every exported list is free of formulas'), async () => {
    const csv = [HEADER, ...rows]
      .map((row) => row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(','))
      .join('\r\n')
    for (const [name, body] of [
      [
        'a.xlsx',
        bookOf([
          {
            rows: [
              HEADER,
              ...rows.map((row) =>
                row.map((cell) => [...cell.toWellFormed()].filter((letter) => letter >= ' ').join('')),
              ),
            ],
          },
        ]),
      ],
      ['a.csv', Buffer.from(csv)],
    ] as const) {
      const answer = await upload(name, body, false)
      expect([name, answer.status]).toEqual([name, 200])
    }
    const token = tokenOf(demo, 'case-management')
    const { items } = (await call(demo.url, 'GET', '/api/v1/exports/kinds', { token })).json as {
      items: { kind: string }[]
    }
    for (const { kind } of items) {
      const started = await call(demo.url, 'POST', '/api/v1/exports', { token, body: { kind, filters: {} } })
      if (started.status !== 202) continue
      const path = `/api/v1/exports/${started.json.id}`
      await until(async () =>
        (await call(demo.url, 'GET', path, { token })).json.state === 'ready' ? true : undefined,
      )
      const bytes = Buffer.from(
        await (await fetch(`${demo.url}${path}/file`, { headers: { authorization: `Bearer ${token}` } })).arrayBuffer(),
      )
      const { openBook } = await import('./book.ts')
      for (const [part, xml] of await openBook(bytes)) {
        expect([kind, part, /<f[ >/]/.test(xml)]).toEqual([kind, part, false])
        expect([kind, part, /externalLink|<!DOCTYPE|<!ENTITY/.test(xml)]).toEqual([kind, part, false])
      }
    }
    expect(innerErrors()).toEqual([])
  })
})

describe('a browser that looks at what was stored', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: process.env.SANLING_CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
    })
  })
  afterAll(() => browser?.close())

  const PAGES: Record<string, readonly string[]> = {
    'security-officer': ['alerts', 'tasks', 'patrol', 'sources', 'figures', 'zeros'],
    'case-management': [
      'petitions',
      'petitions/changes',
      'cases',
      'monitoring',
      'monitoring/notices',
      'draws',
      'reviews',
      'disclosure',
      'mediations',
      'window/filings',
      'window/appointments',
    ],
    auditor: ['audit', 'approvals'],
    'system-admin': ['sources', 'people'],
  }

  /** Watches a page: what ran, what the policy had to stop, what came to life in the tree. */
  async function watched(page: Page) {
    const stopped: string[] = []
    const abroad: string[] = []
    const origin = new URL(demo.url).origin
    await page.addInitScript({
      content:
        "document.addEventListener('securitypolicyviolation', (e) => console.error('csp ' + e.violatedDirective + ' ' + e.blockedURI))",
    })
    page.on('console', (message) => {
      if (/csp |Content Security Policy/i.test(message.text())) stopped.push(message.text().slice(0, 200))
    })
    page.on('request', (request) => {
      if (!request.url().startsWith(origin) && !request.url().startsWith(origin.replace('http', 'ws')))
        abroad.push(request.url())
    })
    page.on('dialog', (dialog) => {
      stopped.push(`dialog ${dialog.message()}`)
      void dialog.dismiss()
    })
    const found = async () => ({
      ran: await page.evaluate((name) => (globalThis as Record<string, unknown>)[name] ?? null, CANARY),
      alive: await page.locator('[data-canary]').count(),
      stopped,
      abroad,
    })
    return found
  }
  /** Until the text of the page stands still: lists have come. */
  const settled = async (page: Page) => {
    let [seen, same] = [-1, 0]
    while (same < 3) {
      const { length } = (await page.textContent('main')) ?? ''
      same = length > 0 && length === seen ? same + 1 : 0
      seen = length
      await new Promise((done) => setTimeout(done, 40))
    }
  }
  const CLEAN = { ran: null, alive: 0, stopped: [], abroad: [] }

  test(asvs('3.2.2', 'nothing stored runs or becomes a tag on the wall, and no request leaves the house'), async () => {
    const context = await browser.newContext({ viewport: { width: 1920, height: 1080 } })
    context.setDefaultTimeout(150_000)
    const page = await context.newPage()
    const found = await watched(page)
    const speaker = await join_()
    for (const n of [1, 2, 3]) {
      const event = envelope(`trust-wall-${n}`, 'terminal.illegal_outreach', { object: HOSTILE[0], data: {} })
      await speaker.publishAsync(`jc/v1/${SITE}/terminal/probe/evt/x`, JSON.stringify(event), { qos: 1 })
    }
    await speaker.endAsync()
    await page.goto(demo.wallUrl)
    // Something hostile must be on the glass, or this would prove nothing.
    const words = HOSTILE.map((text) => text.slice(0, 16)).filter((text) => text.trim().length > 8)
    await until(async () => {
      const shown = (await page.textContent('body')) ?? ''
      return words.some((word) => shown.includes(word)) || undefined
    }, 150_000)
    expect(await found()).toEqual(CLEAN)
    await context.close()
  })

  test.each(Object.keys(PAGES))(asvs('3.4.3', 'nor on the desk pages of %s'), async (role) => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
    const account = demo.accounts.find(({ roles }) => roles.includes(role))
    if (!account) throw new Error(role)
    context.setDefaultTimeout(150_000)
    const page = await context.newPage()
    const found = await watched(page)
    // Where to go after signing in is taken from the address: never another house.
    await page.goto(`${demo.url}/login?next=${encodeURIComponent('//evil.example/desk')}`)
    await page.locator('input').nth(0).fill(account.username)
    await page.locator('input[type=password]').fill(account.password)
    await page.keyboard.press('Enter')
    await page.waitForURL((url) => url.pathname.startsWith('/desk'))
    expect(new URL(page.url()).origin).toBe(new URL(demo.url).origin)
    const asked = ['q', 'state', 'id', 'type', 'from', 'kind'].map(
      (key) => `${key}=${encodeURIComponent(HOSTILE[0] ?? '')}`,
    )
    await page.goto(`${demo.url}/desk/${PAGES[role]?.[0]}?${asked.join('&')}#${asked.join('&')}`)
    await settled(page)
    expect(await found()).toEqual(CLEAN)
    for (const path of PAGES[role] ?? []) {
      await page.goto(`${demo.url}/desk/${path}`)
      await settled(page)
      await page.evaluate("document.querySelector('main tbody tr, main [role=row], main li')?.click()")
      await settled(page)
      expect([path, await found()]).toEqual([path, CLEAN])
      const marks = await page.locator('[data-water-mark]').count()
      expect([path, marks]).toEqual([path, isMarked(`/desk/${path}`) ? 1 : 0])
    }
    expect(innerErrors()).toEqual([])
    await context.close()
  })
})
