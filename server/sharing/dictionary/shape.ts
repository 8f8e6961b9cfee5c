import { z } from 'zod'

export interface FieldShape {
  path: string
  /** The last name of the path. */
  field: string
  type: string
}
type Json = {
  type?: string | string[]
  format?: string
  enum?: unknown[]
  const?: unknown
  properties?: Record<string, Json>
  items?: Json
  additionalProperties?: Json | boolean
  anyOf?: Json[]
  oneOf?: Json[]
  allOf?: Json[]
  $ref?: string
  $defs?: Record<string, Json>
}

/** Every field of a zod schema with its path, parents before children; a field that several variants share stands once. */
export function shapeOf(schema: z.ZodType, io: 'input' | 'output'): FieldShape[] {
  const json = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json
  const found = new Map<string, FieldShape>()
  walk(json, '', json.$defs ?? {}, found, 0)
  return [...found.values()]
}

/** Schemas that contain themselves end here. */
const DEEPEST = 12

function walk(
  json: Json,
  path: string,
  defs: Record<string, Json>,
  found: Map<string, FieldShape>,
  depth: number,
): void {
  if (depth > DEEPEST) return
  const target = resolved(json, defs)
  for (const [field, inner] of Object.entries(target.properties ?? {})) {
    const at = path === '' ? field : `${path}.${field}`
    const type = typeName(inner, defs)
    const known = found.get(at)
    found.set(at, {
      path: at,
      field,
      type: known && !known.type.includes(type) ? `${known.type}或${type}` : (known?.type ?? type),
    })
    walk(inner, at, defs, found, depth + 1)
  }
  if (target.items) walk(target.items, `${path}[]`, defs, found, depth + 1)
  if (typeof target.additionalProperties === 'object')
    walk(target.additionalProperties, `${path}{}`, defs, found, depth + 1)
  for (const one of variants(target)) walk(one, path, defs, found, depth + 1)
}

const variants = (json: Json): Json[] => [...(json.anyOf ?? []), ...(json.oneOf ?? []), ...(json.allOf ?? [])]
const resolved = (json: Json, defs: Record<string, Json>): Json => defs[json.$ref?.split('/').at(-1) ?? ''] ?? json

const TYPES: Readonly<Record<string, string>> = {
  string: '文字',
  number: '数字',
  integer: '整数',
  boolean: '是否',
  array: '列表',
  object: '对象',
  null: '可为空',
}
const FORMATS: Readonly<Record<string, string>> = { date: '日期', 'date-time': '时刻', time: '时间', uri: '网址' }

function typeName(json: Json, defs: Record<string, Json>): string {
  const target = resolved(json, defs)
  const some = variants(target)
  if (some.length > 0) {
    const names = [...new Set(some.map((one) => typeName(one, defs)))]
    const values = names.filter((name) => name !== TYPES.null)
    return `${values.join('或')}${names.length > values.length ? '，可为空' : ''}`
  }
  if (target.enum) return `选项：${target.enum.map(String).slice(0, 24).join('、')}`
  if (target.const !== undefined) return `固定值 ${String(target.const)}`
  if (target.format && FORMATS[target.format]) return FORMATS[target.format] ?? '文字'
  const types = [target.type ?? []].flat()
  if (types.length === 1 && types[0] === 'null') return TYPES.null ?? ''
  const words = types.filter((one) => one !== 'null').map((one) => TYPES[one] ?? one)
  return `${words.join('或') || '任意'}${types.includes('null') ? '，可为空' : ''}`
}
