import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { route } from '../../contract/http/route.ts'
import { bind } from '../../server/feature.ts'
import { Refusal } from '../../server/refusal.ts'
import { ask, type Office, openOffice, permissions, signIn } from './office.ts'

const echo = route({
  id: 'echo',
  method: 'POST',
  path: '/echo/{id}',
  summary: 'x',
  tag: 't',
  permission: 'alerts.work',
  params: z.object({ id: z.string().regex(/^[a-z]+$/) }),
  query: z.object({ n: z.coerce.number().int().max(5).optional() }),
  body: z.object({ text: z.string().max(10), deep: z.object({ n: z.int() }).optional() }),
  answer: z.object({ id: z.string(), text: z.string(), n: z.number().optional() }),
})
const list = route({
  id: 'list',
  method: 'GET',
  path: '/list',
  summary: 'x',
  tag: 't',
  permission: 'alerts.read',
  answer: z.object({ items: z.array(z.string()) }),
})
const bytes = route({
  id: 'bytes',
  method: 'POST',
  path: '/bytes',
  summary: 'x',
  tag: 't',
  permission: 'ingest.write',
  consumes: 'raw',
  answer: z.object({ size: z.int() }),
  status: 202,
})
const fails = route({
  id: 'fails',
  method: 'GET',
  path: '/fails/{how}',
  summary: 'x',
  tag: 't',
  permission: 'wall.view',
  params: z.object({ how: z.string() }),
  answer: z.object({}),
})

let office: Office
beforeAll(async () => {
  office = await openOffice({
    routes: [
      bind(echo, async ({ params, body, query }) => ({ id: params.id, text: body.text, ...query })),
      bind(list, async () => ({ items: ['a'] })),
      bind(bytes, async ({ body }) => ({ size: (body as unknown as Buffer).length })),
      bind(fails, async ({ params }) => {
        if (params.how === 'refusal') throw new Refusal('conflict', '第二版')
        throw new Error('secret: /etc/passwd')
      }),
    ],
  })
})
afterAll(() => office.close())

describe('anonymous', () => {
  test.each([
    ['GET', '/api/v1/list'],
    ['POST', '/api/v1/echo/a'],
    ['POST', '/api/v1/bytes'],
    ['GET', '/api/v1/me'],
    ['POST', '/api/v1/logout'],
    ['DELETE', '/api/v1/list'],
    ['GET', '/api/v1/nothing/here'],
    ['GET', '/api/v1'],
    ['GET', '/api/v1/'],
    ['PATCH', '/api/v1/login'],
    ['POST', '/api/v1/echo/%E0%A4%A'],
  ])('%s %s is 401 before anything else', async (method, path) => {
    const reply = await ask(office.url, method, path, method === 'GET' ? {} : { body: '{"broken' })
    expect(reply.status).toBe(401)
    expect(reply.headers.get('content-type')).toContain('application/problem+json')
    expect(reply.json).toMatchObject({ type: 'urn:sanling:problem:signed-out', status: 401 })
  })
  test.each(['Bearer wrong', 'Bearer ', 'Basic YTpi', 'Bearer \u00e4'])(
    'credential %j is 401',
    async (authorization) => {
      expect((await ask(office.url, 'GET', '/api/v1/list', { headers: { authorization } })).status).toBe(401)
    },
  )
  test('a bad token does not fall back to a good cookie', async () => {
    const { cookie } = await signIn(office, 'security-officer')
    expect((await ask(office.url, 'GET', '/api/v1/list', { cookie })).status).toBe(200)
    expect((await ask(office.url, 'GET', '/api/v1/list', { cookie, token: 'x' })).status).toBe(401)
  })
})

describe('every route × every role', () => {
  test('a role without the word is refused with 403, one with it gets past the guard', async () => {
    const routes = [echo, list, bytes, fails]
    for (const [role, { grants }] of Object.entries(permissions.roles)) {
      for (const spec of routes) {
        const path = `/api/v1${spec.path.replace(/\{\w+\}/g, 'refusal')}`
        const reply = await ask(office.url, spec.method, path, { token: office.token(role) })
        expect([role, spec.id, reply.status === 403]).toEqual([role, spec.id, !grants.includes(spec.permission)])
      }
    }
  })
})

