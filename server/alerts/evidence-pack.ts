import { Readable } from 'node:stream'
import type { Call, StoredEvent, StreamAnswer } from '../feature.ts'
import { linesPart, type PackPart, sealedZip, sha256Of, textPart } from '../records/pack.ts'
import type { AlertsContext } from './context.ts'
import { detailOf } from './detail.ts'
import { evidencePage } from './evidence-page.ts'
import { momentText } from './export.ts'
import { canonicalText } from './signals.ts'

/** One event of the pack. `text`: the canonical JSON whose SHA-256 was fixed when the event came. */
export interface PackedEvent {
  eventId: string
  label: string
  observedAt: number
  sha256: string | null
  text: string | null
  /** `whole`: the text is there and has that hash; `cut`: only its beginning was kept; `changed`: it has another hash. */
  check: 'whole' | 'cut' | 'changed' | 'none'
}

/** What lies outside the alerts and belongs into a pack; handed in by main.ts. */
export interface PackSources {
  /** Bodies of these events as they were accepted, verbatim. */
  rawOf(ids: readonly string[]): Promise<readonly { id: string; body: string }[]>
  /** The thing itself as the office has it registered: door, terminal, route; null = not registered. */
  objectRow(object: string): unknown
  /** Stored events of the same thing within these epoch ms, in order, at most `limit`. */
  around(object: string, from: number, to: number, limit: number): Promise<readonly StoredEvent[]>
  /** The newest entry of every chain. */
  heads(): Promise<readonly { chain: string; seq: number; hash: string }[]>
}

const AROUND_MS = 15 * 60_000
const AROUND_MOST = 1000

const README = `这是一条告警的证据包，不依赖本系统即可核对。

  sha256sum -c --strict SHA256SUMS      核对全部文件没有改动

index.html            说明页，可阅读、打印
alert.json            告警的现状、事实、规则编号与版本
rule.json             当时生效规则的全文
history.ndjson        过程，只增不改，逐行一步
painted.ndjson        哪块屏何时真正画出过它
evidence.ndjson       证据事件：固定时的 SHA-256、核对结果、规范化内容
events/N.raw.json     该事件入库时的原文，一字未改
events/N.decoded.json 规范化 JSON（键按字典序、无空白）；check 为 whole 的，其 SHA-256 即 evidence.ndjson 中同序号的 sha256
related.ndjson        同一门、终端或对象前后 15 分钟的事件
object.json           该门、终端或对象的登记资料
chain-heads.json      导出时各链链头：之前的记录若有改动，与此不符
manifest.json         导出人、时间与文件清单
`

/**
 * An alert with its history and evidence as one zip that needs no program of ours: a page to read, files for machines,
 * and the SHA-256 of each. The whole events go only to who may read events.
 */
export async function evidencePack(
  context: AlertsContext,
  { params, person, now, ip }: Pick<Call<{ id: string }, unknown, unknown>, 'params' | 'person' | 'now' | 'ip'>,
): Promise<StreamAnswer> {
  const detail = await detailOf(context, params.id, now)
  const whole = person.permissions.has('events.read')
  const ids = detail.evidence.map(({ eventId }) => eventId)
  const kept = whole ? ((await context.eventsOf?.(ids)) ?? []) : []
  const events = detail.evidence.map((one) =>
    pack(
      one,
      kept.find(({ id }) => id === one.eventId),
    ),
  )
  const { history, evidence: _, painted, ...alert } = detail
  const about = {
    unit: context.unit ?? '',
    demo: context.demo || detail.demo,
    by: `${person.post || person.name}（${person.username}）`,
    at: momentText(now) ?? '',
    whole,
  }
  const rule = context.index.byId.get(detail.rule.id)
  const parts: PackPart[] = [
    textPart('README.txt', README),
    textPart('index.html', evidencePage(detail, events, about)),
    json('alert.json', alert),
    json('rule.json', { version: detail.rule.version, legalBasis: detail.rule.legalBasis, rule: rule ?? null }),
    linesPart('history.ndjson', history),
    linesPart('painted.ndjson', painted),
    linesPart('evidence.ndjson', events),
    ...(whole ? await eventParts(context, events) : []),
    ...(await surroundings(context, detail, whole)),
  ]
  const manifest = {
    alert: detail.id,
    ...about,
    caption: '数据用于分析研判，不作考核排名',
    hash: 'sha256 为规范化 JSON（键按字典序、无空白）的 UTF-8 字节的 SHA-256；evidence.ndjson 中 text 即该 JSON',
    files: parts.map(({ path, bytes }) => ({ name: path, bytes: bytes.length, sha256: sha256Of(bytes) })),
  }
  const last = json('manifest.json', manifest)
  await context.records.write(async ({ tx, now: at }) =>
    context.audit?.record(tx, at, {
      kind: 'alert.evidence-exported',
      actor: person.username,
      ip,
      object: detail.id,
      detail: { events: events.length, whole, manifest: sha256Of(last.bytes) },
    }),
  )
  return {
    stream: Readable.from([await sealedZip([...parts, last])]),
    contentType: 'application/zip',
    filename: `证据包-${detail.id}.zip`,
  }
}

function pack(
  one: { eventId: string; label: string; observedAt: number; sha256: string | null; excerpt: string | null },
  event: StoredEvent | undefined,
): PackedEvent {
  const text = event ? canonicalText(event) : one.excerpt
  return {
    eventId: one.eventId,
    label: one.label,
    observedAt: one.observedAt,
    sha256: one.sha256,
    text,
    check: text === null ? 'none' : sha256Of(text) === one.sha256 ? 'whole' : event ? 'changed' : 'cut',
  }
}

const json = (path: string, value: unknown): PackPart => textPart(path, `${JSON.stringify(value, null, 2)}\n`)

/** Each event twice: as it came, and as it was understood. */
async function eventParts({ packSources }: AlertsContext, events: readonly PackedEvent[]): Promise<PackPart[]> {
  const raw = new Map(
    ((await packSources?.rawOf(events.map(({ eventId }) => eventId))) ?? []).map(({ id, body }) => [id, body]),
  )
  return events.flatMap(({ eventId, text }, at) => {
    const name = `events/${String(at + 1).padStart(4, '0')}`
    const body = raw.get(eventId)
    return [
      ...(body === undefined ? [] : [textPart(`${name}.raw.json`, body)]),
      ...(text === null ? [] : [textPart(`${name}.decoded.json`, text)]),
    ]
  })
}

async function surroundings(
  { packSources }: AlertsContext,
  { object, firstAt, lastAt }: { object: string | null; firstAt: number; lastAt: number },
  whole: boolean,
): Promise<PackPart[]> {
  if (!packSources) return []
  const near =
    whole && object !== null
      ? await packSources.around(object, firstAt - AROUND_MS, lastAt + AROUND_MS, AROUND_MOST)
      : []
  return [
    linesPart('related.ndjson', near),
    json('object.json', object === null ? null : { object, row: packSources.objectRow(object) ?? null }),
    json('chain-heads.json', await packSources.heads()),
  ]
}
