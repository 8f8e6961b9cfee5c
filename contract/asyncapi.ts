import { z } from 'zod'
import { Batch, CollectorHealth, CollectorStatus, Envelope, Receipt } from './envelope.ts'
import { Delta, Hello, MaskAsk, Painted, Pulse, Snapshot } from './live.ts'
import { AlertItem } from './panels/alerts.ts'
import { PANELS } from './panels/index.ts'
import { FramesAsk, PastAsk } from './past.ts'
import { TOPIC_LEVEL } from './topics.ts'

type Json = Record<string, unknown>

const DRAFT_07 = 'application/schema+json;version=draft-07'
/** The parser checks payloads as draft-07 (its default), so they are written in it. */
const payload = (schema: z.ZodType): Json => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-07',
    unrepresentable: 'any',
  }) as Json
  return rest
}

interface Declared {
  address: string
  summary: string
  /** Message name → schema. */
  messages: Readonly<Record<string, z.ZodType>>
  /** From the server's side. */
  action: 'send' | 'receive'
  mqtt?: { qos: 0 | 1; retain: boolean }
  parameters?: readonly string[]
  server: 'mqtt' | 'live'
}

const collector = ['site', 'domain', 'collector'] as const
const CHANNELS: Readonly<Record<string, Declared>> = {
  events: {
    address: 'jc/v1/{site}/{domain}/{collector}/evt/{name}',
    summary: '采集器上报事件：单条信封或批（≤ 200 条、≤ 64 KiB，可混合类型）',
    messages: { envelope: Envelope, batch: Batch },
    action: 'receive',
    mqtt: { qos: 1, retain: false },
    parameters: [...collector, 'name'],
    server: 'mqtt',
  },
  health: {
    address: 'jc/v1/{site}/{domain}/{collector}/met/collector_health',
    summary: '采集器健康状况，每 10 秒',
    messages: { health: CollectorHealth },
    action: 'receive',
    mqtt: { qos: 0, retain: false },
    parameters: collector,
    server: 'mqtt',
  },
  status: {
    address: 'jc/v1/{site}/{domain}/{collector}/status',
    summary: '采集器在线状态；离线由遗嘱发布',
    messages: { status: CollectorStatus },
    action: 'receive',
    mqtt: { qos: 1, retain: true },
    parameters: collector,
    server: 'mqtt',
  },
  receipts: {
    address: 'jc/v1/{site}/_receipt/{collector}',
    summary: '服务器回执：ids 中的事件已落盘；rejected 已进隔离区',
    messages: { receipt: Receipt },
    action: 'send',
    mqtt: { qos: 1, retain: false },
    parameters: ['site', 'collector'],
    server: 'mqtt',
  },
  hello: live('连接后的第一条：服务器时间与可见面板', { hello: Hello }, 'send'),
  snapshot: live('全部面板的当前状态', { snapshot: Snapshot }, 'send'),
  delta: live('一个面板的新状态，整体替换；prevRev 不符时应 resync；显示后确认', { delta: Delta }, 'send'),
  alert: live('告警产生或变化，先于面板增量；按 id 与 version 幂等', { alert: AlertItem }, 'send'),
  pulse: live('每 5 秒一次心跳', { pulse: Pulse }, 'send'),
  restart: live('服务器即将重启，请在随机时间后重连', { restart: z.object({ retryMs: z.int() }) }, 'send'),
  revoked: live('登录失效或权限变化，连接随即断开', { revoked: z.object({ reason: z.string() }) }, 'send'),
  resync: live('请求完整快照；以确认返回 snapshot', { resync: z.object({}) }, 'receive'),
  past: live('过去某一时刻的整屏（定格）；以确认返回', { past: PastAsk }, 'receive'),
  frames: live('过去一段时间内各面板的变化（回放）；以确认返回', { frames: FramesAsk }, 'receive'),
  painted: live('告警已显示在屏幕上', { painted: Painted }, 'receive'),
  mask: live('大屏遮盖或显示姓名，只在 /wall；以确认返回是否已留痕', { mask: MaskAsk }, 'receive'),
}

function live(summary: string, messages: Declared['messages'], action: Declared['action']): Declared {
  return { address: '', summary, messages, action, server: 'live' }
}

/** AsyncAPI 3.0: MQTT of the collectors and the live channels of wall and desk. */
export function asyncapiDocument(
  info: { title: string; version: string },
  hosts: { mqtt: string; http: string },
): Json {
  return {
    asyncapi: '3.0.0',
    info: { ...info, license: { name: 'Apache-2.0' } },
    defaultContentType: 'application/json',
    servers: {
      mqtt: {
        host: hosts.mqtt,
        protocol: 'mqtt',
        protocolVersion: '3.1.1',
        description: '用户名与客户端标识均为采集器 id',
        security: [{ $ref: '#/components/securitySchemes/collector' }],
        bindings: { mqtt: { cleanSession: false } },
      },
      live: {
        host: hosts.http,
        protocol: 'ws',
        pathname: '/socket.io',
        description: 'Socket.IO 4，命名空间 /wall（大屏密钥或会话）与 /desk（会话或令牌）；事件名即通道名',
      },
    },
    channels: Object.fromEntries(Object.entries(CHANNELS).map(([id, declared]) => [id, channel(id, declared)])),
    operations: Object.fromEntries(
      Object.entries(CHANNELS).map(([id, declared]) => [`${declared.action}-${id}`, operation(id, declared)]),
    ),
    components: {
      schemas: Object.fromEntries(Object.entries(PANELS).map(([name, schema]) => [`panel-${name}`, payload(schema)])),
      securitySchemes: { collector: { type: 'userPassword' } },
    },
  }
}

const channel = (id: string, { address, summary, messages, parameters, server }: Declared): Json => ({
  address: server === 'live' ? `{namespace}/${id}` : address,
  summary,
  servers: [{ $ref: `#/servers/${server}` }],
  parameters:
    server === 'live'
      ? { namespace: { description: '命名空间', enum: ['wall', 'desk'] } }
      : Object.fromEntries((parameters ?? []).map((name) => [name, { description: `主题级，${TOPIC_LEVEL.source}` }])),
  messages: Object.fromEntries(
    Object.entries(messages).map(([name, schema]) => [
      name,
      { name, contentType: 'application/json', payload: { schemaFormat: DRAFT_07, schema: payload(schema) } },
    ]),
  ),
})

const operation = (id: string, { action, mqtt, messages }: Declared): Json => ({
  action,
  channel: { $ref: `#/channels/${id}` },
  messages: Object.keys(messages).map((name) => ({ $ref: `#/channels/${id}/messages/${name}` })),
  ...(mqtt ? { bindings: { mqtt: { qos: mqtt.qos, retain: mqtt.retain } } } : {}),
})
