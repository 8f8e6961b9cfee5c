/**
 * `npm run bundle -- --key KEY.pem [--out DIR]`: one tarball that installs without network: runtime, production
 * packages, built pages, systemd units, bill of materials; its checksum signed (Ed25519, RFC 8032).
 */
import { execFileSync } from 'node:child_process'
import { createPrivateKey, createPublicKey, sign } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { fingerprint } from '../upkeep/backup/set.ts'
import { VERSION } from '../version.ts'
import { ROOMS, shippedFolders } from './supply/shipped.ts'
import { buildWeb } from './web-build.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const FILES = ['package.json', 'package-lock.json', 'LICENSE', 'README.md', 'README.zh-CN.md', 'CHANGELOG.md', 'docs']
const options = {
  key: { type: 'string' },
  unsigned: { type: 'boolean', default: false },
  out: { type: 'string', default: 'dist/bundle' },
  level: { type: 'string', default: '6' },
} as const
const MADE = ['node_modules/.bin/node', 'sanling', 'install.sh', 'sbom.cdx.json']
const say = (text: string): void => {
  process.stdout.write(`${text}\n`)
}

function readKey(file: string) {
  const key = createPrivateKey(readFileSync(file, 'utf8'))
  if (key.asymmetricKeyType !== 'ed25519')
    throw new Error(`${file} 不是 Ed25519 私钥；可用 openssl genpkey -algorithm ed25519 -out release.pem 生成`)
  return key
}

/** Files of a folder of this repository, by their path in it. Maps of packages are for their own makers. */
function filesBelow(folder: string, keep: (name: string) => boolean = () => true): string[] {
  const full = join(ROOT, folder)
  if (!existsSync(full)) return []
  if (!statSync(full).isDirectory()) return [folder]
  return readdirSync(full, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    if (!keep(entry.name)) return []
    return entry.isDirectory() ? filesBelow(path, keep) : [path]
  })
}

/** A package's own files without those nested in it: these stand in the list themselves if they are needed. */
const packaged = (name: string): boolean => name !== 'node_modules' && !name.endsWith('.map')

const listed = (): string[] =>
  [
    ...[...ROOMS, ...FILES, 'web/dist'].flatMap((folder) => filesBelow(folder)),
    ...shippedFolders(ROOT).flatMap((folder) => filesBelow(folder, packaged)),
  ].sort()

/** What stands in no folder of ours: the way to the runtime, the commands, the bill of materials. */
function make(folder: string): void {
  mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true })
  symlinkSync('../node/bin/node', join(folder, 'node_modules/.bin/node'))
  for (const name of ['sanling', 'install.sh']) {
    cpSync(join(ROOT, 'docs/deploy', name), join(folder, name))
    chmodSync(join(folder, name), 0o755)
  }
  const supply = [join(ROOT, 'server/commands/supply.ts'), '--offline', '--out', join(folder, 'sbom.cdx.json')]
  execFileSync(process.execPath, supply, { stdio: ['ignore', 'ignore', 'inherit'] })
}

async function bundle(values: { key?: string; unsigned: boolean; out: string; level: string }): Promise<void> {
  const key = values.key ? readKey(values.key) : undefined
  if (!key && !values.unsigned)
    throw new Error('请用 --key 私钥.pem 给出签名私钥（Ed25519），或以 --unsigned 明确不签名')
  await buildWeb(ROOT)
  const name = `sanling-${VERSION}-${process.platform}-${process.arch}`
  const out = resolve(values.out)
  mkdirSync(out, { recursive: true })
  const work = mkdtempSync(join(out, '.work-'))
  const tarball = join(out, `${name}.tar.gz`)
  try {
    make(join(work, 'made'))
    const list = join(work, 'list')
    writeFileSync(list, `${listed().join('\0')}\0`)
    // One time for all, so that no page seems older than its source; sorted and without owners: the same again.
    const steady = ['--mtime=@1767196800', '--owner=0', '--group=0', '--numeric-owner', '--sort=name']
    // Below one folder; where a link leads is left alone.
    const below = `--transform=s,^,${name}/,S`
    const gzip = `--use-compress-program=gzip -n -${Number(values.level) || 6}`
    const sources = ['-C', ROOT, '--null', '--verbatim-files-from', '-T', list, '-C', join(work, 'made'), ...MADE]
    execFileSync('tar', [...steady, below, gzip, '-cf', tarball, ...sources])
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
  const sums = `${await fingerprint(tarball)}  ${name}.tar.gz\n`
  writeFileSync(`${tarball}.sha256`, sums)
  say(`${tarball}\n${sums.trim()}`)
  if (!key) return say('未签名（--unsigned）：接收方无法确认来源')
  writeFileSync(`${tarball}.sha256.sig`, sign(null, Buffer.from(sums), key))
  writeFileSync(join(out, 'release.pub'), createPublicKey(key).export({ type: 'spki', format: 'pem' }))
  say(
    `已签名。接收方核对（公钥须由另一渠道取得）：\n  openssl pkeyutl -verify -pubin -inkey release.pub -rawin -in ${name}.tar.gz.sha256 -sigfile ${name}.tar.gz.sha256.sig\n  sha256sum -c ${name}.tar.gz.sha256`,
  )
}

try {
  await bundle(parseArgs({ options }).values)
} catch (error) {
  process.stderr.write(`没有做成安装包：${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
