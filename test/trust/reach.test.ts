import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openHttp, readAnswer } from '../../collectors/intake/http.ts'
import { SourceConfig } from '../../config/schema.ts'
import { type Reach, reachFaults } from '../../server/sources/reach.ts'
import { asvs } from './names.ts'

/** What the product fetches and opens because somebody at a desk said so: addresses of devices, folders, files. */
const reach: Reach = { dataDir: '/srv/data', configDir: '/srv/config', taken: (name) => name === 'keys' }
const faults = (source: object) => reachFaults(source, reach)

describe('a source that is added at the desk', () => {
  test(asvs('1.3.6', 'SSRF: HTTP only, no password in the address, no link-local address'), () => {
    for (const url of ['http://10.0.0.5', 'https://acs.example:8443/x', 'http://127.0.0.1:9', 'http://[fd00::1]/'])
      expect([url, faults({ devices: [{ url }] })]).toEqual([url, []])
    for (const url of [
      'file:///etc/passwd',
      'gopher://127.0.0.1:6379/_x',
      'ftp://10.0.0.5',
      'javascript:alert(1)',
      'http://a:b@10.0.0.5',
      'http://169.254.169.254/latest/meta-data',
      'http://2852039166/',
      'http://0xa9.0xfe.0xa9.0xfe/',
      'http://0251.0376.0251.0376/',
      'http://[fe80::1]/',
      'http://[::ffff:169.254.169.254]/',
      'http://[::ffff:a9fe:a9fe]/',
      'not an address',
    ])
      expect([url, faults({ devices: [{ url }] }).length]).toEqual([url, 1])
    expect(faults({ host: '169.254.1.1' })).toEqual(['host：不能是链路本地地址'])
    expect(faults({ host: '10.1.1.1' })).toEqual([])
  })

  test(asvs('1.3.6', 'and the schema takes no other protocol from a file either'), () => {
    const source = (url: string) => ({
      id: 'a',
      name: 'a',
      domain: 'access',
      staleAfterS: 60,
      kind: 'hikvision',
      profile: 'x',
      devices: [{ id: 'd', url, username: 'u', password: { env: 'X' } }],
    })
    expect(SourceConfig.safeParse(source('https://10.0.0.5')).success).toBe(true)
    for (const url of ['file:///etc/passwd', 'ftp://10.0.0.5', 'javascript:1'])
      expect([url, SourceConfig.safeParse(source(url)).success]).toEqual([url, false])
  })

  test(asvs('5.3.2', 'no folder or file of the system or of the product itself, whatever the spelling'), () => {
    for (const folder of ['drop/cases', 'drop', 'neu', '/mnt/export', '/home/import', '/var/spool/x', './drop/../drop'])
      expect([folder, faults({ folder })]).toEqual([folder, []])
    for (const folder of [
      '/',
      '/etc',
      '/etc/ssh',
      '/proc/self',
      '/root/.ssh',
      '/usr/lib/../../etc',
      '/srv/data/../config',
      '/srv/config/rules',
      'keys',
      'drop/../keys',
      '../config',
      '..',
    ])
      expect([folder, faults({ folder }).length]).toEqual([folder, 1])
    for (const file of ['/etc/sanling/artemis.pwd', '/run/secrets/x', '/opt/keys/a.pem'])
      expect([file, faults({ password: { file }, caFile: file })]).toEqual([file, []])
    for (const file of ['/etc/shadow', '/proc/self/environ', '/srv/data/secrets.json', '/srv/config/../data/keys/x'])
      expect([file, faults({ appSecret: { file } }).length]).toEqual([file, 1])
    expect(faults({ paths: ['/var/log/a.log', '/etc/passwd'] })).toHaveLength(1)
    expect(resolve('/usr/lib/../../etc')).toBe('/etc')
  })
})

describe('what is fetched from a device', () => {
  test(asvs('15.3.2', 'a redirect is an answer, never a way: the place it names is not asked'), async () => {
    const asked: string[] = []
    const server = createServer((req, res) => {
      asked.push(req.url ?? '')
      if (req.url === '/elsewhere') return void res.end('secret')
      res.writeHead(302, { location: '/elsewhere' }).end()
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    try {
      const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/device`)
      const answer = await readAnswer(await openHttp({ method: 'GET', url, timeoutMs: 30_000 }), 1000, 30_000)
      expect(answer.status).toBe(302)
      expect(asked).toEqual(['/device'])
    } finally {
      await new Promise((done) => server.close(done))
    }
  })

  test(asvs('15.2.2', 'an answer without end is cut'), async () => {
    const server = createServer((_req, res) => {
      res.on('error', () => undefined)
      // More than any bound of ours; then it just does not end.
      for (let n = 0; n < 20; n++) res.write('x'.repeat(65_536))
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    try {
      const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
      const answer = await openHttp({ method: 'GET', url, timeoutMs: 30_000 })
      await expect(readAnswer(answer, 200_000, 30_000)).rejects.toMatchObject({ trouble: 'too_long' })
    } finally {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    }
  })
})
