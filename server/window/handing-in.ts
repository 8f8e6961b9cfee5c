import { officeDate } from '../../config/zone.ts'
import { APPOINTMENT_KIND_NAMES, FILING_KIND_NAMES, type Receipt, windowRoutes } from '../../contract/http/window.ts'
import { type BoundRoute, bind, type TaskSpec } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import { CODE_BYTES, codeOf, keyed, RECEIPT_BYTES, receiptOf, tidy } from './codes.ts'
import { dueOf, PUBLIC_ACTOR, type WindowDeps } from './context.ts'
import { claimFiles, takeFile } from './files.ts'
import { Door, type Rates } from './locks.ts'
import { insertAppointment, insertFiling } from './repository.ts'
import type { Vault } from './vault.ts'

/** What people outside hand in. Receipt and code are told once; the code is kept as a hash only. */
export function handingInRoutes(deps: WindowDeps, vault: Vault, rates: Rates): BoundRoute[] {
  const { config, records, audit } = deps
  const { deadlines, role } = config.window
  const door = new Door()
  return [
    {
      ...bind(windowRoutes.upload, async ({ query, body, now }) =>
        takeFile(deps, vault, query.name, body as unknown as Uint8Array, now),
      ),
      admit(ip, now) {
        rates.take('upload', ip, now)
        return door.enter(ip)
      },
    },
    bind(windowRoutes.file, async ({ body, ip, now }) => {
      rates.take('file', ip, now)
      const contact = body.anonymous ? undefined : body.contact
      if (!body.anonymous && !contact) throw new Refusal('bad-input', '请填写姓名与电话，或选择匿名')
      const made = makeReceipt(deps, now)
      const { due, basis } = dueOf(deps, deadlines.filing, now)
      const id = deps.newId()
      await records.write(async (turn) => {
        await insertFiling(turn.tx, {
          id,
          receipt: made.receipt,
          code_hash: made.hash,
          kind: body.kind,
          title: body.title,
          demand: body.demand,
          object: body.object ?? null,
          case_no: body.caseNo ?? null,
          anonymous: body.anonymous ? 1 : 0,
          contact_name: contact?.name ?? null,
          contact_phone: contact?.phone ?? null,
          state: 'received',
          received_ms: now,
          due,
          basis,
          matter_id: null,
          matter_no: null,
          late: 0,
          rev: 1,
        })
        await claimFiles(turn.tx, deps, id, body.files)
        const what = FILING_KIND_NAMES[body.kind]
        await deps.tasks.open(turn, [
          task(
            role,
            filingTask(id),
            `窗口收到${what}，待程序回复`,
            `回执 ${made.receipt}`,
            due,
            `/window/filings/${id}`,
          ),
        ])
        // Whoever chose to be nobody leaves no address.
        const from = body.anonymous ? '' : ip
        const detail = { kind: body.kind, files: body.files.length, anonymous: body.anonymous }
        await audit.record(turn.tx, now, { kind: 'window.filed', actor: PUBLIC_ACTOR, ip: from, object: id, detail })
      })
      return told(made, now, due, basis)
    }),
    bind(windowRoutes.book, async ({ body, ip, now }) => {
      rates.take('file', ip, now)
      const today = officeDate(now)
      if (body.wanted.some((day) => day < today)) throw new Refusal('bad-input', '期望日期不能早于今天')
      const made = makeReceipt(deps, now)
      const { due, basis } = dueOf(deps, deadlines.appointment[body.kind], now)
      const id = deps.newId()
      await records.write(async (turn) => {
        await insertAppointment(turn.tx, {
          id,
          receipt: made.receipt,
          code_hash: made.hash,
          kind: body.kind,
          lawyer: body.lawyer,
          licence: body.licence,
          firm: body.firm,
          phone: body.phone,
          case_no: body.caseNo,
          client: body.client,
          wanted: JSON.stringify(body.wanted),
          note: body.note ?? null,
          state: 'received',
          received_ms: now,
          due,
          basis,
          notice: null,
          late: 0,
          rev: 1,
        })
        await claimFiles(turn.tx, deps, id, body.files)
        const what = APPOINTMENT_KIND_NAMES[body.kind]
        await deps.tasks.open(turn, [
          task(
            role,
            appointmentTask(id),
            `律师预约${what}，待安排`,
            `回执 ${made.receipt}`,
            due,
            `/window/appointments/${id}`,
          ),
        ])
        const detail = { kind: body.kind, files: body.files.length }
        await audit.record(turn.tx, now, { kind: 'window.booked', actor: PUBLIC_ACTOR, ip, object: id, detail })
      })
      return told(made, now, due, basis)
    }),
  ]
}

interface Made {
  receipt: string
  code: string
  hash: string
}
function makeReceipt({ siteKey, randomBytes }: WindowDeps, now: number): Made {
  const code = codeOf(randomBytes(CODE_BYTES))
  return {
    receipt: receiptOf(officeDate(now), randomBytes(RECEIPT_BYTES)),
    code,
    hash: keyed(siteKey, 'receipt', tidy(code)),
  }
}
const told = ({ receipt, code }: Made, receivedAt: number, due: string | null, basis: string): Receipt => ({
  receipt,
  code,
  receivedAt,
  due,
  basis,
})

export const filingTask = (id: string): string => `window:filing:${id}`
export const appointmentTask = (id: string): string => `window:appointment:${id}`
const task = (role: string, key: string, title: string, why: string, due: string | null, link: string): TaskSpec => ({
  key,
  kind: 'window',
  title,
  why,
  urgency: 'ordinary',
  severity: 'notice',
  due,
  link,
  caseId: null,
  person: null,
  department: null,
  role,
})
