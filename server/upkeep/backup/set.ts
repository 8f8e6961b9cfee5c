import { createHash } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import { isPrivate, privateNames, SEALED } from './private.ts'

/** The records as SQLite keeps them, or as pg_dump wrote them. */
export const RECORDS = { sqlite: 'records.sqlite', postgres: 'records.pgdump' } as const
/** Trends of two years; the inbox could make only the last months again. */
export const METRICS = 'metrics.sqlite'
/** Pieces of the audit chain that have left the records. */
export const ARCHIVE = 'archive'
/** Folders whose files the records name by hash (attachments of the 12309 window too). Written once, never changed. */
const FOLDERS = ['window', ARCHIVE]
const NAMED = /^(window\/[0-9a-f]{2}\/[0-9a-f]{64}|archive\/audit-\d{10,}-\d{10,}\.ndjson)$/
const SINGLE: readonly string[] = [...Object.values(RECORDS), METRICS, SEALED]

/** What a backup folder holds, with hashes, so that a restore can prove that nothing was changed. */
const Manifest = z.object({
  v: z.literal(1),
  /** Absent in backups of before. */
  version: z.string().optional(),
  /** Epoch ms. */
  at: z.int().optional(),
  files: z.array(z.object({ name: z.string(), sha256: z.string() })).min(1),
})
export type Manifest = z.infer<typeof Manifest>

/** After the records: what was handed in was there before they named it. An upload that is dropped meanwhile is not missed. */
export function copyFolders(dataDir: string, target: string): void {
  for (const name of attachmentsOf(dataDir)) {
    mkdirSync(dirname(join(target, name)), { recursive: true, mode: 0o700 })
    try {
      cpSync(join(dataDir, name), join(target, name))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
}
const attachmentsOf = (folder: string): string[] =>
  FOLDERS.map((name) => join(folder, name))
    .filter((path) => existsSync(path))
    .flatMap((path) => readdirSync(path, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
    .filter((name) => NAMED.test(name))
    .sort()

export async function fingerprint(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}

/** The last thing that is written: a folder without it is no backup. */
export async function writeManifest(folder: string, about: { version: string; at: number }): Promise<Manifest> {
  const files: Manifest['files'] = []
  const single = SINGLE.filter((name) => existsSync(join(folder, name)))
  for (const name of [...single, ...privateNames(folder), ...attachmentsOf(folder)]) {
    chmodSync(join(folder, name), 0o600)
    files.push({ name, sha256: await fingerprint(join(folder, name)) })
  }
  const manifest: Manifest = { v: 1, ...about, files }
  writeFileSync(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 })
  return manifest
}

/** @throws Error naming the file that is missing or changed */
export async function checkManifest(folder: string): Promise<Manifest> {
  const file = join(folder, 'manifest.json')
  if (!existsSync(file)) throw new Error(`${folder} 不是备份：没有 manifest.json（备份没有做完，或路径不对）`)
  const raw = JSON.parse(readFileSync(file, 'utf8')) as { v?: unknown }
  if (raw.v !== 1) throw new Error(`备份格式版本 ${String(raw.v)} 不受支持，请用做出这份备份的程序版本恢复`)
  const manifest = Manifest.parse(raw)
  for (const { name, sha256 } of manifest.files) {
    if (!SINGLE.includes(name) && !isPrivate(name) && !NAMED.test(name))
      throw new Error(`备份清单含有不认识的文件 ${name}`)
    if (!existsSync(join(folder, name))) throw new Error(`备份缺少文件 ${name}`)
    if ((await fingerprint(join(folder, name))) !== sha256)
      throw new Error(`备份文件 ${name} 与清单的校验值不符，可能已损坏或被改动`)
  }
  return manifest
}

/** Puts the open files of a checked backup into a data folder; keys and dumps have their own ways. */
export function putBack(source: string, dataDir: string, { files }: Manifest): void {
  for (const { name } of files) {
    if (name === SEALED || name === RECORDS.postgres || isPrivate(name)) continue
    mkdirSync(dirname(join(dataDir, name)), { recursive: true, mode: 0o700 })
    cpSync(join(source, name), join(dataDir, name))
  }
}
