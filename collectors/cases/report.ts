import { QUARANTINE_REASONS, type QuarantineReason } from '../../contract/quarantine.ts'
import type { RowRefusal } from './rows.ts'

/** What is laid beside a file for the person who put it there. Rows and fields are named, no one's data is quoted. */
export interface FileReport {
  文件: string
  结果: string
  说明: string
  校验值: string
  制表时间?: string | null
  编码?: string
  读到案件?: number
  产生事件?: Record<string, number>
  忽略行数?: number
  拒绝行数?: number
  拒绝明细?: { 工作表: string; 行: number; 原因: string; 说明: string }[]
  提示?: string[]
}

const MAX_LISTED = 1000

export const listRefusals = (refusals: readonly RowRefusal[]): FileReport['拒绝明细'] =>
  refusals.slice(0, MAX_LISTED).map(({ sheet, line, reason, detail }) => ({
    工作表: sheet,
    行: line,
    原因: QUARANTINE_REASONS[reason],
    说明: detail,
  }))

export const refusedReport = (文件: string, 校验值: string, reason: QuarantineReason, 说明: string): FileReport => ({
  文件,
  结果: `未导入：${QUARANTINE_REASONS[reason]}`,
  说明,
  校验值,
})

export const heldReport = (文件: string, 校验值: string, vanished: number, open: number): FileReport => ({
  文件,
  结果: '暂缓导入，待人工确认',
  说明:
    `已知在办案件 ${open} 件，其中 ${vanished} 件不在本次导出中（${percent(vanished, open)}%）。请核对导出范围：` +
    '若导出不全，请重新导出；若确实如此，请把文件名改为以“确认”结尾（如“导出-确认.xlsx”）后放回导入目录。',
  校验值,
})

export const percent = (part: number, whole: number): number => (whole === 0 ? 0 : Math.round((part / whole) * 100))
