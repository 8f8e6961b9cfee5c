import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { io, type Socket } from 'socket.io-client'
import { parse } from 'yaml'
import type { ClientToServer, Hello, ServerToClient, Snapshot } from '../../contract/live.ts'
import { type Demo, ROOT } from '../commands/product.ts'

type Roles = Record<string, { grants: readonly string[] }>
export const ROLES = (parse(readFileSync(join(ROOT, 'config/rules/permissions.yaml'), 'utf8')) as { roles: Roles })
  .roles
export const grants = (role: string, word: string): boolean => ROLES[role]?.grants.includes(word) === true

export function tokenOf(demo: Demo, role: string): string {
  const account = demo.accounts.find(({ roles }) => roles.includes(role))
  if (!account) throw new Error(`the demo has no account of role ${role}`)
  return account.token
}

export interface Answered {
  status: number
  headers: Headers
  text: string
  json: Record<string, unknown>
}
/** One call of the running product. A body that is neither text nor bytes goes as JSON. */
export async function call(
  base: string,
  method: string,
  path: string,
  options: { token?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answered> {
  const { token, body } = options
  const headers: Record<string, string> = { ...options.headers }
  if (token !== undefined) headers.authorization = `Bearer ${token}`
  if (body !== undefined) headers['content-type'] ??= 'application/json'
  const raw = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body)
  const answer = await fetch(base + path, {
    method,
    headers,
    redirect: 'manual',
    ...(body === undefined ? {} : { body: raw as string }),
  })
  const text = await answer.text()
  const isJson = /json/.test(answer.headers.get('content-type') ?? '')
  return { status: answer.status, headers: answer.headers, text, json: isJson && text !== '' ? JSON.parse(text) : {} }
}

export type Client = Socket<ServerToClient, ClientToServer>
export type Entered = { hello: Hello; snapshot: Snapshot; client: Client } | { refused: string }

/** Knocks at a namespace: what comes first, or why not. The caller closes the client. */
export function knock(
  base: string,
  namespace: string,
  options: { auth?: Record<string, unknown>; headers?: Record<string, string>; transports?: string[] } = {},
): Promise<Entered> {
  const client: Client = io(base + namespace, {
    auth: options.auth ?? {},
    extraHeaders: options.headers ?? {},
    transports: options.transports ?? ['websocket'],
    reconnection: false,
    forceNew: true,
    timeout: 150_000,
  })
  return new Promise((resolve) => {
    let hello: Hello | undefined
    client.on('hello', (said) => {
      hello = said
    })
    client.on('snapshot', (snapshot) => hello && resolve({ hello, snapshot, client }))
    client.on('connect_error', ({ message }) => {
      client.disconnect()
      resolve({ refused: message })
    })
    // A namespace that lets one in and says nothing is let in all the same.
    client.on('connect', () => {
      if (namespace === '/wall' || namespace === '/desk') return
      client.disconnect()
      resolve({ refused: 'nobody: it was let in' })
    })
  })
}

/** Waits until something holds: a slow machine only takes longer. */
export async function until<Value>(what: () => Value | undefined | Promise<Value | undefined>, ms = 150_000) {
  const end = performance.now() + ms
  for (;;) {
    const value = await what()
    if (value) return value
    if (performance.now() > end) throw new Error(`not within ${ms} ms: ${what}`)
    await new Promise((done) => setTimeout(done, 50))
  }
}
