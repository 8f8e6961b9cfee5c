import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { route } from '../../contract/http/route.ts'
import { bind } from '../../server/feature.ts'
import { DEPTH_LIMIT, readBody } from '../../server/http/body.ts'
import { hostJudge } from '../../server/http/host.ts'
import { LIMITS, webServer } from '../../server/http/server.ts'
import { readCookie } from '../../server/people/cookie.ts'
import { ask, signIn } from '../http/office.ts'
import { connect, type Hall, openHall, TestPanel, until, type Watcher } from '../live/hall.ts'
import { asvs } from './names.ts'
import { raw, statusOf } from './raw.ts'

/** The doors of the server as a stranger, a foreign page and a bad proxy find them: real sockets, real HTTP. */
const write = route({
  id: 'trust-write',
  method: 'POST',
  path: '/trust/write',
  summary: 'x',
  tag: 't',
  permission: 'alerts.work',
  body: z.record(z.string(), z.unknown()),
  answer: z.object({ keys: z.array(z.string()) }),
})
const cookieTold = route({
  id: 'trust-public',
  method: 'GET',
  path: '/public/trust',
  summary: 'x',
  tag: 't',
  permission: 'public',
  answer: z.object({ ip: z.string() }),
})
const read = route({
  id: 'trust-read',
  method: 'GET',
  path: '/trust/read/{id}',
  summary: 'x',
  tag: 't',
  permission: 'alerts.read',
  params: z.object({ id: z.string() }),
  query: z.object({ q: z.string().optional() }),
  answer: z.object({ id: z.string() }),
})
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 })
let hall: Hall
let port: number
/** The same application behind the product's own server and its bounds, and once with bounds that a test can wait for. */
let server: Server
let hasty: Server
let hastyPort: number
const HOST = () => `Host: 127.0.0.1:${port}\r\n`
const opened: Watcher[] = []

beforeAll(async () => {
  hall = await openHall(
    [new TestPanel('alerts', 'alerts.read')],
    {},
    {
      routes: [
        bind(write, async ({ body }) => ({ keys: Object.keys(body) })),
        bind(read, async ({ params }) => ({ id: params.id })),
        bind(cookieTold, async ({ ip }) => ({ ip })),
      ],
    },
  )
  const handler = hall.server.listeners('request')[0] as Parameters<typeof webServer>[0]
  server = webServer(handler)
  hasty = webServer(handler, undefined, { ...LIMITS, headersMs: 150, requestMs: 300, checkMs: 50 })
  const listening = (one: Server) =>
    new Promise<number>((resolve) => one.listen(0, '127.0.0.1', () => resolve((one.address() as AddressInfo).port)))
  port = await listening(server)
  hastyPort = await listening(hasty)
})
afterAll(async () => {
  for (const { client } of opened) client.disconnect()
  for (const one of [server, hasty]) {
    one.closeAllConnections()
    await new Promise((resolve) => one.close(resolve))
  }
  await hall.leave()
})

