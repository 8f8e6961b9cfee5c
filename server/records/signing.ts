import { createPrivateKey, createPublicKey, generateKeyPairSync, constants as K, sign as signBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Signs for the office. A signature is detached: the file it is about stays as it is. */
export interface Signer {
  readonly algorithm: SigningAlgorithm
  /** SubjectPublicKeyInfo, PEM (RFC 7468). */
  readonly publicKey: string
  sign(bytes: Uint8Array): Buffer
}
export const SIGNING_ALGORITHMS = ['rsa-pss', 'ed25519', 'sm2'] as const
export type SigningAlgorithm = (typeof SIGNING_ALGORITHMS)[number]

const COMMANDS: Readonly<Record<SigningAlgorithm, string>> = {
  // RFC 8017 8.1, SHA-256, salt as long as the hash.
  'rsa-pss':
    'openssl dgst -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32 -verify {key} -signature {signature} {file}',
  // RFC 8032: over the bytes themselves.
  ed25519: 'openssl pkeyutl -verify -pubin -inkey {key} -rawin -in {file} -sigfile {signature}',
  // GB/T 32918.2 with SM3; Node gives no way to name a user id, so it is the empty one, OpenSSL's own default.
  sm2: 'openssl dgst -sm3 -verify {key} -signature {signature} {file}',
}

/** The command that proves a signature with OpenSSL 3 alone. */
export const commandOf = (
  algorithm: SigningAlgorithm,
  { file, signature, key }: { file: string; signature: string; key: string },
): string => COMMANDS[algorithm].replace('{file}', file).replace('{signature}', signature).replace('{key}', key)

/** @param pem private key, PKCS #8 */
export function signerOf(algorithm: SigningAlgorithm, pem: string): Signer {
  const key = createPrivateKey(pem)
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString()
  const sign = (bytes: Uint8Array): Buffer =>
    algorithm === 'rsa-pss'
      ? signBytes('sha256', bytes, { key, padding: K.RSA_PKCS1_PSS_PADDING, saltLength: 32 })
      : signBytes(algorithm === 'sm2' ? 'sm3' : null, bytes, key)
  return { algorithm, publicKey, sign }
}

/** A new private key, PKCS #8 PEM. */
export function newSigningKey(algorithm: SigningAlgorithm): string {
  const { privateKey } =
    algorithm === 'rsa-pss'
      ? generateKeyPairSync('rsa', { modulusLength: 3072 })
      : algorithm === 'ed25519'
        ? generateKeyPairSync('ed25519')
        : generateKeyPairSync('ec', { namedCurve: 'SM2' })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

/** The office key of a file; made, for the owner's eyes only, when there is none. Read when it is first needed. */
export function signerAt(file: string, algorithm: SigningAlgorithm): () => Signer {
  let signer: Signer | undefined
  return () => {
    if (signer) return signer
    if (!existsSync(file)) {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
      const draft = `${file}.new`
      writeFileSync(draft, newSigningKey(algorithm), { mode: 0o600 })
      renameSync(draft, file)
    }
    signer = signerOf(algorithm, readFileSync(file, 'utf8'))
    return signer
  }
}
