import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { seal, unseal } from './sealed.ts'

/** Signing keys and secrets.json of a data folder: without them a restored office signs as somebody else. */
export const SEALED = 'private.sealed'
const NAMED = /^(secrets\.json|keys\/[A-Za-z0-9._-]{1,64})$/
export const isPrivate = (name: string): boolean => NAMED.test(name)

export function privateNames(folder: string): string[] {
  const keys = join(folder, 'keys')
  const found = existsSync(keys) ? readdirSync(keys).map((name) => `keys/${name}`) : []
  return ['secrets.json', ...found.sort()].filter((name) => NAMED.test(name) && existsSync(join(folder, name)))
}

/** Into a backup folder: sealed when there is a passphrase, else as they are, for the owner's eyes only. */
export function keepPrivate(dataDir: string, target: string, passphrase: string | undefined): string[] {
  const names = privateNames(dataDir)
  const files = new Map(names.map((name) => [name, readFileSync(join(dataDir, name))]))
  if (passphrase === undefined) write(target, files)
  else if (names.length > 0) writeFileSync(join(target, SEALED), seal(files, passphrase), { mode: 0o600 })
  return names
}

/** Out of a checked backup. @throws Error when it is sealed and the passphrase is missing or wrong */
export function putPrivateBack(source: string, dataDir: string, passphrase: string | undefined): string[] {
  const sealed = join(source, SEALED)
  if (existsSync(sealed) && passphrase === undefined)
    throw new Error('密钥文件已加密：请用 --passphrase-file 文件，或环境变量 SANLING_BACKUP_PASSPHRASE 给出备份口令')
  const files =
    existsSync(sealed) && passphrase !== undefined
      ? unseal(readFileSync(sealed, 'utf8'), passphrase)
      : new Map(privateNames(source).map((name) => [name, readFileSync(join(source, name))]))
  const strange = [...files.keys()].find((name) => !NAMED.test(name))
  if (strange !== undefined) throw new Error(`备份含有不认识的密钥文件 ${strange}`)
  write(dataDir, files)
  return [...files.keys()]
}

function write(folder: string, files: ReadonlyMap<string, Buffer>): void {
  for (const [name, bytes] of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true, mode: 0o700 })
    writeFileSync(join(folder, name), bytes, { mode: 0o600 })
  }
}
