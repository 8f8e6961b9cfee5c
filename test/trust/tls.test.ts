import { writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { io } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Demo, Product } from '../commands/product.ts'
import { temporaryFolder } from '../services.ts'
import { newAuthority } from './authority.ts'
import { tokenOf, until } from './kit.ts'
import { asvs, djbh } from './names.ts'

/** The whole product with TLS of its own, on the web and at its broker, and its own collectors that trust our authority. */
const ours = newAuthority('ours')
const theirs = newAuthority('theirs')
const services = join(temporaryFolder('tls-services'), 'services.yaml')
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 })
const product = new Product({ env: { SANLING_SERVICES: services } })
let demo: Demo
let port: number

beforeAll(async () => {
  const files = { certFile: ours.certFile, keyFile: ours.keyFile }
  writeFileSync(
    services,
    JSON.stringify({ http: { tls: files }, broker: { kind: 'embedded', tls: { ...files, caFile: ours.caFile } } }),
  )
  demo = await product.launch().ready(120_000)
  port = Number(new URL(demo.url).port)
})
afterAll(() => product.stop())

interface Told {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
}
const ask = (path: string, options: { ca?: string; token?: string; method?: string; body?: object } = {}) =>
  new Promise<Told>((resolve, reject) => {
    const { ca = ours.ca, token, method = 'GET', body } = options
    const headers = {
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(body ? { 'content-type': 'application/json' } : {}),
    }
    const call = request({ host: '127.0.0.1', port, path, method, ca, headers, agent: false }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (more: string) => {
        text += more
      })
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }))
    })
    call.on('error', reject)
    call.end(body && JSON.stringify(body))
  })

describe('the web over TLS', () => {
  test(
    asvs('12.2.1', 'https only: the address that is told, HSTS, secure cookies; plain http gets nothing'),
    async () => {
      expect(demo.url).toMatch(/^https:/)
      expect(demo.wallUrl).toMatch(/^https:/)
      const page = await ask('/desk')
      expect(page.headers['strict-transport-security']).toMatch(/max-age=31536000; includeSubDomains/i)
      const [account] = demo.accounts
      if (!account) throw new Error('no account')
      const { username, password } = account
      const login = await ask('/api/v1/login', { method: 'POST', body: { username, password } })
      expect(login.status).toBe(200)
      expect(String(login.headers['set-cookie'])).toMatch(/^__Host-sanling_session=.*Secure/)
      await expect(fetch(`http://127.0.0.1:${port}/desk`)).rejects.toThrow()
    },
  )

  test(asvs('12.1.1', 'a certificate of another authority is refused, and any TLS older than 1.2'), async () => {
    await expect(ask('/healthz', { ca: theirs.ca })).rejects.toThrow(/certificate|signature/)
    const old = new Promise((resolve) => {
      const socket = connect({ host: '127.0.0.1', port, ca: ours.ca, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' })
      socket.on('secureConnect', () => resolve('connected'))
      socket.on('error', () => resolve('refused'))
    })
    expect(await old).toBe('refused')
  })

  test(asvs('4.4.1', 'sockets too: wss with our authority opens, with another not'), async () => {
    const knock = (ca: string) =>
      new Promise<string>((resolve) => {
        const client = io(`${demo.url}/desk`, {
          auth: { token: tokenOf(demo, 'security-officer') },
          transports: ['websocket'],
          reconnection: false,
          forceNew: true,
          ca,
        })
        client.on('snapshot', () => {
          client.disconnect()
          resolve('open')
        })
        client.on('connect_error', ({ message }) => {
          client.disconnect()
          resolve(message)
        })
      })
    expect(await knock(ours.ca)).toBe('open')
    expect(await knock(theirs.ca)).not.toBe('open')
  })
})

test(djbh('8.1.4.7', 'events of our own collectors arrive over mqtts'), async () => {
  expect(demo.mqtt.url).toMatch(/^mqtts:/)
  const token = tokenOf(demo, 'system-admin')
  await until(async () => {
    const { text } = await ask('/api/v1/events?limit=1', { token })
    return (JSON.parse(text) as { items: object[] }).items.length > 0 || undefined
  })
})
