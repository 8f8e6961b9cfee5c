import type { YAMLError } from 'yaml'
import type { z } from 'zod'

/** What the checks of configuration say to the office, in Chinese. Messages that a schema gives itself come first. */

const TYPES: Readonly<Record<string, string>> = {
  string: '文字',
  number: '数字',
  int: '整数',
  boolean: 'true 或 false',
  array: '列表',
  object: '一组“键: 值”',
  record: '一组“键: 值”',
  null: '空',
  undefined: '空',
}
const typeWord = (type: string): string => TYPES[type] ?? type

const FORMATS: Readonly<Record<string, string>> = {
  date: '写成 YYYY-MM-DD，且须是存在的日期',
  datetime: '写成带时区的时刻，如 2026-11-24T08:00:00+08:00',
  url: '不是有效的网址',
  regex: '写法不符合要求',
}

/** zod's error map. Undefined leaves the word to zod. */
export const inChinese: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return `缺少此项，应为${typeWord(issue.expected)}`
      return `应为${typeWord(issue.expected)}，现为${typeWord(kindOf(issue.input))}`
    case 'invalid_value':
      return `只能是 ${issue.values.map(String).join('、')}`
    case 'unrecognized_keys':
      return `不认识的键 ${issue.keys.map((key) => `“${key}”`).join('、')}`
    case 'invalid_format':
      return FORMATS[issue.format] ?? '写法不符合要求'
    case 'too_small':
      return bound(issue.origin, issue.minimum, issue.inclusive ?? true, '少')
    case 'too_big':
      return bound(issue.origin, issue.maximum, issue.inclusive ?? true, '多')
    case 'invalid_union':
      return issue.discriminator ? `${issue.discriminator} 的取值不认识` : '写法不符合任何一种允许的形式'
    case 'invalid_key':
      return '键的写法不符合要求'
    default:
      return undefined
  }
}

const kindOf = (input: unknown): string => (input === null ? 'null' : Array.isArray(input) ? 'array' : typeof input)

function bound(origin: string, limit: number | bigint, inclusive: boolean, side: '少' | '多'): string {
  if (origin === 'array' || origin === 'set') return `至${side} ${limit} 项`
  if (origin === 'string') return side === '少' && limit <= 1 ? '不能为空' : `至${side} ${limit} 个字`
  if (side === '少') return inclusive ? `不能小于 ${limit}` : `须大于 ${limit}`
  return inclusive ? `不能大于 ${limit}` : `须小于 ${limit}`
}

const YAML_WORDS: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: '同一级里有重复的键',
  BAD_INDENT: '缩进不对',
  TAB_AS_INDENT: '不能用制表符缩进，请用空格',
  MISSING_CHAR: '缺少括号、引号或冒号',
  BLOCK_AS_IMPLICIT_KEY: '冒号或缩进不对',
  MULTILINE_IMPLICIT_KEY: '键写成了多行，可能漏了引号或冒号',
  UNEXPECTED_TOKEN: '多出无法理解的内容',
}
/** The parser's complaint; its own code stays for whoever looks it up. */
export const yamlWords = ({ code }: YAMLError): string => `YAML 语法错误：${YAML_WORDS[code] ?? '无法理解'}（${code}）`
