import { Readable } from 'node:stream'
import { mediationRoutes } from '../../contract/http/mediations.ts'
import { type BoundRoute, bind, type StreamAnswer } from '../feature.ts'
import { sealedZip } from '../records/pack.ts'
import type { SigningAlgorithm } from '../records/signing.ts'
import { commandOf } from '../records/signing.ts'
import { Refusal } from '../refusal.ts'
import type { Context } from './context.ts'
import { seen } from './present.ts'
import { agreementOf, signaturesOf } from './repository.ts'
import { imageOf } from './sealing.ts'

/** The signed agreement as one zip that needs no program of ours: openssl and sha256sum prove it. */
const KEY = 'office-public-key.pem'

export function packRoutes(ctx: Context): BoundRoute[] {
  return [
    bind(mediationRoutes.pack, async ({ params, person }) => {
      const { one } = await seen(ctx, person, params.id)
      return packOf(ctx, one.id, one.agreement?.version ?? 0)
    }),
  ]
}

async function packOf({ records }: Context, id: string, version: number): Promise<StreamAnswer> {
  const kept = await agreementOf(records.read, id, version)
  if (!kept?.signature || !kept.statement || !kept.public_key || !kept.algorithm)
    throw new Refusal('not-found', '协议还没有签署完成')
  const seal = JSON.parse(kept.signature) as { agreement: string; statement: string }
  const drawn = await signaturesOf(records.read, id, version)
  const files: [name: string, bytes: Buffer][] = [
    ['agreement.pdf', Buffer.from(kept.body, 'base64')],
    ['agreement.pdf.sig', Buffer.from(seal.agreement, 'base64')],
    ['statement.txt', Buffer.from(kept.statement)],
    ['statement.txt.sig', Buffer.from(seal.statement, 'base64')],
    [KEY, Buffer.from(kept.public_key)],
    ...drawn.map((each): [string, Buffer] => [`signature-${each.party}.png`, imageOf(each)]),
    ['HOW-TO-VERIFY.txt', Buffer.from(howTo(kept.algorithm as SigningAlgorithm))],
  ]
  return {
    stream: Readable.from([await sealedZip(files.map(([path, bytes]) => ({ path, bytes })))]),
    contentType: 'application/zip',
    filename: `agreement-${kept.hash.slice(0, 12)}.zip`,
  }
}

const commandFor = (algorithm: SigningAlgorithm, file: string): string =>
  commandOf(algorithm, { file, signature: `${file}.sig`, key: KEY })
const howTo = (algorithm: SigningAlgorithm): string => `怎样校验这个签署包（只需 sha256sum 和 openssl 3，不需要本系统）

1. 文件没有改动：
sha256sum -c SHA256SUMS

2. 协议由本院密钥签署：
${commandFor(algorithm, 'agreement.pdf')}

3. 同意与签名说明由本院密钥签署（其中写有协议和每个签名图样的 SHA-256）：
${commandFor(algorithm, 'statement.txt')}

4. 公钥 ${KEY} 请与本院公布的公钥核对；它的 SHA-256：
openssl pkey -pubin -in ${KEY} -outform DER | sha256sum
`
