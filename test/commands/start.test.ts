import { readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { io } from 'socket.io-client'
import { afterEach, expect, test } from 'vitest'
import { ask } from '../http/office.ts'
import { gone, Product } from './product.ts'

const running: Product[] = []
function start(options: ConstructorParameters<typeof Product>[0] = {}): Product {
  const product = new Product(options)
  running.push(product)
  return product.launch()
}
afterEach(async () => {
  for (const product of running.splice(0).reverse()) await product.stop()
})

test('a newcomer sees a living wall, an account for each role, and everything ends on one signal', async () => {
  const product = start()
  const demo = await product.ready()
  expect(product.said).toContain(demo.wallUrl)
  expect(product.said).toContain(product.dataDir)
  expect(statSync(join(product.dataDir, 'demo.json')).mode & 0o777).toBe(0o600)
  expect(statSync(join(product.dataDir, 'secrets.json')).mode & 0o777).toBe(0o600)

  const key = new URLSearchParams(new URL(demo.wallUrl).hash.slice(1)).get('key')
  const wall = io(`${demo.url}/wall`, { auth: { key }, transports: ['websocket'] })
  const snapshot = await new Promise<{ panels: Record<string, object> }>((done) => wall.once('snapshot', done))
  expect(Object.keys(snapshot.panels)).toEqual(
    expect.arrayContaining(['terminal', 'access', 'patrol', 'alerts', 'zeros', 'flow', 'sources']),
  )
  for (const [name, panel] of Object.entries(snapshot.panels)) expect([name, 'broken' in panel]).toEqual([name, false])
  wall.disconnect()

  expect((await ask(demo.url, 'GET', '/readyz')).json).toMatchObject({ ready: true })
  expect((await ask(demo.url, 'GET', '/wall')).text).toContain('<div id="app"')
  expect(demo.accounts.flatMap(({ roles }) => roles)).toHaveLength(10)
  for (const { username, password, token } of demo.accounts) {
    const reply = await ask(demo.url, 'POST', '/api/v1/login', { body: { username, password } })
    expect([username, reply.status]).toEqual([username, 200])
    expect((await ask(demo.url, 'GET', '/api/v1/me', { token })).json.username).toBe(username)
  }
  const officer = demo.accounts.find(({ roles }) => roles.includes('security-officer'))
  const figures = await ask(demo.url, 'GET', '/api/v1/figures', { token: officer?.token ?? '' })
  expect((figures.json.items as unknown[]).length).toBeGreaterThanOrEqual(20)

  expect(product.processes().length).toBeGreaterThanOrEqual(3)
  product.signal('SIGTERM')
  expect((await product.ended()).code).toBe(0)
  await gone(() => product.processes(), 5000)
}, 90_000)

test('every call of the running product refuses an anonymous caller with 401', async () => {
  const { url } = await start({ env: { SANLING_OFFICE: 'off' } }).ready()
  const { json } = await ask(url, 'GET', '/api/v1/openapi.json')
  const paths = json.paths as Record<string, Record<string, { security?: unknown[] }>>
  expect(Object.keys(paths).length).toBeGreaterThan(30)
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, { security }] of Object.entries(methods)) {
      if (security?.length === 0) continue
      const body = method === 'get' ? {} : { body: '{"broken' }
      const reply = await ask(url, method.toUpperCase(), path.replaceAll(/\{\w+\}/g, 'x'), body)
      expect([method, path, reply.status]).toEqual([method, path, 401])
    }
  }
  expect((await ask(url, 'GET', '/api/v1/asyncapi.json')).json.asyncapi).toBe('3.0.0')
}, 90_000)

test('a second start waits for the first to go; passwords, tokens and the wall stay the same', async () => {
  const first = start()
  const before = await first.ready()
  const second = start({ dataDir: first.dataDir })
  await new Promise((done) => setTimeout(done, 1000))
  expect(second.said).toBe('')
  first.signal('SIGINT')
  await first.ended()
  const after = await second.ready()
  expect(after.accounts).toEqual(before.accounts)
  expect(new URL(after.wallUrl).hash).toBe(new URL(before.wallUrl).hash)
  const { username, password } = after.accounts[0] ?? { username: '', password: '' }
  expect((await ask(after.url, 'POST', '/api/v1/login', { body: { username, password } })).status).toBe(200)
}, 90_000)

test('kill -9 leaves no lock and no process behind', async () => {
  const first = start()
  await first.ready()
  first.signal('SIGKILL', false)
  await first.ended()
  const second = start({ dataDir: first.dataDir })
  await second.ready()
  expect(second.processes().length).toBeGreaterThanOrEqual(3)
}, 90_000)

test('a killed server or collector comes back', async () => {
  const product = start()
  const { url } = await product.ready()
  const find = (what: string) =>
    product.processes().filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(what))
  for (const what of ['demo-server.ts', 'collectors/main.ts']) {
    await expect.poll(() => find(what).length, { timeout: 20_000 }).toBe(1)
    const [pid = 0] = find(what)
    process.kill(pid, 'SIGKILL')
    await expect.poll(() => find(what).filter((one) => one !== pid).length, { timeout: 20_000 }).toBe(1)
  }
  await expect
    .poll(
      () =>
        ask(url, 'GET', '/readyz').then(
          ({ status }) => status,
          () => 0,
        ),
      { timeout: 20_000 },
    )
    .toBe(200)
}, 90_000)

test('a taken port is an error that names it and what to do', async () => {
  const squatter = createServer()
  await new Promise<void>((done) => squatter.listen(0, '127.0.0.1', done))
  const { port } = squatter.address() as { port: number }
  const product = start({ env: { SANLING_PORT: String(port) } })
  const { code } = await product.ended()
  squatter.close()
  expect(code).toBe(1)
  expect(product.said).toContain(String(port))
  expect(product.said).toContain('SANLING_PORT')
}, 60_000)