describe('a foreign page', () => {
  const FOREIGN = ['http://evil.example', 'null', 'http://127.0.0.1:1', 'http://localhost', 'https://evil.example:443']

  test(asvs('3.5.1', 'CSRF: no write by cookie without the token of its own session, whatever the page'), async () => {
    const { cookie, csrf } = await signIn(hall, 'security-officer')
    const other = await signIn(hall, 'chief')
    const path = '/api/v1/trust/write'
    const post = (extra: object) => ask(hall.url, 'POST', path, { cookie, body: {}, ...extra })
    expect((await post({ csrf })).status).toBe(200)
    expect((await post({})).status).toBe(403)
    expect((await post({ csrf: other.csrf })).status).toBe(403)
    expect((await post({ csrf: '' })).status).toBe(403)
    for (const origin of FOREIGN) expect((await post({ csrf, headers: { origin } })).status).toBe(403)
    expect((await post({ csrf, headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403)
    expect((await post({ csrf, headers: { referer: 'http://evil.example/x' } })).status).toBe(403)
  })

  test(asvs('3.5.2', 'what needs no preflight (forms, text/plain) is not taken as a write'), async () => {
    const { cookie, csrf } = await signIn(hall, 'security-officer')
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])
      expect(
        (
          await ask(hall.url, 'POST', '/api/v1/trust/write', {
            cookie,
            csrf,
            body: '{}',
            headers: { 'content-type': type },
          })
        ).status,
      ).toBe(415)
  })

  test(asvs('3.5.3', 'a write asked for as GET, HEAD or by an override header stays undone'), async () => {
    const token = hall.token('security-officer')
    for (const method of ['GET', 'OPTIONS', 'PUT', 'PATCH', 'DELETE'])
      expect([method, (await ask(hall.url, method, '/api/v1/trust/write', { token })).status]).toEqual([method, 405])
    const headers = { 'x-http-method-override': 'POST', 'x-method-override': 'POST' }
    expect((await ask(hall.url, 'GET', '/api/v1/trust/write?_method=POST', { token, headers })).status).toBe(405)
  })

  test(asvs('3.4.2', 'CORS: no answer opens itself to another origin, preflights included'), async () => {
    const { cookie } = await signIn(hall, 'security-officer')
    for (const origin of [...FOREIGN, hall.url])
      for (const [method, path] of [
        ['OPTIONS', '/api/v1/trust/write'],
        ['GET', '/api/v1/me'],
        ['GET', '/api/v1/public/trust'],
        ['GET', '/healthz'],
        ['GET', '/socket.io/?EIO=4&transport=polling'],
      ] as const) {
        const { headers } = await ask(hall.url, method, path, {
          cookie,
          headers: { origin, 'access-control-request-method': 'POST' },
        })
        expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([])
      }
  })

  test(
    asvs('4.4.2', 'CSWSH: its websocket and its polling are refused before any namespace, on both roads'),
    async () => {
      const { cookie } = await signIn(hall, 'security-officer')
      for (const origin of FOREIGN) {
        expect(
          (await ask(hall.url, 'GET', '/socket.io/?EIO=4&transport=polling', { headers: { origin, cookie } })).status,
        ).toBe(403)
        for (const transports of [['websocket'], ['polling']]) {
          const watcher = connect(hall, '/desk', { headers: { origin, cookie }, transports })
          opened.push(watcher)
          await until(() => watcher.errors.length > 0, 150_000)
          expect(watcher.hellos).toEqual([])
        }
      }
    },
  )

  test(asvs('3.4.6', 'it can frame no page, and every answer says so, refusals included'), async () => {
    for (const path of ['/healthz', '/api/v1/me', '/desk', '/none', '/api/v1/trust/write', '/%00', '/api/v1/%zz']) {
      const { headers } = await ask(hall.url, 'GET', path)
      const policy = headers.get('content-security-policy') ?? ''
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).toContain("default-src 'none'")
      expect(policy).not.toMatch(/unsafe-|\*|https?:|data:|blob:/)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('same-origin')
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
    }
  })

  test(asvs('14.3.2', 'nothing of the interface is kept in a cache'), async () => {
    const token = hall.token('security-officer')
    for (const path of ['/api/v1/me', '/api/v1/none', '/healthz'])
      expect((await ask(hall.url, 'GET', path, { token })).headers.get('cache-control')).toBe('no-store')
  })
})

