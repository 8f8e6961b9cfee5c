/** `npm run admin -- …`: accounts, tokens, wall keys, secrets, and the demo's scenarios. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { type Config, loadConfig } from '../../config/load.ts'
import { resolveSecret } from '../../config/secrets.ts'
import { NewPassword, Username } from '../../contract/http/people.ts'
import { auditMigrations } from '../audit/index.ts'
import { auditTrail } from '../audit/trail.ts'
import { newId, randomToken, systemClock } from '../clock.ts'
import { accountMigrations } from '../people/account-tables.ts'
import { putAccount, putToken, putWallKey } from '../people/registry.ts'
import * as store from '../people/repository.ts'
import { migrations } from '../people/tables.ts'
import { RecordStore } from '../records/store.ts'
import { ensureSecrets, prepareDataDir, readSecrets } from './data.ts'
import { readEnvironment } from './environment.ts'

const USAGE = `用法：npm run admin -- 命令 [参数] [--config DIR]
  init                                    生成数据目录与密钥（第一步）
  account add 用户名 --roles 角色,角色 [--name 姓名] [--person 人员编号]   新建账号或改其角色，显示一次性口令
  account list                            列出账号
  account password 用户名                 重置口令，显示新口令
  account disable 用户名 | enable 用户名   停用或启用
  token add 用户名 [--label 说明] [--days 天数]   新建访问令牌（只显示一次）
  wall-key add [--label 说明] [--screen 屏名]     新建大屏密钥（只显示一次）
  wall-key list | wall-key revoke 编号
  scenario 名称 [--object 对象] [--seconds 秒]    演示情景，例如 virus、door-forced、storm
数据目录取环境变量 SANLING_DATA（缺省 ./data/server；演示为 ./data/demo）。`

z.config(z.locales.zhCN())
const DAY_MS = 86_400_000
const say = (text: string) => process.stdout.write(`${text}\n`)
class Misuse extends Error {}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    config: { type: 'string', default: './config' },
    roles: { type: 'string' },
    name: { type: 'string' },
    person: { type: 'string' },
    label: { type: 'string', default: '命令行' },
    days: { type: 'string', default: '90' },
    screen: { type: 'string' },
    object: { type: 'string' },
    seconds: { type: 'string' },
  },
})
const dataDir = readEnvironment().dataDir ?? resolve('./data/server')
const config = (): Config => loadConfig(resolve(values.config), process.env.SANLING_SERVICES)
const needed = (value: string | undefined, what: string): string => {
  if (!value) throw new Misuse(`缺少${what}`)
  return value
}

async function withRecords(act: (records: RecordStore, config: Config) => Promise<void>): Promise<void> {
  const all = config()
  const secrets = readSecrets(dataDir)
  if (!secrets) throw new Error(`数据目录 ${dataDir} 还没有密钥，请先运行 npm run admin -- init`)
  const { records: kind } = all.services
  const records = new RecordStore(
    kind.kind === 'sqlite'
      ? { kind: 'sqlite', file: join(dataDir, 'records.sqlite') }
      : { kind: 'postgres', url: resolveSecret(kind.url, secrets) },
    { now: systemClock.now, committed: () => undefined, failed: () => undefined },
  )
  try {
    await records.migrate([...migrations, ...accountMigrations, ...auditMigrations])
    await act(records, all)
  } finally {
    await records.close()
  }
}

const trace = (records: RecordStore, kind: string, detail: Record<string, string>): Promise<void> =>
  records.write(({ tx, now }) => auditTrail.record(tx, now, { kind, actor: 'admin-command', ip: '', detail }))

function init(): void {
  prepareDataDir(dataDir)
  ensureSecrets(dataDir, config(), false)
  say(`数据目录与密钥已就绪：${dataDir}\n下一步：npm run admin -- account add 用户名 --roles system-admin`)
}

async function addAccount(
  records: RecordStore,
  { site, permissions }: Config,
  name: string | undefined,
): Promise<void> {
  const given = Username.safeParse(needed(name, '用户名'))
  if (!given.success) throw new Misuse(`用户名 ${name} 不合规定：${wordsOf(given.error)}`)
  const username = given.data
  const roles = needed(values.roles, ' --roles').split(',')
  const unknown = roles.filter((role) => !permissions.roles[role])
  if (unknown.length > 0)
    throw new Misuse(`没有角色 ${unknown.join('、')}；可用：${Object.keys(permissions.roles).join('、')}`)
  const person = site.people.find(({ id, account }) => id === values.person || account === username)
  const known = await store.accountByName(records.read, username)
  const password = known ? null : randomToken(12)
  await putAccount(records, {
    id: person?.id ?? newId(),
    username,
    name: values.name ?? person?.name ?? username,
    roles,
    department: person?.department ?? null,
    post: site.posts.find(({ id }) => id === person?.post)?.name ?? permissions.roles[roles[0] ?? '']?.name ?? username,
    password,
    mustChange: !known,
  })
  await trace(records, known ? 'account.changed' : 'account.created', { username, roles: roles.join(',') })
  say(password ? `账号 ${username} 已建立，首次口令：${NewPassword.parse(password)}` : `账号 ${username} 的角色已更新`)
}

async function changeAccount(records: RecordStore, act: string, name: string | undefined): Promise<void> {
  const username = needed(name, '用户名')
  const account = await store.accountByName(records.read, username)
  if (!account) throw new Misuse(`没有账号 ${username}`)
  if (act === 'password') {
    const password = randomToken(12)
    const { roles, ...rest } = account
    await putAccount(records, { ...rest, roles: JSON.parse(roles), password, mustChange: true })
    await records.write(({ tx }) => store.clearFailures(tx, username))
    say(`账号 ${username} 的新口令：${password}`)
  } else {
    const disabled = act === 'disable' ? 1 : 0
    await records.write(async ({ tx }) => {
      await store.changeAccount(tx, account.id, { disabled })
      if (disabled) await store.dropSessionsOf(tx, account.id, null)
    })
    say(`账号 ${username} 已${disabled ? '停用' : '启用'}`)
  }
  await trace(records, `account.${act}`, { username })
}

async function accounts(records: RecordStore, all: Config, [act = '', name]: string[]): Promise<void> {
  if (act === 'add') return addAccount(records, all, name)
  if (act === 'list') {
    for (const row of await store.allAccounts(records.read))
      say(`${row.username}\t${row.name}\t${JSON.parse(row.roles).join(',')}${row.disabled ? '\t已停用' : ''}`)
    return
  }
  if (['password', 'disable', 'enable'].includes(act)) return changeAccount(records, act, name)
  throw new Misuse(`不认识的命令 account ${act}`)
}

async function tokens(records: RecordStore, [act, name]: string[]): Promise<void> {
  if (act !== 'add') throw new Misuse('只有 token add')
  const account = await store.accountByName(records.read, needed(name, '用户名'))
  if (!account) throw new Misuse(`没有账号 ${name}`)
  const [id, secret, days] = [newId(), randomToken(), Number(values.days)]
  if (!(days > 0 && days <= 3660)) throw new Misuse(`--days ${values.days} 应为 1–3660`)
  await records.write((turn) =>
    putToken(turn, account.id, { id, secret, label: values.label }, turn.now + days * DAY_MS),
  )
  await trace(records, 'token.created', { id, username: account.username })
  say(`访问令牌（只显示这一次）：${secret}`)
}

async function wallKeys(records: RecordStore, [act, id]: string[]): Promise<void> {
  if (act === 'add') {
    const key = { id: newId(), secret: randomToken(), label: values.label }
    await records.write((turn) => putWallKey(turn, key, values.screen ?? null))
    await trace(records, 'wall-key.created', { id: key.id })
    say(`大屏地址结尾（只显示这一次）：/wall#key=${key.secret}`)
  } else if (act === 'list') {
    for (const row of await store.allWallKeys(records.read)) say(`${row.id}\t${row.label}\t${row.screen ?? ''}`)
  } else if (act === 'revoke') {
    const gone = await records.write(({ tx }) => store.dropWallKey(tx, needed(id, '编号')))
    if (!gone) throw new Misuse(`没有大屏密钥 ${id}`)
    await trace(records, 'wall-key.revoked', { id: id ?? '' })
    say('已吊销')
  } else throw new Misuse('wall-key add | list | revoke')
}

/** Lays a command into the simulated office's letter box. */
function scenario([name]: string[]): void {
  const folder = join(readEnvironment().dataDir ?? resolve('./data/demo'), 'office', 'commands')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const optional = {
    ...(values.object ? { object: values.object } : {}),
    ...(values.seconds ? { seconds: Number(values.seconds) } : {}),
  }
  const draft = join(folder, `.${newId()}`)
  writeFileSync(draft, JSON.stringify({ scenario: needed(name, '情景名称'), ...optional }), { mode: 0o600 })
  renameSync(draft, join(folder, `${systemClock.now()}-${newId()}.json`))
  say(`已请求情景 ${name}（演示运行中时一秒内生效，结果见数据目录 logs/collectors.log）`)
}

async function main(): Promise<void> {
  const [command, ...rest] = positionals
  if (command === 'init') return init()
  if (command === 'scenario') return scenario(rest)
  if (command === 'account') return withRecords((records, all) => accounts(records, all, rest))
  if (command === 'token') return withRecords((records) => tokens(records, rest))
  if (command === 'wall-key') return withRecords((records) => wallKeys(records, rest))
  throw new Misuse(command ? `不认识的命令 ${command}` : '请给出命令')
}

/** A refused value is said in words, not as the list of a parser. */
const wordsOf = (error: unknown): string =>
  error instanceof z.ZodError ? error.issues.map(({ message }) => message).join('；') : (error as Error).message

main().catch((error: unknown) => {
  process.stderr.write(`${wordsOf(error)}\n${error instanceof Misuse ? `\n${USAGE}\n` : ''}`)
  process.exitCode = 1
})
