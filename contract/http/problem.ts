import { z } from 'zod'

/** RFC 9457 body of every refusal. `title` is the Chinese sentence a person reads; `type` is stable. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
})
export type Problem = z.infer<typeof Problem>

/** The closed list of refusals: id → HTTP status and sentence. */
export const REFUSALS = {
  'bad-input': [400, '请求内容有误，请按提示修改后重试'],
  unprocessable: [422, '请求内容不符合业务规则'],
  'signed-out': [401, '尚未登录或登录已失效，请重新登录'],
  'bad-credentials': [401, '用户名或口令不正确'],
  'second-factor': [401, '请输入动态口令，或一个恢复码'],
  'locked-out': [429, '登录失败次数过多，请稍后再试'],
  'query-locked': [429, '连续出错，已暂停查询，请稍后再试'],
  forbidden: [403, '没有此项权限，如需使用请联系管理员'],
  'bad-origin': [403, '请求来源不被允许'],
  'bad-host': [421, '访问所用的网址没有登记；请使用登记的网址，或由系统管理员写入 services.yaml 的 http.origins'],
  'bad-csrf': [403, '页面令牌已失效，请刷新页面后重试'],
  'same-person': [403, '提出人与批准人不能是同一人'],
  'not-found': [404, '没有找到所请求的内容'],
  'method-not-allowed': [405, '不支持的请求方法'],
  conflict: [409, '内容已被他人更新，请刷新后重试'],
  'too-large': [413, '请求内容过大'],
  'unsupported-media': [415, '不支持的内容格式'],
  'too-many-requests': [429, '请求过于频繁，请稍后再试'],
  internal: [500, '系统内部错误，已记录，请联系信息技术岗'],
  unavailable: [503, '服务暂不可用，请稍后再试'],
} as const satisfies Record<string, readonly [number, string]>
export type RefusalId = keyof typeof REFUSALS
