import type { FormField, FormLeaf } from '../../../contract/http/source-wizard.ts'

/** Values of the form as sources.yaml would have them. */
export type Values = Record<string, unknown>

export const isValues = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** An entry of a list that was just added: what holds without saying so is left out. */
export const blankOf = (fields: readonly FormLeaf[]): Values =>
  Object.fromEntries(fields.filter(({ required }) => required).map(({ key, type }) => [key, blank(type)]))

const blank = (type: FormLeaf['type']): unknown =>
  type === 'secret' ? { file: '' } : type === 'texts' ? [] : type === 'number' ? undefined : ''

/** Without what was left empty: the schema's own defaults hold there. */
export const filled = (values: Values): Values =>
  Object.fromEntries(Object.entries(values).flatMap(([key, value]) => (isEmpty(value) ? [] : [[key, deep(value)]])))

const deep = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(deep) : isValues(value) ? filled(value) : value
const isEmpty = (value: unknown): boolean => value === undefined || value === null || value === ''

/** Labels of required inputs that are still empty. */
export function missing(fields: readonly (FormField | FormLeaf)[], values: Values): string[] {
  return fields.flatMap((field) => {
    const value = values[field.key]
    const inner = 'fields' in field ? field.fields : []
    if (field.type === 'rows' && Array.isArray(value))
      return value.length === 0 && field.required
        ? [field.label]
        : value.flatMap((one) => missing(inner, isValues(one) ? one : {}))
    if (field.type === 'group' && isValues(value)) return missing(inner, value)
    if (field.type === 'secret' && isValues(value) && Object.values(value).every(isEmpty))
      return field.required ? [field.label] : []
    return field.required && isEmpty(value) ? [field.label] : []
  })
}

export const linesOf = (value: unknown): string => (Array.isArray(value) ? value.join('\n') : '')
export const textsOf = (text: string): string[] =>
  text
    .split('\n')
    .map((one) => one.trim())
    .filter((one) => one !== '')

export const pairLines = (value: unknown): string =>
  isValues(value)
    ? Object.entries(value)
        .map(([key, one]) => `${key}=${one}`)
        .join('\n')
    : ''
export const pairsOf = (text: string): Values =>
  Object.fromEntries(
    textsOf(text).map((line) => {
      const at = line.indexOf('=')
      return at < 0 ? [line, ''] : [line.slice(0, at).trim(), line.slice(at + 1).trim()]
    }),
  )

/** Undefined: no whole JSON object yet. */
export function objectOf(text: string): Values | undefined {
  try {
    const value: unknown = JSON.parse(text === '' ? '{}' : text)
    return isValues(value) ? value : undefined
  } catch {
    return undefined
  }
}
