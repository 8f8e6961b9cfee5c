import { canonicalJson } from '../../contract/jcs.ts'
import type { Reader } from '../feature.ts'
import { entriesAt } from '../records/chain.ts'
import { type PackPart, sealedZip, textPart } from '../records/pack.ts'
import { CHAIN, type PetitionDeps } from './context.ts'
import { fileOf, plainName } from './files.ts'
import { filesOfRow, type Matter, type StepRow, stepsOf } from './repository.ts'

const README = `本压缩包是一件信访事项的电子档案，不依赖本系统即可核对。

  sha256sum -c SHA256SUMS                      核对全部文件
  openssl dgst -sha256 steps/文件              逐个核对，与 SHA256SUMS 中同名一行比较

matter.json        事项、得分、期限与经过
steps/             每一步的文字，原样；其 SHA-256 即链条目中的 text
files/             证据文件；文件名以其 SHA-256 的前 16 位开头，链条目的 files 列出全部哈希
chain/N.json       链 petitions 第 N 条（规范 JSON，RFC 8785，不含 hash 一项）；其 SHA-256 即该条的 hash
chain.ndjson       同样的条目，每行一条，含 hash；prev 为前一条的 hash
`

/**
 * The electronic archive as one zip that needs nothing of ours to be checked: `sha256sum -c SHA256SUMS`, or openssl line
 * by line. A chain entry's own hash is the SHA-256 of its file, a step's words and files have the hashes that it names.
 */
export async function petitionPack(deps: PetitionDeps, matter: Matter, detail: unknown, now: number): Promise<Buffer> {
  return sealedZip(await partsOf(deps.records.read, matter, detail), new Date(now))
}

async function partsOf(db: Reader, matter: Matter, detail: unknown): Promise<PackPart[]> {
  const steps = await stepsOf(db, matter.id)
  const entries = await entriesAt(
    db,
    CHAIN,
    steps.map(({ seq }) => Number(seq)),
  )
  return [
    textPart('README.txt', README),
    textPart('matter.json', `${JSON.stringify(detail, null, 2)}\n`),
    ...steps.map((row, at) => textPart(`steps/${String(at + 1).padStart(4, '0')}-${row.step}.txt`, row.text)),
    ...(await evidence(db, matter.id, steps)),
    ...entries.map(({ hash: _hash, ...entry }) => textPart(`chain/${entry.seq}.json`, canonicalJson(entry))),
    textPart('chain.ndjson', entries.map((entry) => `${JSON.stringify(entry)}\n`).join('')),
  ]
}

async function evidence(db: Reader, petitionId: string, steps: readonly StepRow[]): Promise<PackPart[]> {
  const hashes = new Set(steps.flatMap((row) => filesOfRow(row).map(({ hash }) => hash)))
  const parts: PackPart[] = []
  for (const hash of hashes) {
    const file = await fileOf(db, petitionId, hash)
    // No blanks or backslashes in names: sha256sum would escape them.
    if (file)
      parts.push({
        path: `files/${hash.slice(0, 16)}-${plainName(file.name).replaceAll(/[\s\\]/g, '_')}`,
        bytes: file.bytes,
      })
  }
  return parts
}
