import type { AlertDetail } from '../../contract/http/alerts.ts'
import { ALERT_STATE_WORDS, ALERT_STEP_WORDS } from '../../contract/panels/alerts.ts'
import { SEVERITY_WORDS } from '../../contract/severity.ts'
import type { PackedEvent } from './evidence-pack.ts'
import { momentText } from './export.ts'

const CHECKS: Record<PackedEvent['check'], string> = {
  whole: '内容完整，与固定时的哈希一致',
  cut: '只存有内容的开头，哈希对应完整内容',
  changed: '内容与固定时的哈希不一致，请立即报告',
  none: '内容已不在库中，只存有哈希',
}

/** Text of others never becomes markup. */
const safe = (text: string | number | null | undefined): string =>
  String(text ?? '–').replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`)
const row = (cells: readonly (string | number | null | undefined)[]): string =>
  `<tr>${cells.map((cell) => `<td>${safe(cell)}</td>`).join('')}</tr>`
const table = (heads: readonly string[], rows: readonly string[]): string =>
  `<table><thead><tr>${heads.map((head) => `<th>${safe(head)}</th>`).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`

/** The page of an evidence pack that people read and print: no script, nothing from outside. */
export function evidencePage(
  alert: AlertDetail,
  events: readonly PackedEvent[],
  about: { unit: string; demo: boolean; by: string; at: string; whole: boolean },
): string {
  const facts = [
    ['级别', SEVERITY_WORDS[alert.severity]],
    ['状态', `${ALERT_STATE_WORDS[alert.state]}，${ALERT_STEP_WORDS[alert.step]}`],
    ['为什么', alert.why],
    ['规则', `${alert.rule.text}（${alert.rule.id}@${alert.rule.version}，${alert.rule.effectiveFrom} 起效）`],
    ['依据', alert.rule.legalBasis],
    ['首次、最近', `${momentText(alert.firstAt)} 至 ${momentText(alert.lastAt)}，归并 ${alert.count} 次`],
    ['归属', alert.owner],
    ...alert.facts.map(({ label, text }) => [label, text]),
    ['确认原因', alert.ackReason],
    ['处置结果', alert.disposal],
  ]
  return `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${safe(`证据包 ${alert.id}`)}</title>
<style>body{font:15px/1.6 "Noto Sans SC","Microsoft YaHei",sans-serif;max-width:1000px;margin:24px auto;padding:0 16px;color:#111}h1{font-size:24px}h2{font-size:18px;margin-top:28px}table{width:100%;border-collapse:collapse}th,td{border:1px solid #999;padding:6px 8px;text-align:left;vertical-align:top;overflow-wrap:anywhere}th{background:#eee}code{font-family:monospace;font-size:13px}.demo{border:2px solid #111;padding:2px 8px;font-weight:700}footer{margin-top:28px;color:#444}</style></head>
<body><p>${safe(about.unit)} · 告警号 ${safe(alert.id)}${about.demo ? ' <span class="demo">演示</span>' : ''}</p><h1>${safe(alert.title)}</h1>
<h2>事实</h2>${table(['项目', '内容'], facts.map(row))}
<h2>证据（${events.length} 件）</h2>${
    events.length === 0
      ? '<p>由时间推定，没有单独的事件。</p>'
      : table(
          ['时间', '事件', '核对', 'SHA-256', '内容'],
          events.map(
            ({ observedAt, label, check, sha256, text }) =>
              `<tr><td>${safe(momentText(observedAt))}</td><td>${safe(label)}</td><td>${safe(CHECKS[check])}</td><td><code>${safe(sha256)}</code></td><td><code>${safe(text)}</code></td></tr>`,
          ),
        )
  }
${about.whole ? '' : '<p>导出人的岗位不能读取完整事件，内容为固定时存下的摘录。</p>'}
<h2>过程（只增不改）</h2>${table(
    ['时间', '经过', '岗位', '状态'],
    alert.history.map(({ at, text, post, state }) => row([momentText(at), text, post, ALERT_STATE_WORDS[state]])),
  )}
<footer><p>${safe(about.at)} 由 ${safe(about.by)} 导出。每个文件的 SHA-256 见 SHA256SUMS，核对：sha256sum -c --strict SHA256SUMS。数据用于分析研判，不作考核排名。</p></footer></body></html>
`
}
