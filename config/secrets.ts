import { readFileSync } from 'node:fs'
import type { SecretRef } from './schema.ts'

/**
 * Resolves a secret by file, environment or, in the demo, the data folder's generated secrets.
 * @throws Error with what is missing; never with the secret itself
 */
export function resolveSecret(ref: SecretRef, generated: Readonly<Record<string, string>> = {}): string {
  if ('env' in ref) {
    const value = process.env[ref.env]
    if (!value) throw new Error(`环境变量 ${ref.env} 未设置`)
    return value
  }
  if ('file' in ref) {
    const value = readFileSync(ref.file, 'utf8').trim()
    if (!value) throw new Error(`密钥文件 ${ref.file} 为空`)
    return value
  }
  const value = generated[ref.generated]
  if (!value)
    throw new Error(
      `没有生成的密钥 “${ref.generated}”：请运行 npm run admin -- init（已有的密钥不变），或改用 file / env`,
    )
  return value
}
