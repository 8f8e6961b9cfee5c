import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../../config/load.ts'
import { randomToken } from '../clock.ts'
import type { DemoAccount } from '../people/registry.ts'

export type Secrets = Readonly<Record<string, string>>

/** What `$SANLING_DATA/demo.json` tells (contract.md); further keys are ours. */
export interface DemoFile {
  url: string
  wallUrl: string
  mqtt: { url: string; username: string; password: string }
  accounts: { username: string; password: string; roles: string[]; token: string }[]
  wallKey: string
}

const FOLDERS = ['spool', 'logs', 'drop/cases', 'drop/patrol']
const STATIONS = ['processing', 'done', 'rejected']

/** Makes the folders of a data folder, readable by the owner alone. */
export function prepareDataDir(dataDir: string): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  for (const folder of FOLDERS) mkdirSync(join(dataDir, folder), { recursive: true })
  for (const drop of ['drop/cases', 'drop/patrol'])
    for (const station of STATIONS) mkdirSync(join(dataDir, drop, station), { recursive: true })
}

/** Whole or not at all, and for the owner's eyes only. */
export function writePrivate(file: string, value: unknown): void {
  const draft = `${file}.${process.pid}.new`
  writeFileSync(draft, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 })
  chmodSync(draft, 0o600)
  renameSync(draft, file)
}

const readJson = <Value>(file: string): Value | undefined =>
  existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Value) : undefined

const secretsFile = (dataDir: string): string => process.env.SANLING_SECRETS ?? join(dataDir, 'secrets.json')
export const readSecrets = (dataDir: string): Secrets | undefined => readJson<Secrets>(secretsFile(dataDir))

/** Every secret that this configuration needs: the known ones stay, the missing ones are made. */
export function ensureSecrets(dataDir: string, config: Config, probe: boolean): Secrets {
  const known = readSecrets(dataDir) ?? {}
  const missing = secretNames(config, probe).filter((name) => !known[name])
  if (missing.length === 0) return known
  const secrets = { ...known, ...Object.fromEntries(missing.map((name) => [name, randomToken(24)])) }
  writePrivate(secretsFile(dataDir), secrets)
  return secrets
}

/** Every `{ generated: name }` of sources.yaml, wherever its kind has it. */
function generatedIn(part: unknown): string[] {
  if (typeof part !== 'object' || part === null) return []
  if ('generated' in part && typeof part.generated === 'string') return [part.generated]
  return Object.values(part).flatMap(generatedIn)
}

/** Names that secrets.json must hold for this configuration. */
export function secretNames({ sources }: Config, probe: boolean): string[] {
  const generated = generatedIn(sources)
  const brokers = ['server', ...sources.sources.map(({ id }) => id), ...(probe ? ['probe'] : [])]
  return ['cookie.1', 'site.key', ...brokers.map((id) => `broker.${id}`), ...new Set(generated)]
}

/** Broker accounts by user name, out of the secrets. */
export const brokerAccounts = (secrets: Secrets): Map<string, string> =>
  new Map(
    Object.entries(secrets).flatMap(([name, value]) =>
      name.startsWith('broker.') ? [[name.slice('broker.'.length), value] as const] : [],
    ),
  )

export interface Demo {
  /** Those that demo.json lists. */
  accounts: (DemoAccount & { password: string })[]
  /** Everybody else who handles cases: the simulated office works at their desks by token, nobody signs in as them. */
  colleagues: DemoAccount[]
  wallKey: string
}

/**
 * The demo's people with password and token: those of demo.json, and new ones for roles that have none. Each account is
 * a person of site.yaml where one is named for it.
 */
export function demoPeople(dataDir: string, { site, permissions }: Config, officeWorks = true): Demo {
  const known = readJson<Partial<DemoFile>>(join(dataDir, 'demo.json'))
  const posts = new Map(site.posts.map(({ id, name }) => [id, name]))
  const accounts = Object.entries(permissions.roles).map(([role, { name }]) => {
    const person = site.people.find(({ account, roles }) => account !== undefined && roles.includes(role))
    const username = person?.account ?? role
    const before = known?.accounts?.find((account) => account.username === username)
    return {
      id: person?.id ?? role,
      username,
      name: person?.name ?? name,
      roles: person?.roles ?? [role],
      department: person?.department ?? null,
      post: posts.get(person?.post ?? '') ?? name,
      password: before?.password ?? randomToken(12),
      token: before?.token ?? randomToken(),
    }
  })
  const colleagues = officeWorks ? colleaguesOf(dataDir, site) : []
  return { accounts, colleagues, wallKey: known?.wallKey ?? randomToken() }
}

const desksFile = (dataDir: string): string => join(dataDir, 'office', 'desks.json')

/** A department's check needs a second person beside its head: the first prosecutor of the list stands in. */
function colleaguesOf(dataDir: string, { people, departments }: Config['site']): DemoAccount[] {
  const known = readJson<Record<string, string>>(desksFile(dataDir)) ?? {}
  const handling = new Set(departments.filter(({ handlesCases }) => handlesCases).map(({ id }) => id))
  const quota = people.filter(({ quota, account, department }) => quota && !account && handling.has(department ?? ''))
  return quota.map((person) => {
    const deputy = quota.find(({ department, title }) => department === person.department && title === '检察官')
    const checks = person.title === '部门主任' || person === deputy
    const username = `office.${person.id}`
    return {
      id: person.id,
      username,
      name: person.name,
      roles: checks ? ['prosecutor', 'department-head'] : ['prosecutor'],
      department: person.department ?? null,
      post: person.title ?? '检察官',
      password: null,
      token: known[username] ?? randomToken(),
    }
  })
}

/** @param url of the pages, @param mqttUrl of the broker, as they are now */
export function writeDemoFile(dataDir: string, demo: Demo, secrets: Secrets, url: string, mqttUrl: string): DemoFile {
  const file: DemoFile = {
    url,
    wallUrl: `${url}/wall#key=${demo.wallKey}`,
    mqtt: { url: mqttUrl, username: 'probe', password: secrets['broker.probe'] ?? '' },
    accounts: demo.accounts.map(({ username, password, roles, token }) => ({
      username,
      password,
      roles: [...roles],
      token,
    })),
    wallKey: demo.wallKey,
  }
  mkdirSync(join(dataDir, 'office'), { recursive: true })
  writePrivate(desksFile(dataDir), Object.fromEntries(demo.colleagues.map(({ username, token }) => [username, token])))
  writePrivate(join(dataDir, 'demo.json'), file)
  return file
}
