import { z } from 'zod'
import { CSRF_HEADER, SESSION_COOKIE } from './http/people.ts'
import { Problem } from './http/problem.ts'
import { API_ROOT, type RouteSpec } from './http/route.ts'
import { Readiness } from './http/system.ts'

type Json = Record<string, unknown>

/** OpenAPI 3.1 of the declared calls. `servers[0].url` is relative: the document holds behind any name. */
export function openapiDocument(specs: readonly RouteSpec[], info: { title: string; version: string }): Json {
  return {
    openapi: '3.1.0',
    info: { ...info, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }, { session: [], csrf: [] }],
    tags: [...new Set(specs.map(({ tag }) => tag)), 'probes'].map((name) => ({ name })),
    paths: { ...probePaths(), ...callPaths(specs) },
    components: {
      schemas: { Problem: schemaOf(Problem, 'output') },
      responses: {
        Problem: {
          description: '拒绝或出错（RFC 9457）：type 稳定，title 为中文说明',
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: '访问令牌' },
        session: { type: 'apiKey', in: 'cookie', name: SESSION_COOKIE },
        csrf: {
          type: 'apiKey',
          in: 'header',
          name: CSRF_HEADER,
          description: '会话写操作必带，取自 login 或 me 的 csrf',
        },
      },
    },
  }
}

/** JSON Schema 2020-12, the dialect of OpenAPI 3.1, without the repeated `$schema`. */
export function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json
  return rest
}

function callPaths(specs: readonly RouteSpec[]): Json {
  const paths: Record<string, Json> = {}
  for (const spec of specs) {
    const path = API_ROOT + spec.path
    paths[path] = { ...paths[path], [spec.method.toLowerCase()]: operation(spec) }
  }
  return paths
}

function operation(spec: RouteSpec): Json {
  const refusals = [...new Set(refusalStatuses(spec))].map((status) => [
    status,
    { $ref: '#/components/responses/Problem' },
  ])
  return {
    operationId: spec.id,
    summary: spec.summary,
    tags: [spec.tag],
    ...(spec.permission === 'public' ? { security: [] } : { 'x-permission': spec.permission }),
    parameters: [...parameters(spec.params, 'path'), ...parameters(spec.query, 'query')],
    ...(spec.consumes === 'none' ? {} : { requestBody: requestBody(spec) }),
    responses: {
      [spec.produces === 'none' && spec.status === 200 ? 204 : spec.status]: answer(spec),
      ...Object.fromEntries(refusals),
    },
  }
}

const isNothing = (schema: z.ZodType): boolean => schema instanceof z.ZodUndefined

function refusalStatuses(spec: RouteSpec): number[] {
  const statuses = spec.permission === 'public' ? [429] : [401, 403, 429]
  if (!isNothing(spec.params)) statuses.push(404)
  if (!isNothing(spec.query) || spec.consumes !== 'none') statuses.push(400)
  if (spec.consumes !== 'none') statuses.push(413)
  if (spec.consumes === 'json') statuses.push(415, 422)
  if (spec.id === 'login') statuses.push(401)
  if (spec.method !== 'GET') statuses.push(409)
  return statuses.sort((a, b) => a - b)
}

function parameters(schema: z.ZodType, where: 'path' | 'query'): Json[] {
  if (isNothing(schema)) return []
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as {
    properties?: Record<string, Json>
    required?: string[]
  }
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    schema: property,
  }))
}

function requestBody(spec: RouteSpec): Json {
  const schema = isNothing(spec.body) ? {} : schemaOf(spec.body, 'input')
  const type = spec.consumes === 'raw' && isNothing(spec.body) ? 'application/octet-stream' : 'application/json'
  return { required: true, content: { [type]: { schema } } }
}

function answer(spec: RouteSpec): Json {
  if (spec.produces === 'none') return { description: '完成，无内容' }
  if (spec.produces === 'json')
    return { description: '成功', content: { 'application/json': { schema: schemaOf(spec.answer, 'output') } } }
  const type = spec.produces === 'ndjson' ? 'application/x-ndjson' : 'application/octet-stream'
  return { description: '成功，流式输出', content: { [type]: { schema: { type: 'string' } } } }
}

function probePaths(): Json {
  const json = (schema: z.ZodType): Json => ({ 'application/json': { schema: schemaOf(schema, 'output') } })
  const get = (id: string, summary: string, responses: Json): Json => ({
    get: { operationId: id, summary, tags: ['probes'], security: [], responses },
  })
  return {
    '/healthz': get('healthz', '进程存活', {
      200: { description: '存活', content: json(z.object({ ok: z.boolean() })) },
    }),
    '/readyz': get('readyz', '各部分就绪', {
      200: { description: '就绪', content: json(Readiness) },
      503: { description: '有部分未就绪', content: json(Readiness) },
    }),
  }
}
