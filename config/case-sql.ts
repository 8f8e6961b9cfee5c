import { z } from 'zod'
import { common, secret } from './source-common.ts'

/** A name as the database writes it unquoted, with its schema: letters, digits, Chinese. Nothing that could end it. */
const identifier = z
  .string()
  .regex(
    /^[\p{Script=Han}A-Za-z_][\p{Script=Han}\w$]*(\.[\p{Script=Han}A-Za-z_][\p{Script=Han}\w$]*)?$/u,
    '只能是表或视图的名称',
  )
const column = z.string().regex(/^[\p{Script=Han}A-Za-z_][\p{Script=Han}\w$]*$/u, '只能是列的名称')

/** A read-only view or exchange table of the case system (protocols.md 4.1, 4.4). */
export const CaseSql = z.strictObject({
  ...common,
  kind: z.literal('case-sql'),
  profile: z.string(),
  /** `postgres` speaks to PostgreSQL, Kingbase and openGauss; `mysql` to MySQL and MariaDB. */
  driver: z.enum(['postgres', 'mysql']),
  host: z.string().min(1),
  port: z.int().min(1).max(65535),
  database: z.string().min(1),
  username: z.string().min(1),
  password: secret,
  /** PEM file of the authority that signed the database's certificate; without it the connection is not encrypted. */
  caFile: z.string().optional(),
  view: identifier,
  /** Column of the last change, and the one that stands in where that is NULL. Without them every poll reads all. */
  modified: column.optional(),
  created: column.optional(),
  pollS: z.number().positive().default(60),
  /** Each poll looks that far back again: transactions that were committed late. */
  overlapMin: z.number().min(0).default(10),
  /** The newest seconds are left for the next poll: their transactions may still be open. */
  settleS: z.number().min(0).default(5),
  pageRows: z.int().min(50).max(5000).default(1000),
  statementTimeoutS: z.number().positive().max(300).default(30),
  /** All keys are compared that often, for rows that were deleted or are no longer shown. */
  reconcileH: z.number().positive().default(24),
  maxVanish: z.number().min(0).max(1).default(0.2),
})
export type CaseSql = z.output<typeof CaseSql>

/** Folder in the data folder where a file named after a source asks it to stop its import. */
export const CANCEL_FOLDER = 'cancel-import'
/** The same for: so many open cases are really gone, take it so. */
export const CONFIRM_FOLDER = 'confirm-vanished'