describe('session writes', () => {
  const body = { text: 'x' }
  test('need the CSRF token of this very session', async () => {
    const mine = await signIn(office, 'security-officer')
    const other = await signIn(office, 'security-officer')
    const send = (csrf?: string) =>
      ask(office.url, 'POST', '/api/v1/echo/a', { cookie: mine.cookie, body, ...(csrf ? { csrf } : {}) })
    expect((await send()).json.type).toBe('urn:sanling:problem:bad-csrf')
    expect((await send(other.csrf)).json.type).toBe('urn:sanling:problem:bad-csrf')
    expect((await send(mine.csrf)).status).toBe(200)
  })
  test.each([
    [{ origin: 'http://evil.example' }, 403],
    [{ origin: 'null' }, 403],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-origin' }, 200],
    [{}, 200],
  ])('come from one of our pages: %j → %i', async (headers, status) => {
    const { cookie, csrf } = await signIn(office, 'security-officer')
    const reply = await ask(office.url, 'POST', '/api/v1/echo/a', { cookie, csrf, body, headers })
    expect(reply.status).toBe(status)
  })
  test('own origin passes, another port of the same host does not', async () => {
    const { cookie, csrf } = await signIn(office, 'security-officer')
    const send = (origin: string) =>
      ask(office.url, 'POST', '/api/v1/echo/a', { cookie, csrf, body, headers: { origin } })
    expect((await send(office.url)).status).toBe(200)
    expect((await send('http://127.0.0.1:1')).status).toBe(403)
  })
  test('sign-in itself is refused from a foreign page', async () => {
    const reply = await ask(office.url, 'POST', '/api/v1/login', {
      body: { username: 'chief', password: office.password('chief') },
      headers: { origin: 'http://evil.example' },
    })
    expect(reply.json.type).toBe('urn:sanling:problem:bad-origin')
  })
})

describe('input', () => {
  const send = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    ask(office.url, 'POST', path, { token: office.token('security-officer'), body, headers })
  test('400 lists path and Chinese sentence of everything that does not fit', async () => {
    const reply = await send('/api/v1/echo/a', { text: 5, deep: { n: 'x' } })
    expect(reply.status).toBe(400)
    const errors = reply.json.errors as { path: string; message: string }[]
    expect(errors.map(({ path }) => path)).toEqual(['text', 'deep.n'])
    for (const { message } of errors) expect(message).toMatch(/[一-龥]/)
  })
  test.each([
    ['not json', '{"a', {}, 400],
    ['not UTF-8 text', '\u0000', {}, 400],
    ['no body', undefined, {}, 400],
    ['another media type', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['compressed', '{}', { 'content-encoding': 'gzip' }, 415],
    ['too large', JSON.stringify({ text: 'x'.repeat(70_000) }), {}, 413],
  ])('%s', async (_name, body, headers, status) => {
    expect((await send('/api/v1/echo/a', body, headers)).status).toBe(status)
  })
  test('a query that does not fit is 400, an id that cannot exist 404', async () => {
    expect((await send('/api/v1/echo/a?n=9', { text: 'x' })).status).toBe(400)
    expect((await send('/api/v1/echo/a?n=1&n=2', { text: 'x' })).status).toBe(400)
    expect((await send('/api/v1/echo/A9', { text: 'x' })).status).toBe(404)
    expect((await send('/api/v1/echo/%E0%A4%A', { text: 'x' })).status).toBe(404)
  })
  test('raw routes take a mebibyte and no more', async () => {
    const token = office.token('system-admin')
    const post = (size: number) => ask(office.url, 'POST', '/api/v1/bytes', { token, body: 'x'.repeat(size) })
    expect(await post(1024 * 1024)).toMatchObject({ status: 202, json: { size: 1024 * 1024 } })
    expect((await post(1024 * 1024 + 1)).status).toBe(413)
  })
})

describe('refusals', () => {
  const get = (path: string, method = 'GET') => ask(office.url, method, path, { token: office.token('chief') })
  test('unknown path 404, wrong method 405 with Allow', async () => {
    expect((await get('/api/v1/nothing')).json).toMatchObject({ type: 'urn:sanling:problem:not-found', status: 404 })
    const reply = await get('/api/v1/list', 'PUT')
    expect([reply.status, reply.headers.get('allow')]).toEqual([405, 'HEAD, GET'])
  })
  test('a refusal of a handler keeps its words', async () => {
    expect(await get('/api/v1/fails/refusal')).toMatchObject({ status: 409, json: { detail: '第二版' } })
  })
  test('an error says nothing outside and everything inside', async () => {
    const reply = await get('/api/v1/fails/error')
    expect(reply.status).toBe(500)
    expect(reply.text).not.toContain('passwd')
    expect(String(office.failures.at(-1))).toContain('passwd')
  })
  test('too many calls are 429, not tighter than 50 a second', async () => {
    const token = office.token('inspection')
    office.clock.pass(10_000)
    const call = () => ask(office.url, 'GET', '/api/v1/list', { token })
    for (let n = 0; n < 300; n++) expect((await call()).status).toBe(200)
    const reply = await call()
    expect([reply.status, reply.headers.get('retry-after')]).toEqual([429, '1'])
    office.clock.pass(1000)
    for (let n = 0; n < 50; n++) expect((await call()).status).toBe(200)
  })
})

describe('headers', () => {
  test('strict policy without inline on everything', async () => {
    for (const path of ['/healthz', '/api/v1/list', '/nothing']) {
      const { headers } = await ask(office.url, 'GET', path)
      const policy = headers.get('content-security-policy') ?? ''
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toContain('unsafe')
      expect(policy).not.toContain('data:')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('x-request-id')).toBeTruthy()
      expect(headers.get('x-powered-by')).toBeNull()
    }
  })
})
