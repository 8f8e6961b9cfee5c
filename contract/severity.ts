import { z } from 'zod'

/** One vocabulary of severity everywhere, worst first. 紧急 · 重要 · 一般 · 提示. */
export const SEVERITIES = ['critical', 'warning', 'notice', 'info'] as const
export const Severity = z.enum(SEVERITIES)
export type Severity = z.infer<typeof Severity>

export const SEVERITY_WORDS: Record<Severity, string> = {
  critical: '紧急',
  warning: '重要',
  notice: '一般',
  info: '提示',
}

/** 0 for the worst; smaller sorts first. */
export const severityRank = (severity: Severity): number => SEVERITIES.indexOf(severity)
