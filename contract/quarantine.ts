import { z } from 'zod'

/** Why a message was set aside: the closed list of protocols.md section 8, with the sentence a clerk reads. */
export const QUARANTINE_REASONS = {
  frame_too_long: '报文超过长度上限（64 KiB）',
  frame_split: '一条报文被换行切断',
  bad_pri: 'syslog 优先级字段无效',
  bad_header: '报文头不符合格式',
  undecodable: '文字编码无法识别',
  bad_json: 'JSON 不完整或无法解析',
  bad_cef: 'CEF/LEEF 头字段不完整',
  unknown_topic: '未登记的消息类别',
  missing_time: '缺少发生时间',
  bad_time: '发生时间无法识别',
  future_time: '发生时间晚于当前时间',
  too_old: '发生时间早于保留期',
  missing_key: '缺少必填字段',
  bad_code: '代码不在对照表内',
  type_mismatch: '字段类型或归属不符',
  number_precision_lost: '长数字丢失精度',
  header_not_found: '没有找到表头',
  bad_case_no: '案号无法识别',
  zip_limit: '压缩包超过安全上限',
  legacy_xls: '旧版 .xls 文件，请另存为 .xlsx',
  encrypted: '文件已加密',
  active_content: '文件含宏或外部链接',
  duplicate_file: '同一文件已导入过',
  schema_major: '消息版本号不受支持',
  tag_limit: '标签过长或过多',
  influx_rejected: '指标库拒绝写入',
} as const
export type QuarantineReason = keyof typeof QUARANTINE_REASONS
export const QuarantineReason = z.enum(Object.keys(QUARANTINE_REASONS) as [QuarantineReason, ...QuarantineReason[]])
