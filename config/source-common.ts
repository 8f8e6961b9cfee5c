import { z } from 'zod'
import { Domain } from '../contract/domains.ts'
import { TOPIC_LEVEL } from '../contract/topics.ts'

/** What every kind of source in sources.yaml has; a kind of its own file spreads it. */
export const level = z.string().regex(TOPIC_LEVEL, '1–64 个字母、数字或 _ . : -')

/** Secrets only as `{file}`, `{env}` or, in the demo, `{generated}`. */
export const secret = z.union(
  [
    z.strictObject({ env: z.string() }),
    z.strictObject({ file: z.string() }),
    z.strictObject({ generated: z.string() }),
  ],
  '口令不写在这里：写成 { env: 环境变量名 } 或 { file: 文件路径 }',
)
export type SecretRef = z.infer<typeof secret>

export const common = {
  id: level,
  name: z.string().min(1),
  domain: Domain,
  /** Seconds without a sign of life after which its figures are stale and an alert says so. */
  staleAfterS: z.number().positive(),
  enabled: z.boolean().default(true),
  demo: z.boolean().default(false),
}

/** Where a source listens over HTTP, and who may send. Without `allow` this machine only. */
export const listening = {
  host: z.string().default('127.0.0.1'),
  port: z.int().min(0).max(65535),
  allow: z.array(z.string()).default([]),
  /** Requests a minute and sender (about four for each swipe, protocols.md 2.1). */
  maxPerMinute: z.number().positive().default(1200),
}
