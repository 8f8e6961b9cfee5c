import type { Selection } from '../port.ts'
import { SCHEMA } from '../schema.ts'

/** A query whose values travel as bind parameters: the client's string escaping can be broken out of (5.12). */
export interface InfluxQl {
  text: string
  placeholders: Record<string, string>
}

const OFFSET = '-8h'

/** Identifiers cannot be bound, so only declared ones are let through. @throws Error */
function identifier(name: string, allowed: readonly string[]): string {
  if (!allowed.includes(name)) throw new Error(`指标查询里有未声明的名称：${name}`)
  return `"${name}"`
}

function moment(ms: number): string {
  if (!Number.isSafeInteger(ms)) throw new Error(`指标查询的时间无效：${ms}`)
  return `${ms}ms`
}

export function influxQl(selection: Selection): InfluxQl {
  const schema = SCHEMA[selection.measurement]
  if (!schema) throw new Error(`没有这个指标：${selection.measurement}`)
  const fields = Object.keys(schema.fields)
  const columns = selection.columns.map(
    ({ field, aggregate }, index) => `${aggregate}(${identifier(field, fields)}) AS "c${index}"`,
  )
  const placeholders: Record<string, string> = {}
  const conditions = Object.entries(selection.where).map(([tag, values]) => {
    const name = identifier(tag, schema.tags)
    const parts = values.map((value) => {
      const parameter = `p${Object.keys(placeholders).length}`
      placeholders[parameter] = value
      return `${name} = $${parameter}`
    })
    return `(${parts.join(' OR ')})`
  })
  const time = [`time >= ${moment(selection.from)}`, `time < ${moment(selection.to)}`]
  const by = selection.by.map((tag) => identifier(tag, schema.tags))
  const groups = selection.width === null ? by : [`time(${moment(selection.width)}, ${OFFSET})`, ...by]
  const grouping = groups.length > 0 ? ` GROUP BY ${groups.join(', ')}` : ''
  const fill = selection.width === null ? '' : ' fill(none)'
  const from = `"${selection.keep}"."${selection.measurement}"`
  const text = `SELECT ${columns.join(', ')} FROM ${from} WHERE ${[...time, ...conditions].join(' AND ')}${grouping}${fill}`
  return { text, placeholders }
}
