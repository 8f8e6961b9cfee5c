import { createHash } from 'node:crypto'
import { createReadStream, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'

/** What a backup folder holds, with hashes, so that a restore can prove that nothing was changed. */
export interface Manifest {
  v: 1
  files: { name: string; sha256: string }[]
}
const FILES = ['records.sqlite']

export async function fingerprint(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}

export async function writeManifest(folder: string): Promise<void> {
  const files = await Promise.all(FILES.map(async (name) => ({ name, sha256: await fingerprint(join(folder, name)) })))
  writeFileSync(join(folder, 'manifest.json'), `${JSON.stringify({ v: 1, files } satisfies Manifest, null, 2)}\n`, {
    mode: 0o600,
  })
}

/** @throws Error naming the file that is missing or changed */
export async function checkManifest(folder: string): Promise<Manifest> {
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest
  if (manifest.v !== 1) throw new Error(`备份格式版本 ${String(manifest.v)} 不受支持`)
  for (const { name, sha256 } of manifest.files)
    if ((await fingerprint(join(folder, name))) !== sha256)
      throw new Error(`备份文件 ${name} 与清单的校验值不符，可能已损坏或被改动`)
  return manifest
}
