import { z } from 'zod'
import { common, listening, secret } from './source-common.ts'

/** sources.yaml: how the reports of terminals come in. What a body says is the profile's to know, not the way's. */

const port = z.int().min(0).max(65535)
const bound = { host: z.string().default('127.0.0.1'), port }
const folder = { folder: z.string(), settleS: z.number().min(0).default(5), scanS: z.number().positive().default(2) }

export const Syslog = z.strictObject({
  ...common,
  kind: z.literal('syslog'),
  profile: z.string(),
  udp: z.strictObject(bound).optional(),
  tcp: z.strictObject(bound).optional(),
  /** RFC 5425: port 6514, octet counting. */
  tls: z
    .strictObject({
      ...bound,
      certFile: z.string(),
      keyFile: z.string(),
      /** With it only senders whose certificate it signed are heard. */
      clientCaFile: z.string().optional(),
    })
    .optional(),
  /** Addresses that may send; empty = loopback only. */
  allow: z.array(z.string()).default([]),
  /** Messages a second and sender above which datagrams are dropped and counted. */
  maxPerSecond: z.number().positive().default(5000),
  /** MiB of messages that a burst may leave on disk, to be decoded after it. */
  reservoirMiB: z.int().min(1).max(4096).default(256),
})

/** The terminal that the lines speak of, where they do not say. */
const host = z.string().optional()

/** A log file that grows and is rotated: Wazuh's alerts.json, clamd.log, freshclam.log. One line is one message. */
export const LogFile = z.strictObject({
  ...common,
  kind: z.literal('log-file'),
  profile: z.string(),
  file: z.string(),
  host,
  pollS: z.number().positive().default(1),
  /** Where a file that is met for the first time is read from. */
  from: z.enum(['start', 'end']).default('start'),
})

/** Messages that are posted to us: JSON (one object or a list) or lines. Answered 200 only when they are on disk. */
export const WebHook = z.strictObject({
  ...common,
  kind: z.literal('web-hook'),
  profile: z.string(),
  ...listening,
  /** 对端地址填 http://本机:port/hook/token，或在请求头写 Authorization: Bearer token。 */
  token: secret,
})

/** Files of lines that a hook lays into a folder under their final name, e.g. clamd's VirusEvent. */
export const LineFolder = z.strictObject({
  ...common,
  kind: z.literal('line-folder'),
  profile: z.string(),
  host,
  ...folder,
})

/** Lists that somebody exports from a console: missing patches, hardware. csv, xlsx, or HTML that calls itself xls. */
export const TerminalTable = z.strictObject({
  ...common,
  kind: z.literal('terminal-table'),
  profile: z.string(),
  ...folder,
})

/** A clamd that is asked how it is. TCP without encryption or sign-in: this machine or a Unix socket only. */
export const Clamd = z.strictObject({
  ...common,
  kind: z.literal('clamd'),
  profile: z.string(),
  engines: z
    .array(
      z.strictObject({
        /** The terminal it protects, as the asset list names it. */
        host: z.string(),
        socket: z.string().optional(),
        port: port.optional(),
      }),
    )
    .min(1)
    .refine((list) => list.every(({ socket, port }) => (socket === undefined) !== (port === undefined)), {
      error: '每个引擎写 socket（Unix 套接字路径）或 port（本机端口）之一',
    }),
  pollS: z.number().positive().default(30),
  timeoutS: z.number().positive().default(5),
  /** A harmless test string is scanned that often: an engine that answers and finds nothing is no protection. 0 = never. */
  selfTestS: z.number().min(0).default(3600),
})

/** A vendor that only this office has: `vendors/<kind of the profile>.ts` beside the configuration, checks `settings`. */
export const Vendor = z.strictObject({
  ...common,
  kind: z.literal('vendor'),
  profile: z.string(),
  settings: z.record(z.string(), z.unknown()).default({}),
})
