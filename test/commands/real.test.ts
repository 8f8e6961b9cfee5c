import { execFileSync } from 'node:child_process'
import { afterEach, expect, test } from 'vitest'
import { ask } from '../http/office.ts'
import { gone, Product } from './product.ts'

let product: Product | undefined
afterEach(() => product?.stop())

test('the same office on Mosquitto, influxd and PostgreSQL: an event gets in, everything ends', async () => {
  product = new Product({ args: ['--real'] }).launch()
  const demo = await product.ready(80_000)
  const { hostname, port } = new URL(demo.mqtt.url)
  const id = 'real-1'
  const event = {
    v: 1,
    id,
    type: 'door.opened',
    site: 'demo',
    collector: 'probe',
    object: 'door:E1',
    observed_at: new Date().toISOString(),
  }
  const login = ['-h', hostname, '-p', port, '-u', demo.mqtt.username, '-P', demo.mqtt.password]
  execFileSync('mosquitto_pub', [
    ...login,
    '-q',
    '1',
    '-t',
    'jc/v1/demo/access/probe/evt/door.opened',
    '-m',
    JSON.stringify(event),
  ])
  const token = demo.accounts.find(({ roles }) => roles.includes('security-officer'))?.token ?? ''
  const seen = async () => {
    const { json } = await ask(demo.url, 'GET', '/api/v1/events?object=door:E1&limit=50', { token })
    return (json.items as { id: string }[]).map((item) => item.id)
  }
  await expect.poll(seen, { timeout: 10_000 }).toContain(id)
  expect((await ask(demo.url, 'GET', '/readyz')).status).toBe(200)
  product.signal('SIGTERM')
  expect((await product.ended()).code).toBe(0)
  await gone(() => product?.processes() ?? [], 5000)
}, 120_000)
