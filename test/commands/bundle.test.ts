import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { VERSION } from '../../server/version.ts'
import { ROOT, run } from '../upkeep/kept.ts'

/** The tarball as an office gets it: proved, unpacked, installed and started where no network is. */
const folder = mkdtempSync(join(tmpdir(), 'sanling-bundle-'))
const at = (...path: string[]) => join(folder, ...path)
let name = ''
beforeAll(async () => {
  execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', at('key.pem')])
  const made = await run('bundle', ['--key', at('key.pem'), '--out', at('out'), '--level', '1'], {})
  expect([made.code, made.stderr]).toEqual([0, ''])
  name = readdirSync(at('out')).find((each) => each.endsWith('.tar.gz')) ?? ''
}, 300_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const verify = () => {
  const files = ['-in', at('out', `${name}.sha256`), '-sigfile', at('out', `${name}.sha256.sig`)]
  return spawnSync('openssl', ['pkeyutl', '-verify', '-pubin', '-inkey', at('out/release.pub'), '-rawin', ...files])
    .status
}

/** Root may make a network of its own in which there is only loopback; elsewhere the test runs with the network there is. */
const alone = spawnSync('unshare', ['-n', 'ip', 'link', 'set', 'lo', 'up']).status === 0

describe('the offline bundle', () => {
  it('is signed: its checksum and signature are proved by openssl and sha256sum alone, a changed one is not', () => {
    expect(verify()).toBe(0)
    execFileSync('sha256sum', ['-c', `${name}.sha256`], { cwd: at('out') })
    const sums = readFileSync(at('out', `${name}.sha256`), 'utf8')
    writeFileSync(
      at('out', `${name}.sha256`),
      sums.replace(/^./, (first) => (first === '0' ? '1' : '0')),
    )
    expect(verify()).not.toBe(0)
    writeFileSync(at('out', `${name}.sha256`), sums)
  }, 180_000)

  it('installs and runs without network: healthy, the real wall served, nothing of the building machine needed', () => {
    execFileSync('tar', ['-xzf', at('out', name), '-C', folder])
    const unpacked = at(name.replace('.tar.gz', ''))
    execFileSync(join(unpacked, 'install.sh'), ['--root', at('machine')], { stdio: 'pipe' })
    const program = at('machine/opt/sanling')
    expect(readdirSync(at('machine/etc/systemd/system')).sort()).toEqual([
      'sanling-collectors.service',
      'sanling-server.service',
    ])
    expect(existsSync(at('machine/etc/sanling/site.yaml'))).toBe(true)
    expect(existsSync(at('machine/etc/sanling/environment'))).toBe(true)
    const sbom = JSON.parse(readFileSync(join(program, 'sbom.cdx.json'), 'utf8'))
    expect(sbom.bomFormat).toBe('CycloneDX')
    expect(existsSync(join(program, 'node_modules/vite'))).toBe(false)
    rmSync(unpacked, { recursive: true })
    writeFileSync(at('look.mjs'), LOOK)
    const node = join(program, 'node_modules/.bin/node')
    const env = {
      PATH: '/usr/bin:/bin',
      HOME: folder,
      SANLING_DATA: at('data'),
      SANLING_PORT: '0',
      SANLING_MQTT_PORT: '0',
      SANLING_SYSLOG_PORT: '0',
    }
    const script = `ip link set lo up 2>/dev/null; exec "${node}" "${at('look.mjs')}" "${join(program, 'sanling')}"`
    const [shell, ...args] = [...(alone ? ['unshare', '-n'] : []), 'sh', '-c', script]
    const seen = spawnSync(shell ?? 'sh', args, { env, encoding: 'utf8', timeout: 400_000 })
    expect([seen.status, seen.stderr]).toEqual([0, ''])
    expect(JSON.parse(seen.stdout)).toEqual({
      network: alone ? 'none' : expect.any(String),
      health: 200,
      wall: 200,
      scripts: 200,
      ready: true,
      doctor: true,
    })
  }, 480_000)

  it('is not made unsigned by mistake, nor signed with another kind of key', async () => {
    expect((await run('bundle', ['--out', at('none')], {})).stderr).toContain('--key')
    execFileSync(
      'openssl',
      ['genpkey', '-algorithm', 'rsa', '-pkeyopt', 'rsa_keygen_bits:2048', '-out', at('rsa.pem')],
      { stdio: 'pipe' },
    )
    expect((await run('bundle', ['--key', at('rsa.pem'), '--out', at('none')], {})).stderr).toContain(
      '不是 Ed25519 私钥',
    )
  }, 180_000)
})

it('is a script of package.json, and says the same version', () => {
  const { scripts, version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  expect(version).toBe(VERSION)
  expect(scripts.bundle).toBe('node server/commands/bundle.ts')
})

/** Runs inside: starts the product, looks at it from the same network, ends it. */
const LOOK = `
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
const program = process.argv[2]
const child = spawn(program, ['start'], { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
let said = ''
for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => { said += text })
const ended = new Promise((done) => child.once('exit', done))
let over = false
ended.then(() => { over = true })
process.on('SIGTERM', () => { process.kill(-child.pid, 'SIGKILL'); process.exit(1) })
while (!/Ctrl\\+C|意外结束/.test(said) && !over) await new Promise((done) => setTimeout(done, 50))
if (!said.includes('Ctrl+C')) {
  process.stderr.write('did not start: ' + said + readFileSync(process.env.SANLING_DATA + '/logs/server.log', 'utf8').slice(0, 1500))
  if (!over) process.kill(-child.pid, 'SIGKILL')
  process.exit(1)
}
const demo = JSON.parse(readFileSync(process.env.SANLING_DATA + '/demo.json', 'utf8'))
const get = async (path) => { const answer = await fetch(new URL(path, demo.url)); return { status: answer.status, text: await answer.text() } }
const wall = await get('/wall')
const script = /src="([^"]+\\.js)"/.exec(wall.text)?.[1] ?? '/none'
const others = Object.keys(networkInterfaces()).filter((name) => name !== 'lo')
const seen = {
  network: others.length === 0 ? 'none' : others.join(' '),
  health: (await get('/healthz')).status,
  wall: wall.text.includes('<div id="app"') ? wall.status : 0,
  scripts: (await get(script)).status,
  ready: JSON.parse((await get('/readyz')).text).ready,
  // What it finds depends on the machine; that it looks, at the installed configuration, does not.
  doctor: /^ok {4}配置 /m.test(spawnSync(program, ['doctor'], { encoding: 'utf8' }).stdout),
}
process.kill(-child.pid, 'SIGTERM')
await ended
process.stdout.write(JSON.stringify(seen))
`
