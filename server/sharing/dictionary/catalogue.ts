import type { z } from 'zod'
import type { Permissions } from '../../../config/schema.ts'
import { EVENT_TYPES } from '../../../contract/catalogue.ts'
import { DOMAIN_WORDS } from '../../../contract/domains.ts'
import { CollectorHealth, CollectorStatus, Envelope, Receipt } from '../../../contract/envelope.ts'
import type { RouteSpec } from '../../../contract/http/route.ts'
import {
  DICTIONARY_KIND_NAMES,
  type DictionaryItem,
  type DictionaryKind,
} from '../../../contract/http/sharing-dictionary.ts'
import { MEASUREMENTS } from '../../../contract/measurements.ts'
import { PANELS } from '../../../contract/panels/index.ts'
import { nameOf, unitOf } from './names.ts'
import { type FieldShape, shapeOf } from './shape.ts'

/** A table of the records store as the database itself describes it. */
export interface Table {
  name: string
  columns: readonly { name: string; dataType: string; isNullable: boolean }[]
}
export interface CatalogueInput {
  specs: readonly RouteSpec[]
  /** Panels that this server runs, with the word that each asks for. */
  panels: readonly { name: string; permission: string }[]
  tables: readonly Table[]
  permissions: Pick<Permissions, 'roles'>
}

/** Every field that the product takes in, keeps, shows or gives away. Nothing here is typed a second time. */
export function catalogue(input: CatalogueInput): DictionaryItem[] {
  const sees = seenBy(input.permissions)
  return [
    ...input.specs.flatMap((spec) => httpRows(spec, sees)),
    ...input.panels.flatMap(({ name, permission }) => panelRows(name, sees(permission))),
    ...messageRows(),
    ...eventRows(sees('events.read')),
    ...trendRows(sees('figures.read')),
    ...input.tables.flatMap(tableRows),
  ]
}

const seenBy =
  ({ roles }: Pick<Permissions, 'roles'>) =>
  (permission: string): string[] => {
    if (permission === 'public') return ['任何人（公开）']
    if (permission === 'signed-in') return ['全部已登录人员']
    return Object.values(roles)
      .filter(({ grants }) => grants.includes(permission))
      .map(({ name }) => name)
  }

interface Group {
  kind: DictionaryKind
  group: string
  groupName: string
  source: string
  sees: string[]
}
const row = (of: Group, { path, field, type }: FieldShape): DictionaryItem => ({
  ...of,
  kindName: DICTIONARY_KIND_NAMES[of.kind],
  field: path,
  name: nameOf(field) ?? field,
  named: nameOf(field) !== null,
  type,
  unit: unitOf(field, type),
})

function httpRows(spec: RouteSpec, sees: (permission: string) => string[]): DictionaryItem[] {
  const [groupName = spec.id] = spec.summary.split(/[：；。]/)
  const of = { kind: 'http' as const, group: spec.id, groupName, sees: sees(spec.permission) }
  const called = `${spec.method} /api/v1${spec.path}`
  const part = (schema: z.ZodType, io: 'input' | 'output', source: string, prefix: string) =>
    shapeOf(schema, io).map((shape) => row({ ...of, source }, { ...shape, path: `${prefix}${shape.path}` }))
  return [
    ...part(spec.params, 'input', `${called} 路径参数`, '路径 '),
    ...part(spec.query, 'input', `${called} 查询参数`, '查询 '),
    ...(spec.consumes === 'json' ? part(spec.body, 'input', `${called} 提交`, '提交 ') : []),
    ...part(spec.answer, 'output', `${called} 答复`, ''),
  ]
}

const PANEL_SCHEMAS: Readonly<Record<string, z.ZodType>> = PANELS
function panelRows(name: string, sees: string[]): DictionaryItem[] {
  const schema = PANEL_SCHEMAS[name]
  const of: Group = { kind: 'panel', group: name, groupName: `大屏面板 ${name}`, source: '服务器按台账计算', sees }
  return schema ? shapeOf(schema, 'output').map((shape) => row(of, shape)) : []
}

const MESSAGES = { envelope: Envelope, receipt: Receipt, status: CollectorStatus, health: CollectorHealth } as const
const MESSAGE_NAMES = { envelope: '事件信封', receipt: '接收回执', status: '采集器状态', health: '采集器健康' } as const
function messageRows(): DictionaryItem[] {
  return Object.entries(MESSAGES).flatMap(([name, schema]) => {
    const groupName = MESSAGE_NAMES[name as keyof typeof MESSAGE_NAMES]
    const of: Group = { kind: 'message', group: name, groupName, source: 'MQTT 采集报文', sees: ['采集器与服务器之间'] }
    return shapeOf(schema, 'input').map((shape) => row(of, shape))
  })
}

/** Event types are values of `type`: each is a thing that is collected, with its name, domain and usual severity. */
const eventRows = (sees: string[]): DictionaryItem[] =>
  Object.entries(EVENT_TYPES).map(([type, { label, domain, family }]) => ({
    kind: 'event',
    kindName: DICTIONARY_KIND_NAMES.event,
    group: family,
    groupName: domain ? `${DOMAIN_WORDS[domain]}事件` : '采集器自身事件',
    field: type,
    name: label,
    named: true,
    type: '事件',
    unit: null,
    source: domain ? DOMAIN_WORDS[domain] : '各采集器',
    sees,
  }))

const KINDS = { integer: '整数', float: '数字', string: '文字', boolean: '是否' } as const
const trendRows = (sees: string[]): DictionaryItem[] =>
  Object.entries(MEASUREMENTS).flatMap(([group, { tags, fields }]) => {
    const of: Group = { kind: 'trend', group, groupName: `趋势 ${group}`, source: '服务器写入趋势库', sees }
    return [
      ...tags.map((tag) => row(of, { path: tag, field: tag, type: '标签' })),
      ...Object.entries(fields).map(([field, kind]) => row(of, { path: field, field, type: KINDS[kind] })),
    ]
  })

function tableRows({ name, columns }: Table): DictionaryItem[] {
  const of: Group = {
    kind: 'store',
    group: name,
    groupName: `台账 ${name}`,
    source: '台账库',
    sees: ['只经接口按权限查看'],
  }
  return columns.map((column) => row(of, { path: column.name, field: column.name, type: columnType(column) }))
}

function columnType({ dataType, isNullable }: Table['columns'][number]): string {
  const kind = dataType.toLowerCase()
  const word = /int/.test(kind) ? '整数' : /real|float|double|numeric/.test(kind) ? '数字' : '文字'
  return isNullable ? `${word}，可为空` : word
}
