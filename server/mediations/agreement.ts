import type { Config } from '../../config/load.ts'
import { officeDate, ZONE } from '../../config/zone.ts'
import { PARTY_ROLE_NAMES } from '../../contract/http/mediations.ts'
import type { Block } from './context.ts'
import type { Agreement, Mediation } from './types.ts'

/** Pure: the words of an agreement and of the statement that is sealed with it. */
const body = (text: string): Block => ({ style: 'body', align: 'left', text })
const heading = (text: string): Block => ({ style: 'heading', align: 'left', text })
const NUMBERS = '一二三四五六七八九十'
const numbered = (at: number): string => (at < 10 ? `${NUMBERS[at] ?? at + 1}、` : `${at + 1}、`)

export function agreementBlocks(
  { site, mediations }: Pick<Config, 'site' | 'mediations'>,
  one: Mediation,
  draft: Pick<Agreement, 'version' | 'terms' | 'duties' | 'madeAt'>,
): Block[] {
  const kind = mediations.kinds.find(({ id }) => id === one.kind)
  const settlement = kind?.path === 'criminal-settlement'
  return [
    {
      style: 'footer',
      align: 'left',
      text: `调解编号 ${one.id} · 第 ${draft.version} 稿${site.demo ? ' · 演示' : ''}`,
    },
    { style: 'title', align: 'center', text: settlement ? '刑事和解协议书' : '调解协议书' },
    { style: 'body', align: 'center', text: site.unit },
    ...one.parties.map(({ role, name }) => body(`${PARTY_ROLE_NAMES[role]}：${name}`)),
    body(`调解员：${one.mediator?.name ?? ''}（${one.mediator?.org ?? ''}）`),
    ...(one.caseNo ? [body(`关联案号：${one.caseNo}`)] : []),
    heading('争议事项'),
    body(one.facts),
    heading('协议内容'),
    body('各方自愿达成如下协议：'),
    ...draft.terms.map((term, at) => body(`${numbered(at)}${term}`)),
    ...(draft.duties.length > 0
      ? [heading('履行'), ...draft.duties.map(({ text, due }, at) => body(`${at + 1}．${text}，于 ${due} 前履行。`))]
      : []),
    heading('其他'),
    body('本协议不违反法律、行政法规的强制性规定，不损害国家利益、社会公共利益和他人合法权益。'),
    body(
      settlement
        ? '本协议由各方签名后生效，由人民检察院依法审查其自愿性、合法性。'
        : '各方签名后生效。可以自协议生效之日起三十日内共同向人民法院申请司法确认。',
    ),
    body('各方在阅读全文后手写签名；签名图样、同意与告知的时间载于随附的说明，并由本院密钥一并签署。'),
    { style: 'body', align: 'right', text: officeDate(draft.madeAt) },
  ]
}

const moment = (at: number): string =>
  Temporal.Instant.fromEpochMilliseconds(at)
    .toZonedDateTimeISO(ZONE)
    .toString({ smallestUnit: 'second' })
    .replace(/\[.*$/, '')

/** What each party confirmed and when, with the hashes of what was read and of the drawn signatures. */
export function statementOf(
  { site, mediations }: Pick<Config, 'site' | 'mediations'>,
  one: Mediation,
  signatures: readonly { party: string; at: number; sha256: string }[],
): string {
  const lines = [
    `${site.unit} 在线调解同意与签署说明${site.demo ? '（演示）' : ''}`,
    `调解编号：${one.id}`,
    `协议文件 agreement.pdf 的 SHA-256：${one.agreement?.hash ?? ''}`,
    `调解员：${one.mediator?.name ?? ''}（${one.mediator?.org ?? ''}）`,
    '',
    ...one.parties.flatMap(({ id, name, role, identity, consent, rights }) => {
      const signature = signatures.find(({ party }) => party === id)
      return [
        `${PARTY_ROLE_NAMES[role]} ${name}`,
        `  身份核验：${mediations.identity.find((each) => each.id === identity?.method)?.name ?? ''}，${identity ? moment(identity.at) : ''}`,
        `  同意调解：${consent ? moment(consent.at) : ''}`,
        `  阅读权利告知：${rights ? moment(rights.at) : ''}；${rights?.recording ? '同意' : '不同意'}录音录像`,
        `  阅读协议后签名：${signature ? moment(signature.at) : ''}`,
        `  签名图样 signature-${id}.png 的 SHA-256：${signature?.sha256 ?? ''}`,
      ]
    }),
    '',
    '告知的权利：',
    ...mediations.rights.map((right, at) => `  ${at + 1}．${right}`),
  ]
  return `${lines.join('\n')}\n`
}
