import { z } from 'zod'
import { PageQuery, page, route } from './route.ts'

/** The audit trail (GB/T 22239-2019 8.1.4.3): append-only, hash-linked, read by the auditor alone. */
export const AuditItem = z.object({
  /** Place in the chain `audit`. */
  seq: z.int(),
  at: z.int(),
  /** What was done: `login.succeeded`, `call.<route id>`, `refused`, `export`, … */
  kind: z.string(),
  kindName: z.string(),
  /** User name, or `anonymous`, or a command. */
  actor: z.string(),
  ip: z.string(),
  /** What it was done to, as the caller named it. */
  object: z.string().nullable(),
  detail: z.record(z.string(), z.union([z.string(), z.int(), z.boolean(), z.null()])),
  hash: z.string(),
})
export type AuditItem = z.infer<typeof AuditItem>

export const auditRoutes = {
  list: route({
    id: 'listAudit',
    method: 'GET',
    path: '/audit',
    tag: 'audit',
    permission: 'audit.read',
    summary: '审计记录，新的在前；可按人、事、对象、地址与时间检索',
    query: PageQuery.extend({
      actor: z.string().max(64).optional(),
      /** Exact kind, or a prefix that ends in `.`. */
      kind: z.string().max(64).optional(),
      object: z.string().max(128).optional(),
      ip: z.string().max(64).optional(),
      /** Epoch ms. */
      from: z.coerce.number().int().min(0).optional(),
      to: z.coerce.number().int().min(0).optional(),
    }),
    answer: page(AuditItem),
  }),
  state: route({
    id: 'auditState',
    method: 'GET',
    path: '/audit/state',
    tag: 'audit',
    permission: 'audit.read',
    summary: '审计链现状：条数、链尾、最近一次外部存证、能核对的起点',
    answer: z.object({
      entries: z.int(),
      head: z.string(),
      firstAt: z.int().nullable(),
      lastAt: z.int().nullable(),
      anchoredSeq: z.int().nullable(),
      anchoredAt: z.int().nullable(),
      kinds: z.array(z.object({ kind: z.string(), name: z.string(), count: z.int() })),
    }),
  }),
}
