import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask, type Office, openOffice } from './office.ts'

let office: Office
const dist = mkdtempSync(join(tmpdir(), 'sanling-dist-'))
beforeAll(async () => {
  mkdirSync(join(dist, 'assets'))
  writeFileSync(join(dist, 'index.html'), '<!doctype html><title>x</title>')
  writeFileSync(join(dist, 'assets', 'main-Ab3dE_9x.js'), 'export {}')
  writeFileSync(join(dist, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
  writeFileSync(join(dist, '.secret'), 'x')
  office = await openOffice({ roles: ['chief'], http: { webDist: dist } })
})
afterAll(async () => {
  await office.close()
  rmSync(dist, { recursive: true, force: true })
})
const get = (path: string, headers = {}) => ask(office.url, 'GET', path, { headers })

describe('pages', () => {
  test.each(['/wall', '/login', '/desk', '/desk/alerts', '/desk/figures/a'])(
    '%s is the page, never cached',
    async (path) => {
      const reply = await get(path)
      expect([reply.status, reply.headers.get('cache-control')]).toEqual([200, 'no-cache'])
      expect(reply.text).toContain('<!doctype html>')
    },
  )
  test('hashed files are kept for ever, others asked for again', async () => {
    expect((await get('/assets/main-Ab3dE_9x.js')).headers.get('cache-control')).toBe(
      'public, max-age=31536000, immutable',
    )
    expect((await get('/favicon.svg')).headers.get('cache-control')).toBe('no-cache')
  })
  test.each(['/nothing', '/assets/gone.js', '/.secret', '/..%2f..%2fetc/passwd', '/%E0%A4%A', '/walls', '/index.php'])(
    '%s is a problem, not the page',
    async (path) => {
      const reply = await get(path)
      expect(reply.status).toBeGreaterThanOrEqual(400)
      expect(reply.status).toBeLessThan(500)
      expect(reply.headers.get('content-type')).toContain('application/problem+json')
    },
  )
  test('/ leads to the desk, on a screen with a device cookie to the wall', async () => {
    expect((await get('/')).headers.get('location')).toBe('/desk')
    expect((await get('/', { cookie: 'sanling_wall=x' })).headers.get('location')).toBe('/wall')
  })
})

describe('probes', () => {
  test('health, readiness and metrics answer on loopback', async () => {
    expect((await get('/healthz')).json).toEqual({ ok: true })
    expect((await get('/readyz')).json).toEqual({ ready: true, parts: { records: true } })
    expect((await get('/metrics')).text).toBe('up 1\n')
  })
  test('parts that are not ready make it 503', async () => {
    const other = await openOffice({
      roles: ['chief'],
      http: { readiness: async () => ({ ready: false, parts: { broker: false } }) },
    })
    expect((await ask(other.url, 'GET', '/readyz')).status).toBe(503)
    await other.close()
  })
  test('from elsewhere metrics need a token', async () => {
    const other = await openOffice({ roles: ['chief'], http: { trustedProxies: ['127.0.0.1'] } })
    const headers = { 'x-forwarded-for': '10.1.1.1' }
    expect((await ask(other.url, 'GET', '/metrics', { headers })).status).toBe(401)
    expect((await ask(other.url, 'GET', '/metrics', { headers, token: other.token('chief') })).status).toBe(200)
    await other.close()
  })
})

test('without built pages the server says what to do', async () => {
  const other = await openOffice({ roles: ['chief'] })
  const reply = await ask(other.url, 'GET', '/wall')
  expect([reply.status, reply.text]).toEqual([503, expect.stringContaining('npm run build')])
  await other.close()
})
