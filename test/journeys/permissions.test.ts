import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { parse } from 'yaml'
import { type Demo, Product, ROOT } from '../commands/product.ts'

/**
 * Who may call what, generated: every route that the running product declares × every role of permissions.yaml, asked
 * over HTTP. What the table does not grant must be refused before anything is looked up or checked.
 */
interface Operation {
  method: string
  path: string
  permission: string | undefined
}
type Grants = Record<string, { grants: string[] }>

const METHODS = ['get', 'post', 'put', 'delete'] as const
/** An allowed caller would end its own token or session with these; refusal is still asked. */
const ENDS_THE_CALLER = /^\/(logout|me\/|sessions|people\/|accounts)/
const product = new Product({ env: { SANLING_OFFICE: 'off' } })
const roles = (parse(readFileSync(join(ROOT, 'config/rules/permissions.yaml'), 'utf8')) as { roles: Grants }).roles
let demo: Demo
let operations: Operation[] = []

beforeAll(async () => {
  demo = await product.launch().ready()
  const answer = await fetch(`${demo.url}/api/v1/openapi.json`)
  const { paths } = (await answer.json()) as { paths: Record<string, Record<string, { 'x-permission'?: string }>> }
  operations = Object.entries(paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => ({
      method: method.toUpperCase(),
      path: path.replace('/api/v1', ''),
      permission: item[method]?.['x-permission'],
    })),
  )
}, 90_000)
afterAll(() => product.stop())

const tokenOf = (role: string): string => {
  const account = demo.accounts.find((one) => one.roles.includes(role))
  if (!account) throw new Error(`the demo has no account of role ${role}`)
  return account.token
}

async function call({ method, path }: Operation, token: string | undefined): Promise<number> {
  const abort = new AbortController()
  const answer = await fetch(`${demo.url}/api/v1${path.replace(/\{\w+\}/g, 'x-none')}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(method === 'GET' ? {} : { 'content-type': 'application/json' }),
    },
    ...(method === 'GET' ? {} : { body: '{}' }),
    signal: abort.signal,
  })
  abort.abort()
  return answer.status
}

const named = ({ method, path }: Operation) => `${method} ${path}`
/** In small groups: the limits per token are part of the product. */
async function each(list: readonly Operation[], act: (operation: Operation) => Promise<string | undefined>) {
  const found: string[] = []
  for (let at = 0; at < list.length; at += 8)
    for (const line of await Promise.all(list.slice(at, at + 8).map(act))) if (line !== undefined) found.push(line)
  return found
}

describe('every route × every role', () => {
  test('the product declares its routes, and each permission is granted to somebody', () => {
    expect(operations.length).toBeGreaterThanOrEqual(80)
    const granted = new Set(['signed-in', ...Object.values(roles).flatMap(({ grants }) => grants)])
    const closed = operations.filter(({ permission }) => permission !== undefined && !granted.has(permission))
    expect(closed.map(named)).toEqual([])
  })

  test('without a sign-in every route that is not public answers 401', async () => {
    const guarded = operations.filter(({ permission }) => permission !== undefined)
    const wrong = await each(guarded, async (operation) => {
      const status = await call(operation, undefined)
      return status === 401 ? undefined : `${named(operation)} → ${status}`
    })
    expect(wrong).toEqual([])
  })

  test('only what contract.md names is public', () => {
    const open = operations.filter(({ permission }) => permission === undefined).map(({ path }) => path)
    expect(
      open.filter((path) => !/^\/(login|public\/|openapi\.json|asyncapi\.json)|^\/(healthz|readyz)$/.test(path)),
    ).toEqual([])
  })

  describe.each(Object.keys(roles))('%s', (role) => {
    const holds = (permission: string) =>
      permission === 'signed-in' || roles[role]?.grants.includes(permission) === true

    test('is refused with 403 wherever the table grants nothing', async () => {
      const closed = operations.filter(({ permission }) => permission !== undefined && !holds(permission))
      const wrong = await each(closed, async (operation) => {
        const status = await call(operation, tokenOf(role))
        return status === 403 ? undefined : `${named(operation)} → ${status}`
      })
      expect(wrong).toEqual([])
    })

    test('is let in wherever the table grants it, and no call breaks the server', async () => {
      const open = operations.filter(
        ({ permission, path }) => permission !== undefined && holds(permission) && !ENDS_THE_CALLER.test(path),
      )
      const wrong = await each(open, async (operation) => {
        const status = await call(operation, tokenOf(role))
        return status < 500 && status !== 401 && status !== 403 ? undefined : `${named(operation)} → ${status}`
      })
      expect(wrong).toEqual([])
    })
  })
})

describe('every route of one case × whose case it is', () => {
  const SEEN_BY_ALL = 'case-management'
  const ask = async (path: string, role: string) => {
    const answer = await fetch(`${demo.url}/api/v1${path}`, { headers: { authorization: `Bearer ${tokenOf(role)}` } })
    return { status: answer.status, text: await answer.text() }
  }
  const cases = async (role: string): Promise<{ id: string; department?: string | null }[]> => {
    const all = []
    for (let cursor = '', first = true; first || cursor !== ''; first = false) {
      const { status, text } = await ask(`/cases?limit=1000&state=unassigned,open,closed&cursor=${cursor}`, role)
      expect(status).toBe(200)
      const { items, cursor: next } = JSON.parse(text)
      all.push(...items)
      cursor = next ?? ''
    }
    return all
  }

  test.each(['prosecutor', 'department-head'])('%s: what is not in the own list opens nowhere', async (role) => {
    // The office's register is on its way through the collectors.
    await vi.waitUntil(async () => (await cases(SEEN_BY_ALL)).length > 0, { timeout: 30_000, interval: 250 })
    const all = await cases(SEEN_BY_ALL)
    const own = new Set((await cases(role)).map(({ id }) => id))
    expect(all.length).toBeGreaterThan(own.size)
    const ofOneCase = operations.filter(({ method, path }) => method === 'GET' && /^\/cases\/\{\w+\}/.test(path))
    expect(ofOneCase.length).toBeGreaterThan(0)
    const wrong: string[] = []
    for (const { id } of all.slice(0, 40))
      for (const { path } of ofOneCase) {
        const { status } = await ask(path.replace(/\{\w+\}/, encodeURIComponent(id)), role)
        const fits = own.has(id) ? status === 200 : status === 403 || status === 404
        if (!fits) wrong.push(`${path} of ${own.has(id) ? 'an own' : 'a foreign'} case → ${status}`)
      }
    expect(wrong).toEqual([])
  })
})
