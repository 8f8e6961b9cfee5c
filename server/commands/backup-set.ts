import { createHash } from 'node:crypto'
import { cpSync, createReadStream, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'

/** What a backup folder holds, with hashes, so that a restore can prove that nothing was changed. */
export interface Manifest {
  v: 1
  files: { name: string; sha256: string }[]
}
const RECORDS = 'records.sqlite'
/** Folders whose files the records name by hash (attachments of the 12309 window). Written once, never changed. */
const FOLDERS = ['window']

const NAMED = /^window\/[0-9a-f]{2}\/[0-9a-f]{64}$/

/** After the records: what was handed in was there before they named it. An upload that is dropped meanwhile is not missed. */
export function copyFolders(dataDir: string, target: string): void {
  for (const name of filesOf(dataDir)) {
    mkdirSync(dirname(join(target, name)), { recursive: true, mode: 0o700 })
    try {
      cpSync(join(dataDir, name), join(target, name))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
}
const filesOf = (folder: string): string[] =>
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

export async function writeManifest(folder: string): Promise<void> {
  const files: Manifest['files'] = []
  for (const name of [RECORDS, ...filesOf(folder)]) files.push({ name, sha256: await fingerprint(join(folder, name)) })
  writeFileSync(join(folder, 'manifest.json'), `${JSON.stringify({ v: 1, files } satisfies Manifest, null, 2)}\n`, {
    mode: 0o600,
  })
}

/** @throws Error naming the file that is missing or changed */
export async function checkManifest(folder: string): Promise<Manifest> {
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest
  if (manifest.v !== 1) throw new Error(`备份格式版本 ${String(manifest.v)} 不受支持`)
  for (const { name, sha256 } of manifest.files) {
    if (name !== RECORDS && !NAMED.test(name)) throw new Error(`备份清单含有不认识的文件 ${name}`)
    if ((await fingerprint(join(folder, name))) !== sha256)
      throw new Error(`备份文件 ${name} 与清单的校验值不符，可能已损坏或被改动`)
  }
  return manifest
}

/** Puts the files of a checked backup into a data folder. */
export function putBack(source: string, dataDir: string, { files }: Manifest): void {
  for (const { name } of files) {
    mkdirSync(dirname(join(dataDir, name)), { recursive: true, mode: 0o700 })
    cpSync(join(source, name), join(dataDir, name))
  }
}
