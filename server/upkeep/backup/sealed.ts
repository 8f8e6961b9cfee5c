import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto'
import { z } from 'zod'

/** Private files under a passphrase: scrypt (RFC 7914) and AES-256-GCM (NIST SP 800-38D), in one JSON text. */
const Sealed = z.strictObject({
  v: z.literal(1),
  kdf: z.literal('scrypt'),
  n: z.int().min(2).max(1_048_576),
  r: z.int().min(1).max(32),
  p: z.int().min(1).max(16),
  salt: z.base64(),
  iv: z.base64(),
  tag: z.base64(),
  data: z.base64(),
})
const Files = z.record(z.string(), z.base64())

/** 128 MiB for one guess: a passphrase that people can remember is all that stands before the keys. */
const COST = { n: 131_072, r: 8, p: 1 }
export const SHORTEST_PASSPHRASE = 12

const keyOf = (passphrase: string, salt: Buffer, { n, r, p }: typeof COST): Buffer =>
  scryptSync(passphrase.normalize('NFKC'), salt, 32, { N: n, r, p, maxmem: 256 * n * r })

/** @throws Error in Chinese when the passphrase is too short */
export function seal(files: ReadonlyMap<string, Buffer>, passphrase: string): string {
  if (passphrase.length < SHORTEST_PASSPHRASE) throw new Error(`备份口令至少 ${SHORTEST_PASSPHRASE} 个字符`)
  const [salt, iv] = [randomBytes(16), randomBytes(12)]
  const cipher = createCipheriv('aes-256-gcm', keyOf(passphrase, salt, COST), iv)
  const plain = JSON.stringify(Object.fromEntries([...files].map(([name, bytes]) => [name, bytes.toString('base64')])))
  const data = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
  const text = (bytes: Buffer) => bytes.toString('base64')
  const tag = text(cipher.getAuthTag())
  return `${JSON.stringify({ v: 1, kdf: 'scrypt', ...COST, salt: text(salt), iv: text(iv), tag, data: text(data) } satisfies z.infer<typeof Sealed>)}\n`
}

/** @throws Error in Chinese when the passphrase is wrong or the text was changed */
export function unseal(text: string, passphrase: string): Map<string, Buffer> {
  const { salt, iv, tag, data, ...cost } = Sealed.parse(JSON.parse(text))
  const bytes = (value: string) => Buffer.from(value, 'base64')
  const decipher = createDecipheriv('aes-256-gcm', keyOf(passphrase, bytes(salt), cost), bytes(iv))
  decipher.setAuthTag(bytes(tag))
  try {
    const plain = Buffer.concat([decipher.update(bytes(data)), decipher.final()]).toString('utf8')
    return new Map(Object.entries(Files.parse(JSON.parse(plain))).map(([name, value]) => [name, bytes(value)]))
  } catch {
    throw new Error('备份口令不对，或密钥文件被改动：private.sealed 无法解开')
  }
}
