import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readEnvironment } from '../../server/commands/environment.ts'
import { takeLock } from '../../server/commands/lock.ts'
import { ROOT } from './product.ts'

let place = ''
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'sanling-admin-'))
})
afterEach(() => rmSync(place, { recursive: true, force: true }))

/** Runs a command as its npm script would. */
function run(command: string, args: string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [`server/commands/${command}.ts`, ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: 20_000,
    env: { ...process.env, SANLING_DATA: join(place, 'data'), SANLING_PORT: '0', SANLING_MQTT_PORT: '0', ...env },
  })
  return { status, said: stdout + stderr }
}

/** A copy of the demo's configuration with one text replaced. */
function brokenConfig(file: string, from: string, to: string): string {
  const dir = join(place, 'config')
  cpSync(join(ROOT, 'config'), dir, { recursive: true, filter: (path) => !path.endsWith('.ts') })
  const text = readFileSync(join(dir, file), 'utf8')
  expect(text).toContain(from)
  writeFileSync(join(dir, file), text.replace(from, to))
  return dir
}

describe('admin', () => {
  test('the first administrator: init, account, token, wall key', () => {
    expect(run('admin', ['account', 'list'])).toMatchObject({
      status: 1,
      said: expect.stringContaining('admin -- init'),
    })
    expect(run('admin', ['init']).status).toBe(0)
    const added = run('admin', ['account', 'add', 'wang', '--roles', 'system-admin', '--name', '王工'])
    expect(added).toMatchObject({ status: 0, said: expect.stringMatching(/首次口令：\S{16}/) })
    expect(run('admin', ['account', 'list']).said).toContain('wang\t王工\tsystem-admin')
    expect(run('admin', ['token', 'add', 'wang', '--days', '3']).said).toMatch(/：[\w-]{43}\n/)
    expect(run('admin', ['wall-key', 'add', '--label', '门厅']).said).toMatch(/#key=[\w-]{43}/)
    const [id = ''] = run('admin', ['wall-key', 'list']).said.split('\t')
    expect(run('admin', ['wall-key', 'revoke', id]).status).toBe(0)
    expect(run('admin', ['account', 'disable', 'wang']).said).toContain('已停用')
  })
  test.each([
    [[], '请给出命令'],
    [['fly'], '不认识的命令 fly'],
    [['scenario'], '缺少情景名称'],
  ])('%j says what is wrong and how it is used', (args, words) => {
    expect(run('admin', args)).toMatchObject({ status: 1, said: expect.stringContaining(words) })
    expect(run('admin', args).said).toContain('用法')
  })
  test('an unknown role is named with those that exist', () => {
    run('admin', ['init'])
    const { status, said } = run('admin', ['account', 'add', 'wang', '--roles', 'king'])
    expect([status, said]).toEqual([1, expect.stringMatching(/没有角色 king；可用：.*security-officer/)])
  })
  test('a user name that does not fit is told in words', () => {
    expect(run('admin', ['init'])).toMatchObject({ status: 0 })
    const { status, said } = run('admin', ['account', 'add', '王泽', '--roles', 'auditor'])
    expect(status).toBe(1)
    expect(said).toContain('用户名 王泽 不合规定：2–64 个小写字母')
  })
  test('a scenario is laid into the letter box of the office', () => {
    expect(run('admin', ['scenario', 'storm', '--seconds', '10']).status).toBe(0)
    const box = join(place, 'data/office/commands')
    const [name = ''] = readdirSync(box)
    expect(JSON.parse(readFileSync(join(box, name), 'utf8'))).toEqual({ scenario: 'storm', seconds: 10 })
  })
})

describe('serve', () => {
  test('refuses an invalid configuration, naming file and line', () => {
    const config = brokenConfig('services.yaml', 'port: 8080', 'port: many')
    const { status, said } = run('serve', ['--config', config])
    expect(status).not.toBe(0)
    expect(said).toMatch(/services\.yaml:\d+ /)
  })
  test('refuses to run without secrets, and says how to get them', () => {
    const { status, said } = run('serve', ['--config', join(ROOT, 'config')])
    expect(status).not.toBe(0)
    expect(said).toContain('npm run admin -- init')
    expect(existsSync(join(place, 'data/demo.json'))).toBe(false)
  })
})

describe('doctor', () => {
  test('a healthy place: no fail, exit 0', () => {
    const { status, said } = run('doctor', [])
    expect(said).not.toMatch(/^fail/m)
    expect(status).toBe(0)
    for (const subject of [
      '配置',
      '日历',
      '时钟',
      '磁盘',
      '权限',
      '密钥',
      '端口',
      '消息代理',
      '记录库',
      '指标库',
      '证书',
    ])
      expect(said).toMatch(new RegExp(`^(ok  |warn)  ${subject}`, 'm'))
    expect(existsSync(join(place, 'data'))).toBe(false)
  })
  test('an invalid configuration: fail with file and line, exit 1', () => {
    const config = brokenConfig('services.yaml', 'port: 1883', 'port: 70000')
    const { status, said } = run('doctor', ['--config', config])
    expect([status, said]).toEqual([1, expect.stringMatching(/^fail {2}配置 {2}services\.yaml:\d+ /m)])
  })
})

describe('lock', () => {
  test('one at a time; released, it is free at once', async () => {
    const first = await takeLock(place, 'start', 0)
    expect(first).toBeDefined()
    expect(await takeLock(place, 'start', 0)).toBeUndefined()
    expect(await takeLock(place, 'other', 0)).toBeDefined()
    first?.release()
    expect(await takeLock(place, 'start', 0)).toBeDefined()
  })
})

describe('environment', () => {
  test.each([
    [{}, { port: undefined, mqttPort: undefined }],
    [
      { SANLING_PORT: '0', SANLING_MQTT_PORT: '1884' },
      { port: 0, mqttPort: 1884 },
    ],
    [{ SANLING_PORT: '' }, { port: undefined }],
  ])('%j', (env, want) => {
    expect(readEnvironment(env)).toMatchObject(want)
  })
  test.each(['many', '-1', '70000', '80.5'])('SANLING_PORT=%s is refused by name', (text) => {
    expect(() => readEnvironment({ SANLING_PORT: text })).toThrow('SANLING_PORT')
  })
})
