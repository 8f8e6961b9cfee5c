import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { Call, StoredEvent, StreamAnswer } from '../feature.ts'
import type { AlertsContext } from './context.ts'
import { detailOf } from './detail.ts'
import { evidencePage } from './evidence-page.ts'
import { momentText } from './export.ts'
import { canonicalText, sha256Of } from './signals.ts'

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
  const kept = whole ? ((await context.eventsOf?.(detail.evidence.map(({ eventId }) => eventId))) ?? []) : []
  const events = detail.evidence.map((one) =>
    pack(
      one,
      kept.find(({ id }) => id === one.eventId),
    ),
  )
  const { history, evidence: _, ...alert } = detail
  const about = {
    unit: context.unit ?? '',
    demo: context.demo || detail.demo,
    by: `${person.post || person.name}（${person.username}）`,
    at: momentText(now) ?? '',
    whole,
  }
  const files: [name: string, text: string][] = [
    ['说明.html', evidencePage(detail, events, about)],
    ['alert.json', `${JSON.stringify(alert, null, 2)}\n`],
    ['history.ndjson', lines(history)],
    ['evidence.ndjson', lines(events)],
  ]
  const manifest = {
    alert: detail.id,
    ...about,
    caption: '数据用于分析研判，不作考核排名',
    hash: 'sha256 为规范化 JSON（键按字典序、无空白）的 UTF-8 字节的 SHA-256；evidence.ndjson 中 text 即该 JSON',
    files: files.map(([name, text]) => ({ name, bytes: Buffer.byteLength(text), sha256: hash(text) })),
  }
  files.push(['manifest.json', `${JSON.stringify(manifest, null, 2)}\n`])
  await context.records.write(async ({ tx, now: at }) =>
    context.audit?.record(tx, at, {
      kind: 'alert.evidence-exported',
      actor: person.username,
      ip,
      object: detail.id,
      detail: { events: events.length, whole, manifest: hash(files.at(-1)?.[1] ?? '') },
    }),
  )
  return { stream: await zipped(files), contentType: 'application/zip', filename: `证据包-${detail.id}.zip` }
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

const lines = (items: readonly unknown[]): string => items.map((item) => `${JSON.stringify(item)}\n`).join('')
const hash = (text: string): string => createHash('sha256').update(text).digest('hex')

async function zipped(files: readonly (readonly [string, string])[]): Promise<Readable> {
  const { ZipFile } = await import('yazl')
  const zip = new ZipFile()
  for (const [name, text] of files)
    zip.addBuffer(Buffer.from(text), name, { mtime: new Date(Date.UTC(1980, 0, 1, 12)) })
  zip.end()
  return zip.outputStream as Readable
}
