import { Parser } from '@asyncapi/parser'
import { describe, expect, test } from 'vitest'
import { asyncapiDocument } from '../../contract/asyncapi.ts'
import * as figures from '../../contract/http/figures.ts'
import * as people from '../../contract/http/people.ts'
import type { RouteSpec } from '../../contract/http/route.ts'
import * as system from '../../contract/http/system.ts'
import { openapiDocument } from '../../contract/openapi.ts'

const isSpec = (value: unknown): value is RouteSpec =>
  typeof value === 'object' && value !== null && 'permission' in value
const specs = [people, figures, system].flatMap((module) => Object.values(module).filter(isSpec))
const info = { title: '三零智慧指挥中心', version: '0' }

type Json = Record<string, unknown>
const openapi = openapiDocument(specs, info) as Json & { paths: Record<string, Record<string, Json>> }

function references(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' && typeof inner === 'string' ? [inner] : references(inner),
  )
}
const resolve = (document: unknown, ref: string): unknown =>
  ref
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>((at, key) => (at as Json | undefined)?.[key.replaceAll('~1', '/')], document)

describe('OpenAPI', () => {
  test('has every declared call once, and a relative server', () => {
    const operations = Object.values(openapi.paths).flatMap((path) => Object.values(path))
    const ids = operations.map((operation) => operation.operationId)
    expect(new Set(ids).size).toBe(ids.length)
    for (const spec of specs) expect(ids).toContain(spec.id)
    expect(openapi.servers).toEqual([{ url: '/' }])
    expect(Object.keys(openapi.paths)).not.toContain('/metrics')
  })
  test('every reference leads somewhere, every path parameter is declared', () => {
    for (const ref of references(openapi)) expect([ref, resolve(openapi, ref)]).not.toEqual([ref, undefined])
    for (const [path, methods] of Object.entries(openapi.paths))
      for (const operation of Object.values(methods)) {
        const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
        const declared = ((operation.parameters ?? []) as Json[])
          .filter((parameter) => parameter.in === 'path')
          .map((parameter) => parameter.name)
        expect([path, declared]).toEqual([path, named])
      }
  })
  test('public calls say so, all others need a token or a session with CSRF', () => {
    for (const spec of specs) {
      const operation = openapi.paths[`/api/v1${spec.path}`]?.[spec.method.toLowerCase()]
      expect([spec.id, operation?.security]).toEqual([spec.id, spec.permission === 'public' ? [] : undefined])
    }
    expect(openapi.security).toEqual([{ bearer: [] }, { session: [], csrf: [] }])
  })
})

test('AsyncAPI passes its own parser without complaint', async () => {
  const document = asyncapiDocument(info, { mqtt: '127.0.0.1:1883', http: '127.0.0.1:8080' })
  const { document: parsed, diagnostics } = await new Parser().parse(JSON.stringify(document))
  expect(diagnostics.filter(({ severity }) => severity <= 1)).toEqual([])
  const channels = parsed?.channels().all() ?? []
  expect(channels.map((channel) => channel.id())).toEqual(
    expect.arrayContaining(['events', 'receipts', 'status', 'health', 'snapshot', 'delta', 'alert', 'painted']),
  )
})
