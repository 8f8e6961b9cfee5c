import { z } from 'zod'
import { SourceConfig } from '../../config/schema.ts'
import type { FormField, FormLeaf } from '../../contract/http/source-wizard.ts'
import { choiceWord, fieldWord } from './field-words.ts'

/** What of JSON Schema the configuration uses. */
interface Shape {
  type?: string
  const?: string | number
  enum?: (string | number)[]
  default?: unknown
  minimum?: number
  exclusiveMinimum?: number
  maximum?: number
  properties?: Record<string, Shape>
  required?: string[]
  items?: Shape
  anyOf?: Shape[]
  additionalProperties?: boolean | Shape
}

/** Asked for elsewhere in the form, or nothing for a new source to say. */
const ELSEWHERE = new Set(['id', 'name', 'kind', 'profile', 'domain', 'enabled', 'demo'])

const shapes = new Map(
  SourceConfig.options.map((option) => {
    const shape = z.toJSONSchema(option, { io: 'input', unrepresentable: 'any' }) as Shape
    return [String(shape.properties?.kind?.const), shape] as const
  }),
)

/** The inputs that a source of that kind has, in the order of its schema, required ones first. Pure. */
export function formOf(kind: string): FormField[] {
  const fields = fieldsOf(shapes.get(kind) ?? {}).filter(({ key }) => !ELSEWHERE.has(key))
  return fields.sort((a, b) => Number(b.required) - Number(a.required))
}

export const KIND_NAMES: readonly string[] = [...shapes.keys()]

const fieldsOf = ({ properties = {}, required = [] }: Shape): FormField[] =>
  Object.entries(properties).map(([key, shape]) => fieldOf(key, shape, required.includes(key)))

function fieldOf(key: string, shape: Shape, required: boolean): FormField {
  const inner = shape.type === 'array' ? shape.items : shape
  const nested = inner?.type === 'object' && inner.properties ? inner : undefined
  if (!nested) return { ...leafOf(key, shape, required), fields: [] }
  const type = shape.type === 'array' ? 'rows' : 'group'
  return { ...leafOf(key, shape, required), type, fields: fieldsOf(nested) as FormLeaf[] }
}

const leafOf = (key: string, shape: Shape, required: boolean): FormLeaf => ({
  key,
  label: fieldWord(key),
  type: typeOf(shape),
  required,
  fallback: shape.default ?? null,
  min: shape.minimum ?? shape.exclusiveMinimum ?? null,
  max: shape.maximum ?? null,
  choices: choicesOf(shape).map((value) => ({ value, word: choiceWord(value) })),
})

function typeOf(shape: Shape): FormLeaf['type'] {
  if (isSecret(shape)) return 'secret'
  if (choicesOf(shape).length > 0) return 'choice'
  if (shape.type === 'number' || shape.type === 'integer') return 'number'
  if (shape.type === 'boolean') return 'switch'
  if (shape.type === 'array') return 'texts'
  if (shape.type !== 'object') return 'text'
  return typeof shape.additionalProperties === 'object' && shape.additionalProperties.type === 'string'
    ? 'pairs'
    : 'free'
}

const choicesOf = ({ enum: some, anyOf = [] }: Shape): (string | number)[] =>
  some ?? anyOf.flatMap((one) => (one.const === undefined ? [] : [one.const]))

const isSecret = ({ anyOf = [] }: Shape): boolean => anyOf.some(({ properties }) => properties?.env !== undefined)
