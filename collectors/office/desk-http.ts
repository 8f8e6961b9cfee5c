import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { request } from '../intake/node-http.ts'

/** The product's own HTTP interface as somebody at a desk uses it: address and tokens out of `demo.json`. */

const DemoFile = z.object({
  url: z.string(),
  accounts: z.array(z.object({ username: z.string(), token: z.string() })),
})
/** Colleagues of the simulated office who are not listed for visitors: user name → token. */
const DesksFile = z.record(z.string(), z.string())
const WAIT_MS = 10_000
const MAX_ANSWER = 4_000_000

export interface DeskAnswer {
  status: number
  body: unknown
}
export type DeskCall = (as: string, method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown) => Promise<DeskAnswer>

/**
 * Calls as an account of the demo, by its token, or as a colleague (`office.` + person id) of office/desks.json. Both
 * are read anew each time: they change with every start.
 * @throws Error when there is no demo.json, no such account, no server, or the answer takes longer than 10 s
 */
export function deskHttp(dataDir: string, signal: AbortSignal): DeskCall {
  return async (as, method, path, body) => {
    const demo = DemoFile.parse(JSON.parse(readFileSync(join(dataDir, 'demo.json'), 'utf8')))
    const token = demo.accounts.find(({ username }) => username === as)?.token ?? colleagueToken(dataDir, as)
    if (!token) throw new Error(`演示中没有账号 ${as}`)
    return call(new URL(`/api/v1${path}`, demo.url), method, { authorization: `Bearer ${token}` }, body, signal)
  }
}

export interface GuestAnswer extends DeskAnswer {
  /** What the server lets the caller keep, `name=value`; null when it gave nothing. */
  cookie: string | null
}
/** Somebody from outside, with nothing but a cookie; without a body it is a GET. */
export type GuestCall = (path: string, cookie: string | null, body?: unknown) => Promise<GuestAnswer>

/** @throws Error when there is no demo.json, no server, or the answer takes longer than 10 s */
export function guestHttp(dataDir: string, signal: AbortSignal): GuestCall {
  return async (path, cookie, body) => {
    const demo = DemoFile.parse(JSON.parse(readFileSync(join(dataDir, 'demo.json'), 'utf8')))
    const method = body === undefined ? 'GET' : 'POST'
    return call(new URL(`/api/v1${path}`, demo.url), method, cookie === null ? {} : { cookie }, body, signal)
  }
}

function colleagueToken(dataDir: string, as: string): string | undefined {
  const file = join(dataDir, 'office', 'desks.json')
  return existsSync(file) ? DesksFile.parse(JSON.parse(readFileSync(file, 'utf8')))[as] : undefined
}

function call(
  url: URL,
  method: string,
  who: Readonly<Record<string, string>>,
  body: unknown,
  signal: AbortSignal,
): Promise<GuestAnswer> {
  // Bytes go as they are: somebody uploads a file.
  const isFile = body instanceof Uint8Array
  const text = body === undefined || isFile ? body : JSON.stringify(body)
  const headers = {
    ...who,
    ...(text === undefined
      ? {}
      : {
          'content-type': isFile ? 'application/octet-stream' : 'application/json',
          'content-length': Buffer.byteLength(text),
        }),
  }
  return new Promise((resolve, reject) => {
    const out = request(url, { method, headers, agent: false, timeout: WAIT_MS, signal }, (answer) => {
      const pieces: Buffer[] = []
      let size = 0
      answer.on('data', (piece: Buffer) => {
        pieces.push(piece)
        size += piece.length
        if (size > MAX_ANSWER) answer.destroy(new Error('回答过长'))
      })
      answer.on('error', reject)
      const cookie = answer.headers['set-cookie']?.[0]?.split(';')[0] ?? null
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: parsed(Buffer.concat(pieces)), cookie }))
    })
    out.on('timeout', () => out.destroy(new Error('服务没有按时回答')))
    out.on('error', reject)
    out.end(text)
  })
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}