describe('sessions', () => {
  test(asvs('7.2.4', 'fixation: what a browser brought along is never the session that signing in opens'), async () => {
    const planted = await signIn(hall, 'security-officer')
    const mine = await signIn(hall, 'chief', planted.cookie)
    expect(mine.cookie).not.toBe(planted.cookie)
    expect((await ask(hall.url, 'GET', '/api/v1/me', { cookie: planted.cookie })).status).toBe(401)
    const invented = 'sanling_session=aaaaaaaaaaaaaaaaaaaaaaaa.bbbb'
    const again = await signIn(hall, 'chief', invented)
    expect(again.cookie).not.toContain('aaaaaaaa')
    expect((await ask(hall.url, 'GET', '/api/v1/me', { cookie: invented })).status).toBe(401)
  })

  test(asvs('3.3.4', 'the cookie is out of reach of scripts, of other sites, and of the answer’s text'), async () => {
    const { set, reply } = await signIn(hall, 'chief')
    expect(set).toMatch(/; Path=\//)
    expect(set).toMatch(/; HttpOnly/)
    expect(set).toMatch(/; SameSite=Strict/)
    expect(set).not.toMatch(/Domain=/i)
    const value = set.split(';')[0]?.split('=')[1] ?? ''
    expect(value.length).toBeGreaterThan(60)
    expect(reply.text).not.toContain(value)
  })

  test(
    asvs('3.3.3', 'over TLS it is Secure and bound to this host by its name; a planted one of a sibling loses'),
    async () => {
      const tls = await openHall([], {}, { http: { secureCookies: true } })
      try {
        const { set, cookie } = await signIn(tls, 'chief')
        expect(set).toMatch(/^__Host-sanling_session=[^;]+; Path=\/; /)
        expect(set).toMatch(/; Secure/)
        const me = await ask(tls.url, 'GET', '/api/v1/me', { cookie: `sanling_session=planted.x; ${cookie}` })
        expect(me.json.username).toBe('chief')
        expect(me.headers.get('strict-transport-security')).toMatch(/^max-age=31536000; includeSubDomains/i)
      } finally {
        await tls.leave()
      }
      expect(readCookie('a=1; __Host-a=2', 'a')).toBe('2')
    },
  )

  test(asvs('14.2.1', 'a token in the address opens nothing'), async () => {
    const token = hall.token('security-officer')
    for (const name of ['token', 'access_token', 'key', 'authorization', 'api_key'])
      expect((await ask(hall.url, 'GET', `/api/v1/me?${name}=${token}`)).status).toBe(401)
  })
})

describe('names and addresses', () => {
  const as = (...hosts: string[]) => ({
    headers: hosts[0] === undefined ? {} : { host: hosts[0] },
    rawHeaders: hosts.flatMap((host) => ['Host', host]),
  })

  test(asvs('4.1.3', 'a name that is not ours is refused (DNS rebinding), two names always'), async () => {
    const strict = hostJudge({ origins: ['https://sanling.example.gov.cn'], host: '0.0.0.0' })
    const local = hostJudge({ origins: [], host: '127.0.0.1' })
    const open = hostJudge({ origins: [], host: '0.0.0.0' })
    const all = [strict, local, open]
    const verdicts = (...hosts: string[]) => all.map((judge) => judge(as(...hosts)))
    expect(verdicts('127.0.0.1:8080')).toEqual([true, true, true])
    expect(verdicts('[::1]:8080')).toEqual([true, true, true])
    expect(verdicts('LOCALHOST')).toEqual([true, true, true])
    expect(verdicts('10.1.2.3')).toEqual([true, true, true])
    expect(verdicts('sanling.example.gov.cn')).toEqual([true, false, true])
    expect(verdicts('Sanling.Example.gov.cn:8443')).toEqual([true, false, true])
    expect(verdicts('evil.example')).toEqual([false, false, true])
    expect(verdicts('sanling.example.gov.cn.evil.example')).toEqual([false, false, true])
    for (const odd of ['', 'a b', 'a@127.0.0.1', '127.0.0.1:x', '127.0.0.1/evil', '[evil]', 'a,b', '127.0.0.1\u0000'])
      expect([odd, verdicts(odd)]).toEqual([odd, [false, false, false]])
    expect(verdicts('127.0.0.1', 'evil.example')).toEqual([false, false, false])
    expect(verdicts()).toEqual([true, true, true])
  })

  test(asvs('4.1.3', 'who calls is not what the caller says, unless one of our proxies says it'), async () => {
    const headers = { 'x-forwarded-for': '10.0.0.9', 'x-real-ip': '10.0.0.9', forwarded: 'for=10.0.0.9' }
    expect((await ask(hall.url, 'GET', '/api/v1/public/trust', { headers })).json.ip).toBe('127.0.0.1')
  })

  test(asvs('3.7.2', 'no open redirect: the only redirect leads to a fixed page of our own'), async () => {
    for (const path of ['/', '/?next=http://evil.example', '/?url=//evil.example', '//evil.example', '/\\evil.example'])
      for (const host of ['127.0.0.1', 'evil.example']) {
        const answer = await raw(port, `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
        const location = /\r\nlocation: ([^\r]*)/i.exec(answer)?.[1]
        if (location !== undefined) expect(location).toMatch(/^\/(desk|wall)$/)
      }
  })

  test(asvs('5.3.2', 'path traversal: no spelling leads out of the folder of the pages'), async () => {
    const token = `Authorization: Bearer ${hall.token('security-officer')}\r\n`
    const ups = ['..', '%2e%2e', '.%2e', '%252e%252e', '..;', '..%00', '%c0%ae%c0%ae', '..\\', '....//']
    for (const up of ups)
      for (const root of ['/', '/assets/', '/desk/', '/api/v1/', '/socket.io/'])
        for (const slash of ['/', '%2f', '%5c', '\\']) {
          const path = `${root}${[up, up, up, up].join(slash)}${slash}package.json`
          const answer = await raw(port, `GET ${path} HTTP/1.1\r\n${HOST()}${token}Connection: close\r\n\r\n`)
          expect([path, answer.includes('"dependencies"')]).toEqual([path, false])
          expect([path, statusOf(answer)]).not.toEqual([path, 500])
        }
  })
})

describe('messages that are built to be read in two ways', () => {
  test.each<[string, string]>([
    ['two lengths', 'Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!'],
    ['length and chunks', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['chunks under another name', 'Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n'],
    ['chunks twice', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n'],
    ['a blank before the colon', 'Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n'],
    ['a folded header', 'Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n'],
    ['a length with a sign', 'Content-Length: +5\r\n\r\nhello'],
    ['a length in hex', 'Content-Length: 0x5\r\n\r\nhello'],
    ['a broken chunk', 'Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n'],
    ['a bare carriage return', 'X: a\rContent-Length: 5\r\n\r\nhello'],
    ['a NUL in a header', 'X: a\u0000b\r\nContent-Length: 0\r\n\r\n'],
  ])(asvs('4.2.1', 'request smuggling, %s: refused and the line closed'), async (_name, rest) => {
    const smuggled = `GET /healthz HTTP/1.1\r\n${HOST()}\r\n`
    const answer = await raw(port, `POST /api/v1/login HTTP/1.1\r\n${HOST()}${rest}${smuggled}`)
    expect(statusOf(answer)).toBe(400)
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1)
  })

  test(asvs('15.2.2', 'headers beyond 16 KiB are refused, the line closed'), async () => {
    const big = `X: ${'a'.repeat(LIMITS.headerBytes)}\r\n`
    // A line that is closed before all was read may swallow the answer; it is closed either way.
    const refused = async (more: string) => statusOf(await raw(port, `GET /healthz HTTP/1.1\r\n${HOST()}${more}\r\n`))
    expect([0, 431]).toContain(await refused(big))
    const many = Array.from({ length: 4000 }, (_, n) => `x${n}: 1\r\n`).join('')
    expect([0, 431]).toContain(await refused(many))
  })

  test(asvs('15.2.2', 'a request that comes drop by drop is ended: 408, line closed'), async () => {
    expect(statusOf(await raw(hastyPort, 'GET /healthz HTTP/1.1\r\nX: a'))).toBe(408)
    const body = `POST /api/v1/login HTTP/1.1\r\n${HOST()}Content-Type: application/json\r\nContent-Length: 50\r\n\r\n{`
    const answer = await raw(hastyPort, body)
    expect([0, 400, 408]).toContain(statusOf(answer))
  })

  test(asvs('13.4.4', 'TRACE and made-up methods give nothing back'), async () => {
    for (const method of ['TRACE', 'TRACK', 'CONNECT', 'DEBUG', 'PROPFIND', 'FOO'])
      for (const path of ['/', '/api/v1/me', '/desk']) {
        const answer = await raw(
          port,
          `${method} ${path} HTTP/1.1\r\n${HOST()}X-Canary: canary-7f3\r\nConnection: close\r\n\r\n`,
        )
        expect([method, path, statusOf(answer) >= 400 || answer === '']).toEqual([method, path, true])
        expect(answer).not.toContain('canary-7f3')
      }
  })
})

describe('bodies', () => {
  const token = () => hall.token('security-officer')
  const post = (body: string) => ask(hall.url, 'POST', '/api/v1/trust/write', { token: token(), body })
  const nested = (depth: number, open: string, close: string, inner = '') =>
    `{"a":${open.repeat(depth)}${inner}${close.repeat(depth)}}`

  test(
    asvs('2.2.1', 'JSON nested deeper than 64 is refused before it is parsed, brackets in texts do not count'),
    async () => {
      expect((await post(nested(DEPTH_LIMIT - 1, '[', ']'))).status).toBe(200)
      expect((await post(nested(DEPTH_LIMIT, '[', ']'))).status).toBe(400)
      expect((await post(nested(15_000, '[', ']'))).status).toBe(400)
      expect((await post(nested(9000, '{"a":', '}', '1'))).status).toBe(400)
      expect((await post(`{"a":"${'['.repeat(20_000)}\\"${'{'.repeat(200)}"}`)).status).toBe(200)
      expect((await post(`{"a":"\\\\","b":${'['.repeat(70)}`)).status).toBe(400)
    },
  )

  test(
    asvs('1.5.3', 'half a character and NUL, which no store and no chain can hold, are refused wherever they come'),
    async () => {
      expect((await post('{"a":"\\ud83d\\ude00"}')).status).toBe(200)
      for (const odd of ['{"a":"\\ud800"}', '{"a":["x",{"b":"\\uDC00"}]}', '{"\\udfff":1}', '{"a":"x\\u0000"}'])
        expect([odd, (await post(odd)).status]).toEqual([odd, 400])
      const asked = (path: string) => ask(hall.url, 'GET', path, { token: token() })
      expect((await asked('/api/v1/trust/read/a%00b')).status).toBe(404)
      expect((await asked('/api/v1/trust/read/a?q=x%00')).status).toBe(400)
      expect((await asked('/api/v1/trust/read/a?q=x')).status).toBe(200)
    },
  )

  test(
    asvs('15.3.6', 'prototype pollution: a key __proto__ or constructor stays a key or goes, and touches nobody'),
    async () => {
      for (const key of ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty']) {
        const reply = await post(`{"${key}":{"polluted":"yes","isAdmin":true},"b":{"__proto__":{"polluted":"yes"}}}`)
        expect([key, reply.status]).toEqual([key, 200])
      }
      expect(({} as { polluted?: string }).polluted).toBeUndefined()
      expect(Object.keys(Object.prototype)).toEqual([])
    },
  )

  test(asvs('5.2.1', 'a body beyond the bound of its route is refused, told or untold length'), async () => {
    expect((await post(`{"a":"${'x'.repeat(64 * 1024)}"}`)).status).toBe(413)
    const chunk = 'x'.repeat(8192)
    const chunked = await raw(
      port,
      `POST /api/v1/trust/write HTTP/1.1\r\n${HOST()}Authorization: Bearer ${token()}\r\nContent-Type: application/json\r\n` +
        `Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n${`2000\r\n${chunk}\r\n`.repeat(9)}0\r\n\r\n`,
    )
    expect([0, 413]).toContain(statusOf(chunked))
    // A length that lies is believed by nobody.
    expect((await post('')).status).toBe(400)
  })

  test(asvs('1.5.3', 'bytes that are no UTF-8, and compressed bodies, are refused'), async () => {
    const bad = (encoding: string) =>
      ask(hall.url, 'POST', '/api/v1/trust/write', {
        token: token(),
        body: '{}',
        headers: { 'content-encoding': encoding },
      })
    for (const encoding of ['gzip', 'br', 'deflate', 'zstd', 'identity, gzip'])
      expect((await bad(encoding)).status).toBe(415)
    const text = `POST /api/v1/trust/write HTTP/1.1\r\n${HOST()}Authorization: Bearer ${token()}\r\nContent-Type: application/json\r\nConnection: close\r\n`
    expect(statusOf(await raw(port, `${text}Content-Length: 9\r\n\r\n{"a":"\u00e9"`))).toBe(400)
  })

  test(asvs('15.3.5', 'whatever bytes come as a body, the answer is a value or a refusal'), async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        const { Readable } = await import('node:stream')
        const req = Object.assign(Readable.from([Buffer.from(bytes)]), {
          headers: { 'content-type': 'application/json' },
        })
        const outcome = await readBody(req as never, { consumes: 'json' }).then(
          () => 'value',
          (error: { id?: string }) => error.id,
        )
        expect(['value', 'bad-input', 'too-large', 'unsupported-media']).toContain(outcome)
      }),
      { numRuns: 200 },
    )
  })

  test(asvs('15.3.7', 'a parameter that is given twice is refused, not guessed'), async () => {
    for (const path of ['/api/v1/me/tokens?limit=1&limit=2', '/api/v1/accounts?x[]=1&x[]=2'])
      expect((await ask(hall.url, 'GET', path, { token: hall.token('security-admin') })).status).toBeLessThan(500)
  })
})

describe('how often', () => {
  test(
    asvs('2.4.1', 'calls, ingest, public and sign-in each have their own measure; one does not eat the other’s'),
    async () => {
      const strict = await openHall([], {}, { routes: [bind(cookieTold, async ({ ip }) => ({ ip }))] })
      try {
        const flood = async (path: string, token: string | undefined, most: number) => {
          const told = []
          for (let n = 0; n < most; n++)
            told.push((await ask(strict.url, 'GET', path, token === undefined ? {} : { token })).status)
          return told
        }
        // The office's clock stands still here: what is taken does not come back.
        const officer = await flood('/api/v1/me', strict.token('security-officer'), 320)
        expect(officer.filter((status) => status === 200)).toHaveLength(300)
        expect(officer.filter((status) => status === 429)).toHaveLength(20)
        expect(await flood('/api/v1/me', strict.token('chief'), 1)).toEqual([200])
        const stranger = await flood('/api/v1/public/trust', undefined, 310)
        expect(stranger.filter((status) => status === 200)).toHaveLength(300)
        strict.clock.pass(1000)
        expect((await flood('/api/v1/public/trust', undefined, 60)).every((status) => status === 200)).toBe(true)
      } finally {
        await strict.leave()
      }
    },
  )
})
